import { addSeconds, numericDate } from '../base/index.ts'
import type { Client } from '../clients/index.ts'
import { isPublic } from '../clients/index.ts'
import type { Parameters } from '../http/index.ts'
import type { RefreshRules, RefreshTokens } from '../session/index.ts'
import { decideRefresh, readFamily } from '../session/index.ts'
import type { AccessToken } from './access-token.ts'
import { oneOrMany } from './access-token.ts'
import type { ActiveNeeds, Activity } from './active-token.ts'
import { readActiveToken } from './active-token.ts'
import { oauthFailures } from './failures.ts'
import type { ResourceNeeds } from './resources/requested.ts'
import type { Subjects } from './subject.ts'

export type IntrospectNeeds = ActiveNeeds &
  ResourceNeeds & {
    readonly refreshTokens: RefreshTokens
    readonly refreshRules: RefreshRules
    readonly subjects: Subjects
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
  const text = parameters.get('token')
  if (text === undefined) throw oauthFailures.missing_parameter({ parameter: 'token' })
  const refresh = needs.refreshTokens.parse(text)
  if (refresh !== undefined) return introspectRefresh(needs, client, refresh)
  const key = await needs.introspectKey(text)
  if (key !== undefined) return isVouchedFor(client) ? key : inactive
  const found = await readActiveToken(needs, text)
  if (!found.ok || !(await maySee(needs, client, found.token))) return inactive
  return { ...contentOf(needs.issuer, found.token), ...usernameOf(found) }
}

/**
 * Who may see a token (RFC 7662 section 4, RFC 9701 section 5). One for this server itself is shown to every
 * application that an administrator registered, because its APIs are not resources and could not be told
 * apart. One for a registered resource is shown to the client that has it and to the clients by which that
 * resource asks, and to nobody else: it may say more than another API should know. When the last of its
 * resources is registered no more, it is worth nothing.
 */
async function maySee(
  { issuer, resourceBook }: IntrospectNeeds,
  client: Client,
  token: AccessToken,
): Promise<boolean> {
  const { clientId } = client
  const isOwn = token.clientId === clientId
  if (token.audience.includes(clientId)) return true
  if (token.audience.includes(issuer)) return isOwn || isVouchedFor(client)
  const found = await Promise.all(token.audience.map((one) => resourceBook.find(one)))
  const resources = found.filter((one) => one !== undefined)
  if (resources.length > 0 && isOwn) return true
  return resources.some(({ introspectionClients }) => introspectionClients.includes(clientId))
}

/** Where anybody may register, whoever did so is nobody to look into what others were given. */
function isVouchedFor({ registeredBy }: Client): boolean {
  return registeredBy === 'administrator'
}

function contentOf(issuer: string, token: AccessToken): Introspection {
  return {
    ...token.claims,
    active: true,
    iss: issuer,
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
    ...(token.authTime !== undefined && { auth_time: token.authTime }),
    ...(token.acr !== undefined && { acr: token.acr }),
    ...(token.amr !== undefined && { amr: token.amr }),
  }
}

/** Where a client knows people by names of its own, another name would tell who they are (OIDC Core section 8.1). */
function usernameOf({ client, person }: Activity & { readonly ok: true }) {
  const isTold = person !== undefined && client.metadata.subject_type !== 'pairwise'
  return isTold ? { username: person.username } : {}
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
    sub: needs.subjects.of(client, family.userId),
    client_id: family.clientId,
    scope: family.scopes.join(' '),
    ...(family.binding && { cnf: family.binding }),
    exp: Math.min(numericDate(family.expiresAt), numericDate(idleEnd)),
    iat: numericDate(family.rotatedAt),
    token_type: 'refresh_token',
  }
}
