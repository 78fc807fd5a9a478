/**
 * response: the answers of the authorization endpoint. What each response type brings along, and how it travels
 * (response modes, JARM).
 */

import type { Random } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { ClientUses } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Family, FamilyStart, RefreshTokens, Session } from '../../session/index.ts'
import { noteSessionClient, startFamily } from '../../session/index.ts'
import type { NewCode } from '../authorize/issue-code.ts'
import { newCode, reportedAcr } from '../authorize/issue-code.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import { selectClaims } from '../claims.ts'
import { oauthFailures } from '../failures.ts'
import { mintIdToken } from '../id-token.ts'
import type { IssueNeeds } from '../issue.ts'
import { accessTokenMint } from '../issue.ts'
import { readTokenRules } from '../resources/token-rules.ts'
import { scopeText } from '../scope.ts'
import { insertCode } from '../store.ts'
import type { Issues } from './response-type.ts'
import { issuedBy } from './response-type.ts'

export type IssueResponseNeeds = IssueNeeds & {
  readonly db: Db
  readonly random: Random
  readonly refreshTokens: RefreshTokens
  /** Seconds. */
  readonly codeLifetime: number
  readonly clientUses: ClientUses
}

type Parameters = Readonly<Record<string, string | undefined>>

/** Everything that the response type asks for, for the person of this session (OIDC Core 3.1.2.5, 3.2.2.5, 3.3.2.5). */
export async function issueResponse(
  needs: IssueResponseNeeds,
  request: AuthorizationRequest,
  session: Session,
): Promise<Parameters> {
  needs.clientUses.note(request.client.clientId)
  const issues = issuedBy(request.responseType)
  const code = issues.code ? newCode(needs, request, session) : undefined
  const grant = issues.token ? await grantOf(needs, request, session) : undefined
  const family = await keep(needs, code, grant)
  const token = family && (await frontToken(needs, request, family))
  const idToken = issues.idToken
    ? await frontIdToken(needs, request, session, {
        issues,
        code: code?.text,
        accessToken: token?.access_token,
      })
    : undefined
  return { code: code?.text, ...token, id_token: idToken }
}

/** One transaction at most: what the answer names exists before it is told. */
async function keep(
  needs: IssueResponseNeeds,
  code: NewCode | undefined,
  grant: FamilyStart | undefined,
): Promise<Family | undefined> {
  if (grant === undefined) {
    if (code !== undefined) await insertCode(needs.db, code.row)
    return undefined
  }
  return needs.db.transaction(async (tx) => {
    const [started] = await Promise.all([
      startFamily(needs, tx, grant),
      code && insertCode(tx, code.row),
    ])
    // The session ended while we came here; nothing of this stays.
    if (started === undefined) throw oauthFailures.login_required()
    return started.family
  })
}

/** The grant behind an access token that is never refreshed: it lives no longer than the token. */
async function grantOf(
  needs: IssueResponseNeeds,
  request: AuthorizationRequest,
  session: Session,
): Promise<FamilyStart> {
  const { client, resources } = request
  // Before anything is written: some resources give nothing to who is not bound.
  const { lifetime } = await readTokenRules(needs, { client, resources, binding: undefined })
  const end = addSeconds(needs.clock.now(), lifetime)
  return {
    kind: 'oauth',
    userId: session.userId,
    clientId: client.clientId,
    sessionId: session.id,
    scopes: scopesNow(request),
    claims: request.claims ?? null,
    resources,
    details: request.details ?? null,
    offline: false,
    authTime: session.authTime,
    amr: session.amr,
    acr: reportedAcr(session, request.acr),
    expiresAt: end < session.expiresAt ? end : session.expiresAt,
    withRefreshToken: false,
  }
}

/** Without a refresh token there is no access while the person is away. */
function scopesNow({ scopes }: AuthorizationRequest): readonly string[] {
  return scopes.filter((scope) => scope !== 'offline_access')
}

async function frontToken(
  needs: IssueResponseNeeds,
  request: AuthorizationRequest,
  family: Family,
) {
  const { client, resources } = request
  const { scopes, userId } = family
  const subject = { type: 'user', id: userId } as const
  const claims = await needs.accessClaims(subject, client, scopes, 'access_token')
  const made = await accessTokenMint(needs)({
    client,
    resources,
    binding: undefined,
    details: request.details,
    subject: userId,
    claims,
    clientId: client.clientId,
    scopes,
    grant: family,
  })
  return {
    access_token: made.token,
    token_type: made.type,
    expires_in: String(made.lifetime),
    scope: scopeText(made.scopes),
  } // RFC 6749 section 4.2.2
}

type Beside = {
  readonly issues: Issues
  readonly code: string | undefined
  readonly accessToken: string | undefined
}

async function frontIdToken(
  needs: IssueResponseNeeds,
  request: AuthorizationRequest,
  session: Session,
  { issues, code, accessToken }: Beside,
): Promise<string> {
  const { client, scopes, claims: asked } = request
  const [user] = await Promise.all([
    findUser(needs.db, session.userId),
    noteSessionClient(needs.db, session.id, client.clientId),
  ])
  if (user === undefined) throw oauthFailures.login_required()
  // OIDC Core 5.4: who gets no access token learns from the ID token what the scopes ask for.
  const alone = !issues.code && !issues.token
  const subject = { type: 'user', id: user.id } as const
  const places = alone ? (['userinfo', 'id_token'] as const) : (['id_token'] as const)
  const rights = await Promise.all(
    places.map((place) => needs.accessClaims(subject, client, scopes, place)),
  )
  const told = selectClaims(user, alone ? scopes : [], asked?.id_token)
  return mintIdToken(needs, {
    client,
    subject: needs.subjects.of(client, user.id),
    authTime: session.authTime,
    acr: reportedAcr(session, request.acr),
    amr: session.amr,
    sid: session.id,
    nonce: request.nonce,
    accessToken,
    code,
    state: request.redirect.state,
    claims: Object.assign({}, told, ...rights),
    lifetime: needs.idTokenLifetime,
  })
}
