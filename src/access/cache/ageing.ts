import type { Clock } from '../../base/index.ts'
import { stopwatch } from '../../base/index.ts'

/** When something happened, by the clock and by a stopwatch, in milliseconds. */
export type Moment = { readonly time: number; readonly run: number }

export type Ageing = {
  readonly now: () => Moment
  /** Milliseconds since then, by the clock or the stopwatch, whichever says more. */
  readonly since: (moment: Moment) => number
}

/** How old things are. A clock that is set back makes nothing young again. */
export function createAgeing(clock: Clock): Ageing {
  const run = stopwatch()
  return {
    now: () => ({ time: clock.now().getTime(), run: run() }),
    since: (moment) => Math.max(Math.abs(clock.now().getTime() - moment.time), run() - moment.run),
  }
}

/** Before everything. */
export const never: Moment = { time: Number.NEGATIVE_INFINITY, run: Number.NEGATIVE_INFINITY }
