import type { UserId } from '../base/index.ts'
import { addSeconds, isUuid, numericDate } from '../base/index.ts'
import type { Client, ClientCache } from '../clients/index.ts'
import { isPublic } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { Parameters } from '../http/index.ts'
import type { RefreshRules, RefreshTokens } from '../session/index.ts'
import { decideRefresh, readFamily } from '../session/index.ts'
import type { AccessToken, VerifyNeeds } from './access-token.ts'
import { verifyAccessToken } from './access-token.ts'
import { oauthFailures } from './failures.ts'
import { isRevoked, readTokenSubject } from './store.ts'
import { stillGranted } from './token-subject.ts'

export type IntrospectNeeds = VerifyNeeds & {
  readonly db: Db
  readonly clients: ClientCache
  readonly refreshTokens: RefreshTokens
  readonly refreshRules: RefreshRules
  /** What else may be shown to applications than our tokens; undefined for what it does not know. */
  readonly introspectKey: (token: string) => Promise<Introspection | undefined>
}

export type Introspection =
  | { readonly active: false }
  | ({ readonly active: true } & Record<string, unknown>)

const inactive: Introspection = { active: false }

/** RFC 7662 section 2.2: says nothing of a token that is not active, nor of one the caller may not see. */
export async function introspect(
  needs: IntrospectNeeds,
  client: Client,
  parameters: Parameters,
): Promise<Introspection> {
  // RFC 7662 section 2.1: only authenticated callers, so that nobody can scan for tokens.
  if (isPublic(client)) throw oauthFailures.client_authentication({ log: { why: 'public client' } })
  const token = parameters.get('token')
  if (token === undefined) throw oauthFailures.missing_parameter({ parameter: 'token' })
  const refresh = needs.refreshTokens.parse(token)
  if (refresh !== undefined) return introspectRefresh(needs, client, refresh)
  const key = await needs.introspectKey(token)
  if (key !== undefined) return key
  const access = await verifyAccessToken(needs, token, needs.issuer)
  return access === undefined ? inactive : introspectAccess(needs, access)
}

async function introspectAccess(
  needs: IntrospectNeeds,
  token: AccessToken,
): Promise<Introspection> {
  if ((await needs.clients.find(token.clientId)) === undefined) return inactive
  const state = await accessTokenState(needs, token)
  if (!state.active) return inactive
  return {
    active: true,
    iss: needs.issuer,
    sub: token.subject,
    aud: oneOrMany(token.audience),
    ...(token.binding && { cnf: token.binding }),
    ...(token.actor && { act: token.actor }),
    ...(token.details && { authorization_details: token.details }),
    client_id: token.clientId,
    token_type: token.binding && 'jkt' in token.binding ? 'DPoP' : 'Bearer',
    exp: token.expiresAt,
    iat: token.issuedAt,
    jti: token.jti,
    ...(token.scopes.length > 0 && { scope: token.scopes.join(' ') }),
    ...(state.username !== undefined && { username: state.username }),
    ...(token.authTime !== undefined && { auth_time: token.authTime }),
    ...(token.acr !== undefined && { acr: token.acr }),
  }
}

/** RFC 7519 section 4.1.3. */
function oneOrMany(audience: readonly string[]): string | readonly string[] | undefined {
  return audience.length === 1 ? audience[0] : audience
}

/** Whether a genuine, unexpired access token was taken back since: one statement. */
async function accessTokenState(
  needs: IntrospectNeeds,
  token: AccessToken,
): Promise<{ active: boolean; username?: string }> {
  const { jti, grantId } = token
  if (grantId === undefined) return { active: !(await isRevoked(needs.db, jti)) }
  if (!isUuid(token.subject)) return { active: false }
  const subject = token.subject as UserId
  const found = await readTokenSubject(needs.db, { jti, grantId, subject })
  return stillGranted(found) ? { active: true, username: found.username } : { active: false }
}

async function introspectRefresh(
  needs: IntrospectNeeds,
  client: Client,
  token: ReturnType<RefreshTokens['parse']> & object,
): Promise<Introspection> {
  const family = await readFamily(needs.db, token.familyId)
  if (family?.seed == null || family.clientId !== client.clientId) return inactive
  if (!needs.refreshTokens.genuine(token, family.seed)) return inactive
  // A token is active exactly when it would be exchanged for a new one.
  const { refreshRules: rules, clock } = needs
  const decision = decideRefresh(family, token.generation, rules, clock.now())
  if (decision.do !== 'rotate') return inactive
  const idleEnd = addSeconds(family.rotatedAt, rules.idle)
  return {
    active: true,
    iss: needs.issuer,
    sub: family.userId,
    client_id: family.clientId,
    scope: family.scopes.join(' '),
    exp: Math.min(numericDate(family.expiresAt), numericDate(idleEnd)),
    iat: numericDate(family.rotatedAt),
    token_type: 'refresh_token',
  }
}
