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

type Sought = { readonly clientId: ClientId; readonly now: Date }

/**
 * The youngest living grant of a client for an active person, in this session where one is known. This read
 * model joins the tables of session and identity on purpose; nothing here writes them.
 */
export function findGrantOfPerson(
  queries: Queries,
  { clientId, now }: Sought,
  userId: UserId,
  sessionId: SessionId | undefined,
): Promise<LivingGrant | undefined> {
  return queries.maybe<LivingGrant>(sql`
    SELECT f.id, f.user_id, f.scopes, f.resources, f.details, f.auth_time, f.acr, f.amr, f.expires_at
    FROM token_families f JOIN users u ON u.id = f.user_id
    WHERE f.user_id = ${userId} AND f.client_id = ${clientId} AND f.kind = 'oauth'
      AND f.revoked_at IS NULL AND f.expires_at > ${now} AND u.is_active
      AND (${sessionId ?? null}::uuid IS NULL OR f.session_id = ${sessionId ?? null}::uuid)
    ORDER BY f.created_at DESC LIMIT 1`)
}

/** The same by the session alone, for who is known to the client by another name. */
export function findGrantOfSession(
  queries: Queries,
  { clientId, now }: Sought,
  sessionId: SessionId,
): Promise<LivingGrant | undefined> {
  return queries.maybe<LivingGrant>(sql`
    SELECT f.id, f.user_id, f.scopes, f.resources, f.details, f.auth_time, f.acr, f.amr, f.expires_at
    FROM token_families f JOIN users u ON u.id = f.user_id
    WHERE f.session_id = ${sessionId} AND f.client_id = ${clientId} AND f.kind = 'oauth'
      AND f.revoked_at IS NULL AND f.expires_at > ${now} AND u.is_active
    ORDER BY f.created_at DESC LIMIT 1`)
}
