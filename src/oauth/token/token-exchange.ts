import type { AuditEntry } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Random } from '../../base/index.ts'
import { numericDate } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes, isPublic } from '../../clients/index.ts'
import type { Parameters } from '../../http/index.ts'
import type { AccessClaims } from '../access-claims.ts'
import type { Delegation } from '../exchange/delegation.ts'
import { delegationOf } from '../exchange/delegation.ts'
import { exchangeFailures } from '../exchange/failures.ts'
import { grantedScopes, meaningful } from '../exchange/granted-scopes.ts'
import { mayExchange } from '../exchange/policy.ts'
import type { PresentedToken } from '../exchange/presented-token.ts'
import type { ReadingNeeds } from '../exchange/read-token.ts'
import { readToken } from '../exchange/read-token.ts'
import { provesEnough } from '../exchange/second-factor.ts'
import type { TargetNeeds, Targets } from '../exchange/targets.ts'
import { targetsOf } from '../exchange/targets.ts'
import type { TokenType } from '../exchange/token-types.ts'
import { tokenTypeOf, tokenTypes } from '../exchange/token-types.ts'
import { oauthFailures } from '../failures.ts'
import type { AccessTokenMint } from '../issue.ts'
import { answerWithToken } from '../issue.ts'
import type { Grant, GrantRequest, TokenResponse } from './grant.ts'

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

type Needs = ReadingNeeds &
  TargetNeeds & {
    readonly random: Random
    readonly mint: AccessTokenMint
    readonly accessClaims: AccessClaims
  }

/** What discovery says of it. */
export const tokenExchangeMetadata = () => ({ grant_types_supported: [tokenExchange] })

/** RFC 8693 section 2: a token for another one, with no more rights, no longer life and nobody forgotten. */
export function tokenExchangeGrant(needs: Needs): Grant {
  return {
    type: tokenExchange,
    async redeem(request) {
      const { client, parameters } = request
      // Section 5: without authentication whoever found a token could make others of it.
      if (isPublic(client)) throw oauthFailures.grant_not_allowed({ parameter: 'grant_type' })
      const sent = readRequest(parameters)
      const subject = await accept(needs, request, sent.subject)
      const refusal = { parameter: 'subject_token', token: subject } as const
      if (!(await provesEnough(needs, client, subject)))
        throw await refused(needs, request, { ...refusal, why: 'second factor' })
      const actor = sent.actor && (await accept(needs, request, sent.actor))
      const delegation = delegationOf(needs, { client, subject, actor })
      if (!delegation.ok) {
        const { why } = delegation
        throw await refused(needs, request, { ...refusal, why })
      }
      const asked = {
        resources: request.resources,
        audiences: request.lists.get('audience') ?? [],
      }
      const targets = await targetsOf(needs, client, subject, asked)
      const scopes = grantedScopes(parameters.get('scope'), possibleScopes(client, subject))
      if (delegation.impersonates) await auditImpersonation(needs, request, subject, scopes)
      return issue(needs, request, { subject, delegation, targets, scopes, wanted: sent.wanted })
    },
  }
}

type Sent = {
  readonly text: string
  readonly type: TokenType
  readonly parameter: 'subject_token' | 'actor_token'
}

/** RFC 8693 section 2.1. */
function readRequest(parameters: Parameters) {
  const wanted = parameters.get('requested_token_type') ?? tokenTypes.access_token
  const actor = parameters.get('actor_token')
  if (actor === undefined && parameters.has('actor_token_type')) {
    throw exchangeFailures.stray_actor_type()
  }
  return {
    subject: sentToken(parameters, 'subject_token', ['access_token', 'id_token', 'jwt']),
    actor:
      actor === undefined
        ? undefined
        : sentToken(parameters, 'actor_token', ['access_token', 'jwt']),
    wanted: tokenTypeOf(wanted, 'requested_token_type', ['access_token', 'jwt']),
  }
}

function sentToken(
  parameters: Parameters,
  parameter: Sent['parameter'],
  among: readonly TokenType[],
): Sent {
  const text = parameters.get(parameter)
  if (text === undefined) throw oauthFailures.missing_parameter({ parameter })
  const type = parameters.get(`${parameter}_type`)
  if (type === undefined) throw oauthFailures.missing_parameter({ parameter: `${parameter}_type` })
  return { text, parameter, type: tokenTypeOf(type, `${parameter}_type`, among) }
}

