import { numericDate } from '../base/index.ts'
import type { KeyBook } from './key-book.ts'
import { claimsToBeKey } from './key-text.ts'

type Introspection =
  | { readonly active: false }
  | ({ readonly active: true } & Readonly<Record<string, unknown>>)

/**
 * What RFC 7662 section 2.2 says of a key, so that applications can accept them: nothing of one that does
 * not count. There is no client behind it, and its scope is a list of permissions. Undefined for what says
 * itself that it is no key.
 */
export async function introspectKey(
  needs: { readonly issuer: string; readonly book: KeyBook },
  token: string,
): Promise<Introspection | undefined> {
  if (!claimsToBeKey(token)) return undefined
  const held = await needs.book.find(token, null)
  if (held === undefined) return { active: false }
  const { key, user } = held
  return {
    active: true,
    iss: needs.issuer,
    sub: user.id,
    username: user.username,
    scope: key.scopes.join(' '),
    exp: numericDate(key.expiresAt),
    iat: numericDate(key.createdAt),
    jti: key.id,
    token_type: 'api_key',
  }
}
