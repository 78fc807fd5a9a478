import type { JWTPayload } from 'jose'

/** What a verified token says (RFC 9068 section 2.2). */
export type Token = JWTPayload & {
  readonly sub: string
  readonly client_id: string
  readonly scope?: string
  readonly acr?: string
  readonly auth_time?: number
  readonly cnf?: { readonly jkt?: string; readonly 'x5t#S256'?: string }
}

/** What a part of the API demands of the token, beyond being valid. */
export type Demands = {
  /** All of them must be in the token. */
  readonly scopes?: readonly string[]
  /** One of them must be the token's `acr` (RFC 9470). */
  readonly acrValues?: readonly string[]
  /** Seconds since the person signed in (RFC 9470). */
  readonly maxAge?: number
}

/** The first demand that a token does not meet, with what the client should ask for. */
export function unmet(
  token: Token,
  { scopes = [], acrValues, maxAge }: Demands,
  now: number,
):
  | {
      readonly code: 'insufficient_scope' | 'insufficient_user_authentication'
      readonly ask: Record<string, string>
    }
  | undefined {
  const granted = (token.scope ?? '').split(' ')
  if (!scopes.every((scope) => granted.includes(scope))) {
    return { code: 'insufficient_scope', ask: { scope: scopes.join(' ') } }
  }
  const weak = acrValues !== undefined && !acrValues.includes(token.acr ?? '')
  const old = maxAge !== undefined && now - (token.auth_time ?? 0) > maxAge
  if (!weak && !old) return undefined
  return {
    code: 'insufficient_user_authentication',
    ask: {
      ...(acrValues !== undefined && { acr_values: acrValues.join(' ') }),
      ...(maxAge !== undefined && { max_age: String(maxAge) }),
    },
  }
}