/** A token that counts and that this client may exchange. */
async function accept(needs: Needs, request: GrantRequest, sent: Sent): Promise<PresentedToken> {
  const { client, binding } = request
  const { parameter } = sent
  const reading = await readToken(needs, client, sent)
  if (!reading.ok) {
    throw exchangeFailures.unacceptable_token({ parameter, log: { why: reading.why } })
  }
  const { token } = reading
  if (!mayExchange(client, token, await servedBy(needs, client, token))) {
    throw await refused(needs, request, { parameter, token, why: 'not for this client' })
  }
  // Bound to a key, it would become good for everybody who finds it.
  if (token.binding !== undefined && binding === undefined) throw exchangeFailures.proof_needed()
  return token
}

/** Of the resources that a token is for, those whose servers ask about tokens by this client. */
async function servedBy(
  { resourceBook }: Needs,
  { clientId }: Client,
  { audience }: PresentedToken,
): Promise<readonly string[]> {
  const found = await Promise.all(audience.map((name) => resourceBook.find(name)))
  return audience.filter((_name, i) => found[i]?.introspectionClients.includes(clientId) === true)
}

function possibleScopes(client: Client, { subject, grant, scopes }: PresentedToken) {
  const person = grant === undefined ? 'person' : 'sign_in'
  const own = meaningful(allowedScopes(client), subject.type === 'client' ? 'client' : person)
  return scopes === undefined ? own : own.filter((scope) => scopes.includes(scope))
}

type Exchange = {
  readonly subject: PresentedToken
  readonly delegation: Delegation & { readonly ok: true }
  readonly targets: Targets
  readonly scopes: readonly string[]
  readonly wanted: TokenType
}

async function issue(
  needs: Needs,
  { client, binding, resources, lists }: GrantRequest,
  { subject, delegation, targets, scopes, wanted }: Exchange,
): Promise<TokenResponse> {
  const keepsTargets = resources.length === 0 && !lists.has('audience')
  const made = await needs.mint({
    client,
    ...targets,
    binding,
    subject: subject.subject.id,
    claims: await needs.accessClaims(subject.subject, client, scopes, 'access_token'),
    clientId: client.clientId,
    scopes,
    actor: delegation.act,
    // They were granted for what the token was for (RFC 9396 section 9.1).
    details: keepsTargets ? subject.details : undefined,
    longest: Math.max(1, subject.expiresAt - numericDate(needs.clock.now())),
    ...(subject.grant && { grant: subject.grant }),
  })
  const isJwt = made.token.split('.').length === 3
  const issued = tokenTypes[isJwt ? wanted : 'access_token']
  return { ...answerWithToken(made), issued_token_type: issued }
}

type Reason = {
  readonly parameter: Sent['parameter']
  readonly token: PresentedToken
  readonly why: string
}

/** The failure for a token that is sound and that policy keeps from the client; the operator can look it up. */
async function refused(needs: Needs, request: GrantRequest, { parameter, token, why }: Reason) {
  const deed = { action: 'token_exchange.refuse', outcome: 'refused', details: { why } } as const
  await audit(needs, request, token, deed)
  return exchangeFailures.unacceptable_token({ parameter, log: { why } })
}

function auditImpersonation(
  needs: Needs,
  request: GrantRequest,
  token: PresentedToken,
  scopes: readonly string[],
): Promise<void> {
  const details = { subject_client: token.issuedTo ?? null, scopes }
  const deed = { action: 'token_exchange.impersonate', outcome: 'success', details } as const
  return audit(needs, request, token, deed)
}

function audit(
  needs: Needs,
  { client, origin }: GrantRequest,
  { subject }: PresentedToken,
  deed: Pick<AuditEntry, 'action' | 'outcome' | 'details'>,
): Promise<void> {
  const actor = `client:${client.clientId}`
  const resource = `${subject.type}:${subject.id}`
  return appendAudit(needs, needs.db, { ...deed, actor, resource, origin })
}
