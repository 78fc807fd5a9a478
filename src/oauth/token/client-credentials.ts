import { allowedScopes } from '../../clients/index.ts'
import { oauthFailures } from '../failures.ts'
import type { AccessClaims } from '../access-claims.ts'
import type { AccessTokenMint } from '../issue.ts'
import { answerWithToken } from '../issue.ts'
import { grantScopes, parseScope } from '../scope.ts'
import type { Grant } from './grant.ts'

/** Scopes that are about a person, who is not there in this grant. */
const personal = new Set(['openid', 'profile', 'email', 'address', 'phone', 'offline_access'])

/** RFC 6749 section 4.4: the client acts for itself; no statement, no refresh token (section 4.4.3). */
export function clientCredentialsGrant(needs: {
  readonly mint: AccessTokenMint
  readonly accessClaims: AccessClaims
}): Grant {
  return {
    type: 'client_credentials',
    async redeem({ client, parameters, binding, resources }) {
      const asked = parseScope(parameters.get('scope'))
      if (asked === undefined) throw oauthFailures.invalid_scope({ parameter: 'scope' })
      const own = allowedScopes(client).filter((scope) => !personal.has(scope))
      const granted = grantScopes(asked, own)
      if (!granted.ok) throw oauthFailures.invalid_scope({ parameter: 'scope' })
      const scopes = asked.length === 0 ? own : granted.scopes
      const subject = { type: 'client', id: client.clientId } as const
      const made = await needs.mint({
        client,
        resources,
        binding,
        claims: await needs.accessClaims(subject, client, scopes, 'access_token'),
        subject: client.clientId,
        clientId: client.clientId,
        scopes,
      })
      return answerWithToken(made)
    },
  }
}
