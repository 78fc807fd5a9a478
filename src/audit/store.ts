import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { AuditEntry } from './append.ts'

const longestUserAgent = 512

export async function insertAudit(
  tx: Queries,
  id: string,
  entry: AuditEntry,
  at: Date,
): Promise<void> {
  const { actor, action, resource, outcome, origin = {}, details = {} } = entry
  await tx.run(sql`
    INSERT INTO audit_log (id, actor, action, resource, outcome, ip_address, user_agent, request_id, details, created_at)
    VALUES (${id}, ${actor}, ${action}, ${resource}, ${outcome}, ${origin.ip ?? null},
      ${origin.userAgent?.slice(0, longestUserAgent) ?? null}, ${origin.requestId ?? null},
      ${JSON.stringify(details)}, ${at})`)
}

export type ActivityEntry = {
  readonly action: string
  readonly resource: string
  readonly outcome: string
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly createdAt: Date
}

/** What an actor did, newest first. */
export function selectActivity(
  queries: Queries,
  actor: string,
  most: number,
): Promise<ActivityEntry[]> {
  return queries.many<ActivityEntry>(sql`
    SELECT action, resource, outcome, host(ip_address) AS ip_address, user_agent, created_at
    FROM audit_log WHERE actor = ${actor} ORDER BY id DESC LIMIT ${most}`)
}
