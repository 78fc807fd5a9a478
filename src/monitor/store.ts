import type { Queries, Statement, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import { sha256 } from '../base/index.ts'
import type { SecurityEvent, Severity, Sighting } from './event.ts'
import type { Memory } from './examine.ts'

type Key = Pick<Memory, 'detector' | 'key'>

export function selectMemories(tx: Tx, keys: readonly Key[]): Promise<Memory[]> {
  return tx.many<Memory>(sql`
    SELECT detector, key, state, expires_at FROM monitor_states
    WHERE (detector, key) IN (
      SELECT * FROM unnest(${keys.map(({ detector }) => detector)}::text[], ${keys.map(({ key }) => key)}::text[]))`)
}

export async function saveMemories(tx: Tx, memories: readonly Memory[]): Promise<void> {
  const column = <T>(of: (memory: Memory) => T): T[] => memories.map(of)
  await tx.run(sql`
    INSERT INTO monitor_states (detector, key, state, expires_at)
    SELECT detector, key, state::jsonb, expires_at
    FROM unnest(${column((m) => m.detector)}::text[], ${column((m) => m.key)}::text[],
      ${column((m) => JSON.stringify(m.state))}::text[], ${column((m) => m.expiresAt)}::timestamptz[])
      AS m (detector, key, state, expires_at)
    ON CONFLICT (detector, key) DO UPDATE
    SET state = excluded.state, expires_at = excluded.expires_at`)
}

type Counted = Sighting & { readonly since: Date; readonly expiresAt: Date }

/** Counts what was seen before within the window; false when there is no such event. */
export async function countEvent(tx: Tx, event: Counted): Promise<boolean> {
  const { kind, subject, since, firstSeen, lastSeen, expiresAt, count } = event
  const changed = await tx.run(sql`
    UPDATE security_events SET count = count + ${count}, last_seen = greatest(last_seen, ${lastSeen}),
      expires_at = greatest(expires_at, ${expiresAt})
    WHERE id = (
      SELECT id FROM security_events
      WHERE subject = ${subject} AND kind = ${kind} AND first_seen > ${since} AND first_seen <= ${firstSeen}
      ORDER BY first_seen DESC, id DESC LIMIT 1)`)
  return changed > 0
}

type NewEvent = Sighting & {
  readonly id: string
  readonly severity: Severity
  readonly expiresAt: Date
}

export async function insertEvent(tx: Tx, event: NewEvent): Promise<void> {
  const { id, kind, severity, subject, actor, details, count, firstSeen, lastSeen, expiresAt } =
    event
  await tx.run(sql`
    INSERT INTO security_events (id, kind, severity, subject, actor, details, count, first_seen, last_seen,
      expires_at)
    VALUES (${id}, ${kind}, ${severity}, ${subject}, ${actor}, ${JSON.stringify(details)}, ${count},
      ${firstSeen}, ${lastSeen}, ${expiresAt})`)
}

export function selectEvent(queries: Queries, id: string): Promise<SecurityEvent | undefined> {
  return queries.maybe<SecurityEvent>(sql`
    SELECT id, kind, severity, subject, actor, details, count, first_seen, last_seen, state,
      acknowledged_by, acknowledged_at, note
    FROM security_events WHERE id = ${id}`)
}

/** Undefined: there is none, or somebody has told of it already. */
export function markTold(tx: Tx, id: string, at: Date): Promise<SecurityEvent | undefined> {
  return tx.maybe<SecurityEvent>(sql`
    UPDATE security_events SET told_at = ${at} WHERE id = ${id} AND told_at IS NULL
    RETURNING id, kind, severity, subject, actor, details, count, first_seen, last_seen, state,
      acknowledged_by, acknowledged_at, note`)
}

/** True once in a window for each kind. */
export async function takeNotice(
  tx: Tx,
  kind: string,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<boolean> {
  const taken = await tx.run(sql`
    INSERT INTO monitor_notices (kind, expires_at) VALUES (${kind}, ${until})
    ON CONFLICT (kind) DO UPDATE SET expires_at = excluded.expires_at
    WHERE monitor_notices.expires_at <= ${now}`)
  return taken > 0
}

export type Acknowledgement = {
  readonly id: string
  readonly by: string
  readonly at: Date
  readonly note: string | null
}

/** Undefined: there is none, or it was acknowledged before. */
export function acknowledgeEvent(
  tx: Tx,
  { id, by, at, note }: Acknowledgement,
): Promise<SecurityEvent | undefined> {
  return tx.maybe<SecurityEvent>(sql`
    UPDATE security_events
    SET state = 'acknowledged', acknowledged_by = ${by}, acknowledged_at = ${at}, note = ${note}
    WHERE id = ${id} AND state = 'open'
    RETURNING id, kind, severity, subject, actor, details, count, first_seen, last_seen, state,
      acknowledged_by, acknowledged_at, note`)
}

export type EventFilter = {
  readonly kind?: string
  readonly severity?: Severity
  readonly state?: 'open' | 'acknowledged'
  readonly subject?: string
  readonly from?: Date
  readonly to?: Date
}

export type EventQuery = {
  readonly filter: EventFilter
  readonly after?: { readonly at: Date; readonly id: string }
  readonly limit: number
}

/** One page, newest first. Only what was asked for is in the text, so that every combination has its plan. */
export function selectEvents(queries: Queries, query: EventQuery): Promise<SecurityEvent[]> {
  return queries.many<SecurityEvent>(eventsStatement(query))
}

export function eventsStatement({ filter, after, limit }: EventQuery): Statement {
  const values: unknown[] = []
  const conditions: string[] = []
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  add(filter.kind, (p) => `kind = ${p}`)
  add(filter.severity, (p) => `severity = ${p}`)
  add(filter.subject, (p) => `subject = ${p}`)
  add(filter.from, (p) => `first_seen >= ${p}`)
  add(filter.to, (p) => `first_seen < ${p}`)
  // As a constant, because the index of open ones knows only that.
  if (filter.state === 'open') conditions.push("state = 'open'")
  if (filter.state === 'acknowledged') conditions.push("state = 'acknowledged'")
  if (after !== undefined) {
    values.push(after.at, after.id)
    conditions.push(
      `(first_seen, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`,
    )
  }
  values.push(limit)
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const text = `SELECT id, kind, severity, subject, actor, details, count, first_seen, last_seen, state,
      acknowledged_by, acknowledged_at, note
    FROM security_events ${where} ORDER BY first_seen DESC, id DESC LIMIT $${values.length}`
  return { name: `m_${sha256(text).toString('base64url').slice(0, 16)}`, text, values }
}

/** How many are open, by severity; the index of open ones is all that is read. */
export function countOpen(queries: Queries): Promise<{ severity: Severity; count: number }[]> {
  return queries.many(sql`
    SELECT severity, count(*) AS count FROM security_events WHERE state = 'open' GROUP BY severity`)
}

export function sweepEvents(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM security_events WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM security_events WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

export function sweepMemories(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM monitor_states WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM monitor_states WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

export function sweepNotices(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM monitor_notices WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM monitor_notices WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
