import type { JWTPayload } from 'jose'
import type { ReadParameters } from '../../http/index.ts'
import { readParameters } from '../../http/index.ts'

/** What says something about the JWT and nothing about the request (RFC 7519 section 4.1). */
const aboutTheJwt = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

/** The parameters in a request object, as if they had been sent by themselves (RFC 9101 section 4). */
export function objectParameters(payload: JWTPayload): ReadParameters {
  const members = Object.entries(payload).flatMap(([name, value]) =>
    aboutTheJwt.has(name) || value === null ? [] : [[name, onTheWire(name, value)] as const],
  )
  return readParameters(Object.fromEntries(members))
}

/** Numbers stay numbers, and what is JSON in a parameter may be JSON here (RFC 9101 section 4, OIDC Core 6.1). */
function onTheWire(name: string, value: unknown): unknown {
  if (typeof value === 'string') return value
  if (name === 'resource' && Array.isArray(value)) return value
  return JSON.stringify(value)
}
