import type { AuditRecord } from '../audit/index.ts'
import type { Finding } from './event.ts'

/** Thresholds; times are in seconds. */
export type MonitorSettings = {
  readonly failureWindow: number
  readonly accountFailures: number
  readonly factorFailures: number
  readonly travelSpeed: number
  readonly travelDistance: number
  readonly removals: number
  readonly removalWindow: number
}

export type Point = { readonly latitude: number; readonly longitude: number }
export type Whereabouts = { readonly words: string; readonly point?: Point }
/** What a role or a group allows over Cardea itself: nothing, something, or everything. */
export type Reach = 'none' | 'cardea' | 'owner'

/** What is not in a record and was looked up before judging, so that judging stays pure. */
export type Context = {
  readonly settings: MonitorSettings
  readonly placeOf: (ip: string | null) => Whereabouts | undefined
  /** By the name or the id of a role, or of `group:<id>`, which reaches as far as its roles. */
  readonly reachOf: (role: string) => Reach
}

/** What comes of one record: what was found, and what to remember of the key from now on. */
export type Judgement = {
  readonly finding?: Finding | undefined
  readonly memory?: { readonly state: unknown; readonly expiresAt: Date } | undefined
}

/** Looks at the audit log for one sort of trouble. Both functions are pure. */
export type Detector = {
  readonly name: string
  /** Whose memory the record belongs to; '' for none is kept; undefined when it is of no interest. */
  readonly keyOf: (record: AuditRecord) => string | undefined
  readonly judge: (record: AuditRecord, state: unknown, context: Context) => Judgement
}

/** A detector for which one record is enough. */
export function spotting(
  name: string,
  actions: readonly string[],
  spot: (record: AuditRecord, context: Context) => Finding | undefined,
): Detector {
  const wanted = new Set(actions)
  return {
    name,
    keyOf: ({ action }) => (wanted.has(action) ? '' : undefined),
    judge: (record, _state, context) => ({ finding: spot(record, context) }),
  }
}

type Counting = Pick<Detector, 'name' | 'keyOf'> & {
  readonly limits: (settings: MonitorSettings) => {
    readonly threshold: number
    readonly window: number
  }
  readonly found: (record: AuditRecord, key: string, count: number) => Finding
}

/** A detector for which it takes so many records of one key within a window that slides. */
export function counting({ name, keyOf, limits, found }: Counting): Detector {
  return {
    name,
    keyOf,
    judge: (record, state, { settings }) => {
      const { threshold, window } = limits(settings)
      const times = within(timesOf(state), record.createdAt.getTime(), { threshold, window })
      const expiresAt = new Date(record.createdAt.getTime() + window * 1000)
      return {
        memory: { state: times, expiresAt },
        finding:
          times.length >= threshold ? found(record, keyOf(record) ?? '', times.length) : undefined,
      }
    },
  }
}

/** The newest times within the window before `at`, `at` included; never more than the threshold. */
export function within(
  times: readonly number[],
  at: number,
  { threshold, window }: { readonly threshold: number; readonly window: number },
): number[] {
  return [...times, at].filter((time) => time > at - window * 1000).slice(-threshold)
}

function timesOf(state: unknown): number[] {
  return Array.isArray(state) ? state.filter((time) => typeof time === 'number') : []
}
