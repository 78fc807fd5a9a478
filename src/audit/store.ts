import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { AuditEntry } from './append.ts'

const longestUserAgent = 512

type NewRow = Required<AuditEntry> & {
  readonly id: string
  readonly onBehalfOf: string | null
  readonly at: Date
}

/** The row takes its `seq` here, and holds the lock on the table that the sealing looks for. */
export async function insertAudit(tx: Queries, row: NewRow): Promise<void> {
  const { id, actor, onBehalfOf, action, resource, outcome, origin, details, at } = row
  await tx.run(sql`
    INSERT INTO audit_log (id, actor, on_behalf_of, action, resource, outcome, ip_address, user_agent,
      request_id, details, created_at)
    VALUES (${id}, ${actor}, ${onBehalfOf}, ${action}, ${resource}, ${outcome}, ${origin.ip ?? null},
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
    FROM audit_log WHERE actor = ${actor} ORDER BY created_at DESC, seq DESC LIMIT ${most}`)
}
