import type { ClientId, FamilyId, SessionId, UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { AuthorizationDetail } from '../../session/index.ts'

export type LivingGrant = {
  readonly id: FamilyId
  readonly userId: UserId
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly details: readonly AuthorizationDetail[] | null
  readonly authTime: Date
  readonly acr: string
  readonly amr: readonly string[]
  readonly expiresAt: Date
}

type Sought = {
  readonly clientId: ClientId
  readonly userId: UserId | undefined
  readonly sessionId: SessionId | undefined
  readonly now: Date
}

/**
 * The youngest living grant that an ID token can belong to: of this client, for an active person, in this
 * session. This read model joins the tables of session and identity on purpose; nothing here writes them.
 */
export function findLivingGrant(
  queries: Queries,
  { clientId, userId, sessionId, now }: Sought,
): Promise<LivingGrant | undefined> {
  return queries.maybe<LivingGrant>(sql`
    SELECT f.id, f.user_id, f.scopes, f.resources, f.details, f.auth_time, f.acr, f.amr, f.expires_at
    FROM token_families f JOIN users u ON u.id = f.user_id
    WHERE f.kind = 'oauth' AND f.client_id = ${clientId} AND f.revoked_at IS NULL
      AND f.expires_at > ${now} AND u.is_active
      AND (${userId ?? null}::uuid IS NULL OR f.user_id = ${userId ?? null}::uuid)
      AND (${sessionId ?? null}::uuid IS NULL OR f.session_id = ${sessionId ?? null}::uuid)
    ORDER BY f.created_at DESC LIMIT 1`)
}
