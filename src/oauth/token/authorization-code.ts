import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { grantBinding, holdsKey } from '../binding/binding.ts'
import type { Clock, FamilyId, Random } from '../../base/index.ts'
import { addSeconds, sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Family, FamilyStart, RefreshTokens, TokenBinding } from '../../session/index.ts'
import { revokeFamily, startFamily } from '../../session/index.ts'
import type { CodeRefusal, StoredCode } from '../code.ts'
import { decideCode } from '../code.ts'
import { oauthFailures } from '../failures.ts'
import type { IssueNeeds } from '../issue.ts'
import { issueTokens } from '../issue.ts'
import { readTokenRules } from '../resources/token-rules.ts'
import { lockCode, markCodeUsed } from '../store.ts'
import type { Grant, GrantRequest } from './grant.ts'
import { narrowedGrant } from './narrow.ts'

type Needs = IssueNeeds & {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly refreshTokens: RefreshTokens
  /** Seconds. */
  readonly refreshAbsoluteLifetime: number
}

type Presented = {
  readonly code: string
  readonly redirectUri: string | undefined
  readonly verifier: string | undefined
}

type Redemption =
  | {
      readonly ok: true
      readonly code: StoredCode
      readonly user: User
      readonly family: Family
      readonly refreshToken: string | undefined
    }
  | {
      readonly ok: false
      readonly why: CodeRefusal | 'unknown' | 'session_ended' | 'dpop_jkt'
    }

/** RFC 6749 section 4.1.3 with PKCE (RFC 7636 section 4.6) and OIDC Core 3.1.3. */
export function authorizationCodeGrant(needs: Needs): Grant {
  return {
    type: 'authorization_code',
    async redeem(request) {
      const { client, parameters, binding } = request
      const code = parameters.get('code')
      if (code === undefined) throw oauthFailures.missing_parameter({ parameter: 'code' })
      const redirectUri = parameters.get('redirect_uri')
      const presented = { code, redirectUri, verifier: parameters.get('code_verifier') }
      const result = await needs.db.transaction((tx) => redeem(needs, tx, request, presented))
      // Thrown only now: a replay has revoked what the code issued, and that is committed.
      if (!result.ok) throw oauthFailures.invalid_grant({ log: { why: result.why } })
      const { user, family, refreshToken } = result
      const { resources, details } = narrowedGrant(request, family)
      const { nonce } = result.code.grantData
      return issueTokens(needs, {
        client,
        user,
        family: { ...family, details },
        refreshToken,
        scopes: family.scopes,
        resources,
        binding,
        nonce,
      })
    },
  }
}

async function redeem(
  needs: Needs,
  tx: Tx,
  request: GrantRequest,
  presented: Presented,
): Promise<Redemption> {
  const { client, origin, binding } = request
  const code = await lockCode(tx, sha256(presented.code))
  if (code === undefined) return { ok: false, why: 'unknown' }
  const now = needs.clock.now()
  const refusal = decideCode(code, { ...presented, clientId: client.clientId, now })
  if (refusal === 'replayed' && code.familyId !== null) {
    await revokeReplayed(needs, tx, code, code.familyId, origin)
  }
  if (refusal !== undefined) return { ok: false, why: refusal }
  if (!holdsKey(code.grantData.dpopJkt, binding)) return { ok: false, why: 'dpop_jkt' } // RFC 9449 section 10
  // A code stays good when more is asked for than it stands for, or what no token can be for.
  const { resources } = narrowedGrant(request, code.grantData)
  await readTokenRules(needs, { client, resources, binding })
  // Asked for together, which saves a round trip; a refusal from here on leaves nothing to commit.
  const [user, started] = await Promise.all([
    findUser(tx, code.userId),
    startFamily(needs, tx, familyOf(needs, client, code, binding)),
  ])
  if (user?.isActive !== true) throw oauthFailures.invalid_grant({ log: { why: 'inactive_user' } })
  if (started === undefined) return { ok: false, why: 'session_ended' }
  await markCodeUsed(tx, code.digest, started.family.id, now)
  return { ok: true, code, user, ...started }
}

function familyOf(
  needs: Needs,
  client: Client,
  code: StoredCode,
  binding: TokenBinding | undefined,
): FamilyStart {
  const { scopes, claims = null, authTime, sessionEnds, amr, acr } = code.grantData
  const { resources = [], details = null } = code.grantData
  const offline = scopes.includes('offline_access')
  const latest = addSeconds(needs.clock.now(), needs.refreshAbsoluteLifetime)
  return {
    kind: 'oauth',
    userId: code.userId,
    clientId: client.clientId,
    sessionId: code.sessionId,
    scopes,
    claims,
    resources,
    details,
    binding: grantBinding(client, binding),
    offline,
    authTime: new Date(authTime),
    amr,
    acr,
    // What is not offline access may not outlive the session it came from.
    expiresAt: offline ? latest : new Date(Math.min(latest.getTime(), sessionEnds)),
    withRefreshToken: mayRefresh(client),
  }
}

/** A client registered for the grant gets a refresh token; without offline_access it ends with the session. */
function mayRefresh(client: Client): boolean {
  return client.metadata.grant_types.includes('refresh_token')
}

/** RFC 6749 section 4.1.2: a code used twice takes back everything it gave. */
async function revokeReplayed(
  needs: Needs,
  tx: Tx,
  code: StoredCode,
  familyId: FamilyId,
  origin: Origin,
): Promise<void> {
  await revokeFamily(tx, familyId, needs.clock.now())
  await appendAudit(needs, tx, {
    actor: `client:${code.clientId}`,
    action: 'authorization_code.replay',
    resource: `user:${code.userId}`,
    outcome: 'refused',
    origin,
  })
}
