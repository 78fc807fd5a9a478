import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { ClientId } from '../../base/index.ts'
import { addSeconds, failures } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Judgement, User } from '../../identity/index.ts'
import type { Assurance, MfaCore } from '../../mfa/index.ts'
import { graceOf, judge, passwordProof, situationOf, startGrace } from '../../mfa/index.ts'
import type { FamilyStart, RefreshTokens } from '../../session/index.ts'
import { startFamily } from '../../session/index.ts'
import { grantBinding } from '../binding/binding.ts'
import type { MetadataNeeds, MetadataPart } from '../discovery.ts'
import { oauthFailures } from '../failures.ts'
import type { IssueNeeds } from '../issue.ts'
import { issueTokens } from '../issue.ts'
import { grantScopes, parseScope } from '../scope.ts'
import type { Grant, GrantRequest } from './grant.ts'

type Attempt = {
  readonly identifier: string
  readonly password: string
  readonly clientId: ClientId
  readonly origin: Origin
}

type Needs = IssueNeeds & {
  readonly db: Db
  readonly mfa: MfaCore
  readonly refreshTokens: RefreshTokens
  /** Seconds. */
  readonly refreshAbsoluteLifetime: number
  /** The door that every password goes through, with its limits. */
  readonly prove: (attempt: Attempt) => Promise<Judgement>
  /** Says in the log that a client still uses this grant. */
  readonly warn: (clientId: ClientId) => void
}

const passwordFailures = failures({
  wrong_password: ['invalid_grant', 400, 'The username or password is not correct.'],
  // Said only to who knows the password.
  more_needed: [
    'invalid_grant',
    400,
    'This account needs more than a password. Its owner must sign in on our own pages.',
  ],
})

/**
 * RFC 6749 section 4.3, which RFC 9700 section 2.4 says must not be used: a client sees the password of its person,
 * and there is no place for a second factor. For old clients only, where the operator allows it.
 */
export function passwordGrant(needs: Needs): Grant {
  return {
    type: 'password',
    async redeem(request) {
      const { client, parameters, origin, binding, resources } = request
      const scopes = wantedScopes(client, parameters.get('scope'))
      const identifier = required(request, 'username')
      const password = required(request, 'password')
      needs.warn(client.clientId)
      const attempt = { identifier, password, clientId: client.clientId, origin }
      const judgement = await needs.prove(attempt)
      if (!judgement.ok) throw passwordFailures.wrong_password()
      const { user } = judgement
      const proved = await provedEnough(needs, client, user)
      const started = await needs.db.transaction(async (tx) => {
        await appendAudit(needs, tx, {
          actor: `user:${user.id}`,
          action: 'password_grant.use',
          resource: `user:${user.id}`,
          outcome: 'success',
          origin,
          details: { client: client.clientId, scopes, deprecated: true },
        })
        return startFamily(needs, tx, familyOf(needs, { request, user, proved, scopes }))
      })
      if (started === undefined) throw oauthFailures.invalid_grant()
      return issueTokens(needs, { client, user, ...started, scopes, resources, binding })
    },
  }
}

function required({ parameters }: GrantRequest, parameter: string): string {
  const value = parameters.get(parameter)
  if (value === undefined) throw oauthFailures.missing_parameter({ parameter })
  return value
}

/** Without a scope what the client may have, but for access that goes on while the person is away. */
function wantedScopes(client: Client, text: string | undefined): readonly string[] {
  const asked = parseScope(text)
  const most = allowedScopes(client)
  const granted = asked && grantScopes(asked, most)
  if (asked === undefined || granted?.ok !== true)
    throw oauthFailures.invalid_scope({ parameter: 'scope' })
  return asked.length === 0 ? most.filter((one) => one !== 'offline_access') : granted.scopes
}

/** What a password alone proves, where it is enough: nobody is asked for a factor here. */
async function provedEnough(needs: Needs, client: Client, user: User): Promise<Assurance> {
  const proved = passwordProof(needs.clock)
  const situation = await situationOf(needs.mfa, user.id, client.metadata.mfa_policy)
  const judgement = judge(situation, proved)
  if (judgement.do !== 'pass') throw passwordFailures.more_needed({ log: { why: judgement.do } })
  const grace = graceOf(situation)
  // The time in which a factor may be put off begins here, whether or not its owner ever sees a page.
  if (grace?.isNew === true) await startGrace(needs.db, user.id, grace.until, situation.now)
  return proved
}

type Proved = {
  readonly request: GrantRequest
  readonly user: User
  readonly proved: Assurance
  readonly scopes: readonly string[]
}

function familyOf(
  { clock, refreshAbsoluteLifetime }: Needs,
  { request: { client, binding, resources }, user, proved, scopes }: Proved,
): FamilyStart {
  const mayRefresh = client.metadata.grant_types.includes('refresh_token')
  return {
    kind: 'oauth',
    userId: user.id,
    clientId: client.clientId,
    sessionId: null,
    scopes,
    claims: null,
    resources,
    binding: grantBinding(client, binding),
    // It hangs on no session of a browser, so it goes on until it is taken back.
    offline: mayRefresh,
    authTime: new Date(proved.authTime),
    amr: proved.amr,
    acr: proved.acr,
    expiresAt: addSeconds(clock.now(), refreshAbsoluteLifetime),
    withRefreshToken: mayRefresh,
  }
}

/** Advertised only where it is allowed. */
export function passwordMetadata({ settings }: MetadataNeeds): MetadataPart {
  return settings.passwordGrant ? { grant_types_supported: ['password'] } : {}
}
