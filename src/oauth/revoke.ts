import { claimsToBeKey } from '../api-keys/index.ts'
import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Random } from '../base/index.ts'
import type { Client } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Parameters } from '../http/index.ts'
import type { RefreshTokens } from '../session/index.ts'
import { readFamily, revokeFamily } from '../session/index.ts'
import type { VerifyNeeds } from './access-token.ts'
import { verifyAccessToken } from './access-token.ts'
import { oauthFailures } from './failures.ts'
import { opaqueDigest } from './opaque/opaque-token.ts'
import { deleteOpaqueToken, opaqueClient } from './opaque/store.ts'
import { insertRevokedToken } from './store.ts'

export type RevokeNeeds = VerifyNeeds & {
  readonly db: Db
  readonly random: Random
  readonly refreshTokens: RefreshTokens
}

/**
 * RFC 7009: a refresh token takes its whole family along, an access token only itself. A token that is
 * unknown or dead counts as revoked (section 2.2); somebody else's is refused (section 2.1).
 */
export async function revoke(
  needs: RevokeNeeds,
  client: Client,
  parameters: Parameters,
  origin: Origin,
): Promise<void> {
  const token = parameters.get('token')
  if (token === undefined) throw oauthFailures.missing_parameter({ parameter: 'token' })
  const refresh = needs.refreshTokens.parse(token)
  if (refresh !== undefined) return revokeRefresh(needs, client, refresh, origin)
  // An API key is its owner's, and no client gives it back (section 2.2.1).
  if (claimsToBeKey(token)) throw oauthFailures.unsupported_token_type({ parameter: 'token' })
  const digest = opaqueDigest(token)
  if (digest !== undefined) return revokeOpaque(needs, client, digest)
  const access = await verifyAccessToken(needs, token, undefined)
  if (access === undefined) return undefined
  if (access.clientId !== client.clientId) throw oauthFailures.foreign_token()
  await insertRevokedToken(needs.db, access.jti, new Date(access.expiresAt * 1000))
}

async function revokeOpaque({ db }: RevokeNeeds, client: Client, digest: Buffer): Promise<void> {
  const owner = await opaqueClient(db, digest)
  if (owner === undefined) return
  if (owner !== client.clientId) throw oauthFailures.foreign_token()
  await deleteOpaqueToken(db, digest)
}

async function revokeRefresh(
  needs: RevokeNeeds,
  client: Client,
  token: ReturnType<RefreshTokens['parse']> & object,
  origin: Origin,
): Promise<void> {
  const family = await readFamily(needs.db, token.familyId)
  if (family?.seed == null || !needs.refreshTokens.genuine(token, family.seed)) return
  if (family.clientId !== client.clientId) throw oauthFailures.foreign_token()
  await needs.db.transaction(
    async (tx) => {
      const revoked = await revokeFamily(tx, family.id, needs.clock.now())
      if (revoked === 0) return
      await appendAudit(needs, tx, {
        actor: `client:${client.clientId}`,
        action: 'refresh_token.revoke',
        resource: `user:${family.userId}`,
        outcome: 'success',
        origin,
      })
    },
    { idempotent: true },
  )
}
