import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Random } from '../../base/index.ts'
import { numericDate, sha256 } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { allowedScopes } from '../../clients/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { AccessClaims } from '../access-claims.ts'
import { grantedScopes, meaningful } from '../exchange/granted-scopes.ts'
import { oauthFailures } from '../failures.ts'
import type { AccessTokenMint } from '../issue.ts'
import { answerWithToken } from '../issue.ts'
import type { AssertedSubjectNeeds } from '../trusted-issuers/asserted-subject.ts'
import { assertedSubject } from '../trusted-issuers/asserted-subject.ts'
import type { TrustedIssuer } from '../trusted-issuers/trusted-issuer.ts'
import type { AssertionNeeds, VerifiedClaims } from '../trusted-issuers/verify-assertion.ts'
import { verifyIssued } from '../trusted-issuers/verify-assertion.ts'
import type { Grant } from './grant.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

type Needs = AssertionNeeds &
  AssertedSubjectNeeds & {
    readonly random: Random
    readonly kv: Kv
    readonly mint: AccessTokenMint
    readonly accessClaims: AccessClaims
  }

const refuse = (why: string) =>
  oauthFailures.invalid_grant({ parameter: 'assertion', log: { why } }) // RFC 7521 section 4.1.1

/**
 * RFC 7523 section 2.1: somebody whom we trust says whom the client may act for. There is no grant of the
 * person behind it, so there is no refresh token (RFC 7521 section 4.1) and no ID token.
 */
export function jwtBearerGrant(needs: Needs): Grant {
  return {
    type: jwtBearer,
    async redeem({ client, parameters, origin, binding, resources }) {
      const assertion = parameters.get('assertion')
      if (assertion === undefined) throw oauthFailures.missing_parameter({ parameter: 'assertion' })
      const verified = await verifyIssued(needs, client, assertion)
      if (!verified.ok) throw refuse(verified.why)
      const { trusted, claims } = verified
      const scopes = grantedScopes(parameters.get('scope'), possibleScopes(client, trusted))
      const found = await assertedSubject(needs, client, verified)
      if (!found.ok) throw refuse(found.why)
      // Last of all: an assertion that was refused for something else may be shown again.
      if (!(await useUp(needs, claims, assertion))) {
        await auditReplay(needs, { client, trusted, origin })
        throw refuse('replayed')
      }
      const id = found.user?.id ?? client.clientId
      const subject = { type: found.user === undefined ? 'client' : 'user', id } as const
      const made = await needs.mint({
        client,
        resources,
        binding,
        subject: id,
        claims: await needs.accessClaims(subject, client, scopes, 'access_token'),
        clientId: client.clientId,
        scopes,
      })
      return answerWithToken(made)
    },
  }
}

function possibleScopes(client: Client, trusted: TrustedIssuer): readonly string[] {
  const about = trusted.subject === 'client' ? 'client' : 'person'
  const own = meaningful(allowedScopes(client), about)
  return own.filter((scope) => trusted.scopes?.includes(scope) !== false)
}

/** RFC 7523 section 3, point 7: once, by its `jti`, or by the whole of it where it has none. */
async function useUp(
  { kv, clock, clockSkew }: Needs,
  { iss = '', jti, exp }: VerifiedClaims,
  assertion: string,
): Promise<boolean> {
  // Without its signature, which anybody may be able to write in another way.
  const signed = assertion.slice(0, assertion.lastIndexOf('.'))
  const mark = typeof jti === 'string' && jti !== '' ? JSON.stringify([iss, jti]) : signed
  // As late as any client may be (FAPI 2.0 section 5.3.2.1).
  const left = exp - numericDate(clock.now()) + Math.max(60, clockSkew) + 1
  return kv.add(`grant-assertion:${sha256(mark).toString('base64url')}`, '1', Math.max(1, left))
}

type Replay = {
  readonly client: Client
  readonly trusted: TrustedIssuer
  readonly origin: Origin
}

function auditReplay(needs: Needs, { client, trusted, origin }: Replay): Promise<void> {
  return appendAudit(needs, needs.db, {
    actor: `client:${client.clientId}`,
    action: 'assertion.replay',
    resource: `trusted_issuer:${trusted.id}`,
    outcome: 'refused',
    origin,
  })
}

/** What discovery says of it. */
export const jwtBearerMetadata = () => ({ grant_types_supported: [jwtBearer] })
