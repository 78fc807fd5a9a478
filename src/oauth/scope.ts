import { accessScopes } from './access-claims.ts'

/** The scopes that Cardea itself understands (OIDC Core 5.4 and 11). */
export const knownScopes = [
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
  ...accessScopes,
] as const

const token = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Splits a scope parameter; undefined when it is not of the form of RFC 6749 section 3.3. */
export function parseScope(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return []
  const scopes = text.split(' ')
  return scopes.every((scope) => token.test(scope)) ? [...new Set(scopes)] : undefined
}

/**
 * What is granted of what was asked: scopes nobody knows are ignored (OIDC Core 3.1.2.1), known ones that
 * the client may not have are an error. A client's own scopes are known to it alone.
 */
export function grantScopes(
  asked: readonly string[],
  allowed: readonly string[],
): { ok: true; scopes: readonly string[] } | { ok: false; scope: string } {
  const known = new Set<string>(knownScopes)
  const foreign = asked.find((scope) => known.has(scope) && !allowed.includes(scope))
  if (foreign !== undefined) return { ok: false, scope: foreign }
  return { ok: true, scopes: asked.filter((scope) => allowed.includes(scope)) }
}

/** True when every scope of `part` is in `whole`. */
export function isSubset(part: readonly string[], whole: readonly string[]): boolean {
  return part.every((scope) => whole.includes(scope))
}

export function scopeText(scopes: readonly string[]): string {
  return scopes.join(' ')
}
