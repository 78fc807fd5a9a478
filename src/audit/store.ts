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
