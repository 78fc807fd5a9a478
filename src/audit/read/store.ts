import { sha256 } from '../../base/index.ts'
import type { Queries, Statement } from '../../db/index.ts'
import type { AuditRecord } from '../record.ts'
import type { AuditFilter, AuditPlace } from './filter.ts'

export type AuditQuery = {
  readonly filter: AuditFilter
  /** Only what comes after this place. */
  readonly after?: AuditPlace
  readonly limit: number
}

/**
 * One page, newest first. Entries of one millisecond are in order of their number, so no page misses or
 * repeats an entry that stays.
 */
export function selectPage(queries: Queries, query: AuditQuery): Promise<AuditRecord[]> {
  return queries.many<AuditRecord>(pageStatement(query))
}

/**
 * Only the conditions that were asked for, so that every combination has its own plan; a condition of the
 * kind "or not given" would keep all of them from their indexes. The columns are from this list alone.
 */
export function pageStatement({ filter, after, limit }: AuditQuery): Statement {
  const values: unknown[] = []
  const conditions = new Set<string>()
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return
    values.push(value)
    conditions.add(condition(`$${values.length}`))
  }
  const { action, from, to } = filter
  add(filter.actor, (p) => `actor = ${p}`)
  add(filter.onBehalfOf, (p) => `on_behalf_of = ${p}`)
  if (action?.endsWith('.*') === true) {
    const beginning = action.slice(0, -1)
    add(beginning, (p) => `action ~>=~ ${p}`)
    // '/' is the character after '.'.
    add(`${beginning.slice(0, -1)}/`, (p) => `action ~<~ ${p}`)
  } else add(action, (p) => `action = ${p}`)
  add(filter.resource, (p) => `resource = ${p}`)
  // As a constant, because the index of refusals knows only that one.
  if (filter.outcome === 'refused') conditions.add("outcome = 'refused'")
  if (filter.outcome === 'success') conditions.add("outcome = 'success'")
  add(filter.ip, (p) => `ip_address = ${p}::inet`)
  add(filter.requestId, (p) => `request_id = ${p}`)
  add(from, (p) => `created_at >= ${p}`)
  add(to, (p) => `created_at < ${p}`)
  if (after !== undefined) {
    values.push(after.at, after.seq)
    const [at, seq] = [`$${values.length - 1}`, `$${values.length}`]
    // The second says nothing new, but lets newer partitions be left out.
    conditions.add(`(created_at, seq) < (${at}::timestamptz, ${seq}::bigint)`)
    conditions.add(`created_at <= ${at}`)
  }
  values.push(limit)
  const where = conditions.size === 0 ? '' : `WHERE ${[...conditions].join(' AND ')}`
  const text = `SELECT seq, id, actor, on_behalf_of, action, resource, outcome,
      host(ip_address) AS ip_address, user_agent, request_id, details, created_at
    FROM audit_log ${where} ORDER BY created_at DESC, seq DESC LIMIT $${values.length}`
  return { name: `a_${sha256(text).toString('base64url').slice(0, 16)}`, text, values }
}
