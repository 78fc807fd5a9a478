import { oauthFailures } from '../failures.ts'
import { isSubset, parseScope } from '../scope.ts'

/** Whom a token is about: a client, a person, or a person whose sign-in it belongs to. */
export type About = 'client' | 'person' | 'sign_in'

const ofPeople = new Set(['profile', 'email', 'address', 'phone'])

/** Without scopes that mean nothing there; none of these tokens comes with a refresh token. */
export function meaningful(scopes: readonly string[], about: About): readonly string[] {
  return scopes.filter((scope) => {
    if (scope === 'offline_access') return false
    if (scope === 'openid') return about === 'sign_in'
    return about !== 'client' || !ofPeople.has(scope)
  })
}

/** What is asked for, or all that is possible; never more (RFC 8693 section 2.2.2, RFC 6749 section 5.2). */
export function grantedScopes(
  text: string | undefined,
  possible: readonly string[],
): readonly string[] {
  const asked = parseScope(text)
  if (asked === undefined || !isSubset(asked, possible)) {
    throw oauthFailures.invalid_scope({ parameter: 'scope' })
  }
  return asked.length === 0 ? possible : asked
}
