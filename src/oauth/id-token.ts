import { createHash } from 'node:crypto'
import { compactVerify } from 'jose'
import type { Clock } from '../base/index.ts'
import { numericDate } from '../base/index.ts'
import type { Client } from '../clients/index.ts'
import type { KeyRing, SigningAlgorithm } from '../keys/index.ts'
import { signingAlgorithms } from '../keys/index.ts'
import type { AnswerNeeds } from './answer.ts'
import { answerJwt } from './answer.ts'
import { verifyingKey } from './verifying-key.ts'

type Needs = { readonly clock: Clock; readonly keys: KeyRing; readonly issuer: string }

export type IdTokenStart = {
  readonly client: Client
  readonly subject: string
  readonly authTime: Date
  readonly acr: string
  readonly amr: readonly string[]
  readonly sid: string | undefined
  readonly nonce: string | undefined
  /** What it is issued along with, and so has the hashes of (OIDC Core 3.1.3.6 and 3.3.2.11). */
  readonly accessToken: string | undefined
  readonly code?: string | undefined
  /** The state of the request, where the ID token answers one itself (FAPI 1.0 Part 2, section 5.1.1). */
  readonly state?: string | undefined
  /** Further claims that the `claims` parameter asked for. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Seconds. */
  readonly lifetime: number
}

/** OIDC Core section 2. */
export function mintIdToken(needs: Needs & AnswerNeeds, start: IdTokenStart): Promise<string> {
  const iat = numericDate(needs.clock.now())
  const payload = (alg: SigningAlgorithm) => ({
    ...start.claims,
    iss: needs.issuer,
    sub: start.subject,
    aud: start.client.clientId,
    iat,
    exp: iat + start.lifetime,
    auth_time: numericDate(start.authTime),
    acr: start.acr,
    amr: [...start.amr],
    ...hashes(alg, { at_hash: start.accessToken, c_hash: start.code, s_hash: start.state }),
    ...(start.sid !== undefined && { sid: start.sid }),
    ...(start.nonce !== undefined && { nonce: start.nonce }),
  })
  return answerJwt(needs, start.client, 'id_token', { typ: 'JWT', payload })
}

function hashes(alg: SigningAlgorithm, values: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, leftHalfHash(alg, value)]],
    ),
  )
}

/** OIDC Core 3.1.3.6: the left half of the hash that the signature algorithm uses; Ed25519 uses SHA-512. */
function leftHalfHash(alg: SigningAlgorithm, value: string): string {
  const digest = createHash(digests[alg]).update(value).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

const digests: Readonly<Record<SigningAlgorithm, string>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  EdDSA: 'sha512',
}

export type IdTokenHint = {
  readonly subject: string
  readonly clientId: string
  readonly sid: string | undefined
}

/**
 * Reads an ID token that we issued, also when it has expired (OIDC Core 3.1.2.1, RP-Initiated Logout
 * section 4): the signature and issuer must be ours. Undefined when it is not.
 */
export async function readIdTokenHint(
  needs: Needs,
  token: string,
): Promise<IdTokenHint | undefined> {
  try {
    const { payload } = await compactVerify(token, verifyingKey(needs.keys), {
      algorithms: [...signingAlgorithms],
    })
    const claims: Record<string, unknown> = JSON.parse(new TextDecoder().decode(payload))
    const { iss, sub, aud, sid } = claims
    if (iss !== needs.issuer || !isIdToken(claims)) return undefined
    if (typeof sub !== 'string' || typeof aud !== 'string') return undefined
    return { subject: sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined }
  } catch {
    return undefined
  }
}

/** The same keys sign access tokens, logout tokens and what userinfo answers (RFC 8725 section 3.12). */
function isIdToken(claims: Readonly<Record<string, unknown>>): boolean {
  return 'exp' in claims && !('client_id' in claims) && !('events' in claims)
}
