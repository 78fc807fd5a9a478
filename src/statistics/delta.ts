import type { AuditRecord } from '../audit/index.ts'

/** A change of a number: of a day in UTC (`2026-11-24`), or of a total. */
export type Delta = {
  readonly metric: Metric
  readonly dimension: string
  readonly day: string | null
  readonly delta: number
}

export type Metric =
  /** Totals, by state; kept by triggers. */
  | 'users'
  | 'users_with_factor'
  | 'sessions'
  /** Of days. */
  | 'sign_ins'
  | 'sign_in_failures'
  | 'factor_failures'
  | 'registrations'
  | 'security_events'
  | 'tokens'
  /** Of days, by client. */
  | 'client_tokens'
  | 'client_sign_ins'

const dayLength = 86_400_000
let lastDay = { number: Number.NaN, text: '' }

/** Remembers the last one: what is counted is of today, many times a second. */
export function dayOf(at: Date): string {
  const number = Math.floor(at.getTime() / dayLength)
  if (number !== lastDay.number) lastDay = { number, text: at.toISOString().slice(0, 10) }
  return lastDay.text
}

/** Dimensions come from the code and from registered clients; longer ones are mistakes. */
const longest = 100

/** What the records of the audit log change, added up. */
export function deltasOf(records: readonly AuditRecord[]): Delta[] {
  return addUp(
    records.flatMap((record) => {
      const counted = countedAs(record)
      return counted === undefined ? [] : [{ ...counted, day: dayOf(record.createdAt) }]
    }),
  )
}

export function addUp(deltas: readonly Delta[]): Delta[] {
  const sums = new Map<string, Delta>()
  for (const one of deltas) {
    const dimension = one.dimension.slice(0, longest)
    const name = `${one.metric} ${one.day} ${dimension}`
    const before = sums.get(name)?.delta ?? 0
    sums.set(name, { ...one, dimension, delta: before + one.delta })
  }
  return [...sums.values()].filter(({ delta }) => delta !== 0)
}

type Counted = Omit<Delta, 'day'>

function countedAs(record: AuditRecord): Counted | undefined {
  const { action, outcome, details } = record
  const refused = outcome === 'refused'
  const one = (metric: Metric, dimension: unknown = ''): Counted => {
    return { metric, dimension: typeof dimension === 'string' ? dimension : '', delta: 1 }
  }
  if (action.startsWith('security.')) return one('security_events', severityOf(record))
  switch (action) {
    case 'session.start':
      return refused ? one('sign_in_failures', details.why) : one('sign_ins')
    case 'mfa.verify':
      return refused ? one('factor_failures', details.factor) : undefined
    case 'user.create':
      return refused ? undefined : one('registrations', wayOf(record))
    case 'user.import':
      return { ...one('registrations', 'import'), delta: Number(details.imported ?? 0) }
    default:
      return undefined
  }
}

function severityOf({ details }: AuditRecord): string {
  return typeof details.severity === 'string' ? details.severity : 'critical'
}

/** People make their own accounts before they have one. */
function wayOf({ actor, resource }: AuditRecord): string {
  return actor === 'anonymous' || actor === resource ? 'self' : 'administrator'
}
