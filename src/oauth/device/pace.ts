import type { Clock } from '../../base/index.ts'
import type { Kv } from '../../kv/index.ts'
import { pollFailures } from './failures.ts'

type Needs = { readonly kv: Kv; readonly clock: Clock }

/** When it was asked for last (ms since 1970), and how long (seconds) to wait since. */
type Pace = { readonly at: number; readonly interval: number }

/** Seconds that are added each time somebody asks too soon (RFC 8628 section 3.5). */
const more = 5
/** Milliseconds by which a network may make two polls come closer together. */
const tolerance = 1000

/**
 * Seconds. Whoever has not asked for that long has waited; and it is less than a sign-in may take, so that a crowd of
 * devices never pushes journeys out of a full memory, which forgets first what ends first.
 */
const memory = 120

/** Tells who polls to wait, and to wait longer than before when it was too soon. */
export async function refuseForNow(
  { kv, clock }: Needs,
  id: string,
  interval: number,
): Promise<never> {
  const key = `poll:${id}`
  const now = clock.now().getTime()
  const text = await kv.get(key)
  const before: Pace | undefined = text === undefined ? undefined : JSON.parse(text)
  const wait = before?.interval ?? interval
  const tooSoon = before !== undefined && now < before.at + wait * 1000 - tolerance
  const pace: Pace = { at: now, interval: tooSoon ? wait + more : wait }
  await kv.set(key, JSON.stringify(pace), Math.max(memory, 2 * pace.interval))
  throw tooSoon ? pollFailures.slow_down() : pollFailures.authorization_pending()
}
