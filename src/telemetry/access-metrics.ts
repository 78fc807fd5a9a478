import type { Registry } from '@prometheus-io/client'
import { Counter, Gauge } from '@prometheus-io/client'

/** What is remembered for decisions. */
export type AccessState = {
  readonly subjects: number
  readonly roles: number
  readonly sets: number
  readonly ageSeconds: number
}

export type AccessMetrics = {
  /** What was known of somebody: `hit`, `shared` (from Redis), `miss` or `stale`. */
  readonly accessCache: (event: string) => void
  /** A decision was asked for by an API. */
  readonly decision: (outcome: string) => void
  /** The state of the memory, asked at every reading. */
  readonly watchAccess: (state: () => AccessState) => void
}

export function accessMetrics(registry: Registry): AccessMetrics {
  const registers = [registry]
  const events = new Counter({
    name: 'cardea_access_cache_total',
    help: 'Look-ups of what somebody may do, by where it was found; stale ones were forgotten after a change.',
    labelNames: ['event'],
    registers,
  })
  const decisions = new Counter({
    name: 'cardea_decisions_total',
    help: 'Decisions that were asked for by an API.',
    labelNames: ['outcome'],
    registers,
  })
  let read: (() => AccessState) | undefined
  const held: Gauge<'what'> = new Gauge({
    name: 'cardea_access_held',
    help: 'Subjects, roles and sets of roles held in memory for decisions.',
    labelNames: ['what'],
    registers,
    collect: () => {
      const { subjects, roles, sets } = read?.() ?? { subjects: 0, roles: 0, sets: 0 }
      for (const [what, value] of Object.entries({ subjects, roles, sets }))
        held.set({ what }, value)
    },
  })
  const age: Gauge = new Gauge({
    name: 'cardea_access_age_seconds',
    help: 'Seconds since this process last looked for changes of permissions; looks happen on demand.',
    aggregator: 'max',
    registers,
    collect: () => {
      const seconds = read?.().ageSeconds ?? 0
      age.set(Number.isFinite(seconds) ? seconds : 0)
    },
  })
  return {
    accessCache: (event) => events.inc({ event }),
    decision: (outcome) => decisions.inc({ outcome }),
    watchAccess: (state) => {
      read = state
    },
  }
}
