import type { Clock, Random, UserId } from '../../base/index.ts'
import { numericDate, randomToken } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { AccessToken, AccessTokenStart } from '../access-token.ts'
import { newOpaqueToken } from './opaque-token.ts'
import { insertOpaqueToken } from './store.ts'

type Needs = { readonly db: Queries; readonly clock: Clock; readonly random: Random }

/** An access token that only we can read: one row, which says what a JWT would say. */
export async function makeOpaqueToken(
  needs: Needs,
  start: AccessTokenStart,
  userId: UserId | undefined,
): Promise<string> {
  const { text, digest } = newOpaqueToken(needs.random)
  await insertOpaqueToken(needs.db, digest, contentOf(needs, start), userId)
  return text
}

function contentOf({ clock, random }: Needs, start: AccessTokenStart): AccessToken {
  const issuedAt = numericDate(clock.now())
  const { grant, audience } = start
  return {
    jti: randomToken(random, 16),
    subject: start.subject,
    clientId: start.clientId,
    audience: typeof audience === 'string' ? [audience] : audience,
    scopes: start.scopes,
    binding: start.binding,
    actor: start.actor,
    details: start.details,
    grantId: grant?.id,
    issuedAt,
    expiresAt: issuedAt + start.lifetime,
    authTime: grant && numericDate(grant.authTime),
    acr: grant?.acr,
    amr: grant?.amr,
    claims: start.claims ?? {},
  }
}
