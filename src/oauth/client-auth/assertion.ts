import { decodeJwt, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { addSeconds, numericDate } from '../../base/index.ts'
import type { Client, ClientKeys } from '../../clients/index.ts'
import type { Kv } from '../../kv/index.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']
/** Seconds. An assertion that lives longer could be kept and replayed for too long. */
const longestLife = 600

/** The client an assertion claims to be from, before anything is verified. */
export function assertedClient(assertion: string): string | undefined {
  try {
    const { iss, sub } = decodeJwt(assertion)
    return iss === sub ? sub : undefined // RFC 7523 section 3
  } catch {
    return undefined
  }
}

type Needs = {
  readonly clock: Clock
  readonly kv: Kv
  readonly clientKeys: ClientKeys
  /** Values accepted in `aud`: the issuer and the endpoints (RFC 7523 section 3, OIDC Core 9). */
  readonly audiences: readonly string[]
  readonly clockSkew: number
}

/** Verifies a private_key_jwt assertion and uses up its `jti`. */
export async function verifyAssertion(
  needs: Needs,
  client: Client,
  assertion: string,
): Promise<boolean> {
  const keys = needs.clientKeys.verifying(client)
  if (keys === undefined) return false
  const now = needs.clock.now()
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms,
      issuer: client.clientId,
      subject: client.clientId,
      audience: [...needs.audiences],
      requiredClaims: ['exp', 'jti'],
      clockTolerance: needs.clockSkew,
      currentDate: now,
    })
    const { exp = 0, jti = '', iat } = payload
    const latest = numericDate(addSeconds(now, longestLife + needs.clockSkew))
    const fromFuture = iat !== undefined && iat > numericDate(now) + needs.clockSkew
    if (exp > latest || jti === '' || jti.length > 256 || fromFuture) return false
    const key = `jti:${client.clientId}:${Buffer.from(jti).toString('base64url')}`
    return await needs.kv.add(key, '1', exp - numericDate(now) + needs.clockSkew + 1)
  } catch (error) {
    if (isJoseError(error)) return false
    throw error
  }
}

function isJoseError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('ERR_J') || error instanceof TypeError || error instanceof DOMException
}
