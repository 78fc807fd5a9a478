/**
 * resources: the APIs that tokens may be for (RFC 8707), and what follows for a token: its audience, scopes, format,
 * lifetime and signature. Owns `resources`; every node sees a change within a second (`book.ts`).
 */

import type { SigningAlgorithm } from '../../keys/index.ts'

/** What a token for a resource may allow, with words for the person who is asked. */
export type ResourceScope = {
  /** A scope token of RFC 6749 section 3.3. */
  readonly scope: string
  readonly name: string
  readonly description?: string
}

/** An API that tokens may be for (RFC 8707), and what these look like. */
export type Resource = {
  readonly id: string
  /** The audience of its tokens. */
  readonly identifier: string
  readonly name: string
  readonly scopes: readonly ResourceScope[]
  readonly format: 'jwt' | 'opaque'
  /** Seconds; null leaves it to the setting. */
  readonly lifetime: number | null
  readonly signingAlg: SigningAlgorithm
  /** Whether its tokens must be bound to a key or a certificate. */
  readonly requireBinding: boolean
  /** The clients by which its servers ask about tokens (RFC 7662). */
  readonly introspectionClients: readonly string[]
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Seconds. A JWT cannot be taken back where nobody asks us about it, and its key must be kept as long. */
export const longestJwt = 3600
/** Seconds. */
export const longestOpaque = 86_400

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#"<>\\^`{|}]+$/

/** RFC 8707 section 2: an absolute URI (RFC 3986 section 4.3), without a fragment. */
export function isResourceUri(text: string): boolean {
  return text.length <= 2048 && absolute.test(text) && URL.canParse(text)
}

/**
 * The form under which identifiers are compared: that of RFC 3986 section 6.2.3, because the URL libraries
 * of clients send `https://api.example.com/` for `https://api.example.com`.
 */
export function resourceKey(identifier: string): string {
  const { href, pathname, search } = new URL(identifier)
  return pathname === '/' && search === '' ? href.replace(/\/$/, '') : href
}

/** Whether a token for an identifier could be taken for one of our own. */
export function isOurs(identifier: string, issuer: string): boolean {
  const key = resourceKey(identifier)
  const own = resourceKey(issuer)
  const within = (path: string) => key === `${own}${path}` || key.startsWith(`${own}${path}/`)
  return key === own || within('/api/v1') || within('/oauth')
}
