import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { numericDate, sha256 } from '../../base/index.ts'
import type { Kv } from '../../kv/index.ts'
import { believedAlgorithms } from '../believed-algorithms.ts'
import type { Nonces } from './nonce.ts'
import { normalTarget } from './target.ts'

/** Asymmetric ones only (RFC 9449 section 4.2). */
export const proofAlgorithms: readonly string[] = believedAlgorithms

/** Seconds that a proof may be old, besides the skew of clocks. */
const longestLife = 60
/** Characters of a `jti`. */
const longestId = 256
/** Characters of base64url: 4096 bits, and what everybody uses. */
const longestModulus = 683
const longestExponent = 6
/** RFC 7517 section 9.3 and RFC 7518 section 6: what only the holder of a key may have. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

export type DpopNeeds = {
  readonly clock: Clock
  readonly kv: Kv
  /** Where the server is reached: its public address, and the one for clients with certificates. */
  readonly addresses: readonly string[]
  /** Seconds. */
  readonly clockSkew: number
  /** Undefined where proofs need no nonce. */
  readonly nonces: Nonces | undefined
}

/** A request that brings a proof, or should. */
export type Proven = {
  /** Each `DPoP` header. */
  readonly dpop: readonly string[]
  readonly method: string
  readonly path: string
  /** The token that is used with it, at a resource. */
  readonly accessToken?: string
  readonly algorithms?: readonly string[] | undefined
}

export type ProofVerdict =
  | { readonly ok: true; readonly jkt: string }
  | { readonly ok: false; readonly why: string; readonly nonce: boolean }

export type Dpop = {
  /** The thumbprint of the key that was proved to be held; uses the proof up. */
  readonly verify: (request: Proven) => Promise<ProofVerdict>
  /** What the next proof must have; undefined where that is nothing. */
  readonly nonce: () => string | undefined
}

export function createDpop(needs: DpopNeeds): Dpop {
  return {
    verify: (request) => verifyProof(needs, request),
    nonce: () => needs.nonces?.current(),
  }
}

const refused = (why: string, nonce = false) => ({ ok: false, why, nonce }) as const

/** RFC 9449 section 4.3, all of its checks. */
async function verifyProof(needs: DpopNeeds, request: Proven): Promise<ProofVerdict> {
  const [proof, ...more] = request.dpop
  if (proof === undefined) return refused('missing')
  if (more.length > 0) return refused('several')
  const skew = Math.min(60, Math.max(10, needs.clockSkew)) // FAPI 2.0 section 5.3.2.1
  const read = await readProof(needs, request, { proof, skew })
  if (read === undefined) return refused('not a proof, or its signature is wrong')
  const { payload, jkt } = read
  const why = decideProof(payload, {
    method: request.method,
    targets: needs.addresses.map((address) => normalTarget(address + request.path)),
    accessToken: request.accessToken,
    now: numericDate(needs.clock.now()),
    skew,
  })
  if (why !== undefined) return refused(why)
  if (needs.nonces?.accepts(payload.nonce) === false) return refused('nonce', true) // section 8
  const { jti = '', htu } = payload
  // Section 11.1: once, by this key at this address.
  const once = sha256(`${jkt} ${String(htu)} ${jti}`).toString('base64url')
  const isNew = await needs.kv.add(`dpop:${once}`, '1', longestLife + 2 * skew + 1)
  return isNew ? { ok: true, jkt } : refused('replayed')
}

type ReadProof = { readonly payload: JWTPayload; readonly jkt: string }

/** What a proof says, when the key in it has signed it; undefined otherwise. */
async function readProof(
  needs: DpopNeeds,
  { algorithms = proofAlgorithms }: Proven,
  { proof, skew }: { readonly proof: string; readonly skew: number },
): Promise<ReadProof | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, keyInProof, {
      typ: 'dpop+jwt',
      algorithms: proofAlgorithms.filter((one) => algorithms.includes(one)),
      clockTolerance: skew,
      currentDate: needs.clock.now(),
    })
    const { jwk = {} } = protectedHeader
    return { payload, jkt: await calculateJwkThumbprint(jwk) }
  } catch {
    // Whatever is wrong with it: it proves nothing.
    return undefined
  }
}

/** The public key in the header (RFC 9449 section 4.2), of a size that costs nothing to try. */
const keyInProof: JWTVerifyGetKey = (header, token) => {
  const { jwk = {} } = header
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) throw new TypeError('a private key')
  if ((jwk.n?.length ?? 0) > longestModulus || (jwk.e?.length ?? 0) > longestExponent)
    throw new TypeError('too long a key')
  return EmbeddedJWK(header, token)
}

type Expected = {
  readonly method: string
  readonly targets: readonly (string | undefined)[]
  readonly accessToken: string | undefined
  readonly now: number
  readonly skew: number
}

/** Why what a proof says does not fit the request; undefined when it fits. */
function decideProof(payload: JWTPayload, expected: Expected): string | undefined {
  const { jti, iat, htm, htu, ath } = payload
  const { now, skew, accessToken } = expected
  if (typeof jti !== 'string' || jti === '' || jti.length > longestId) return 'jti'
  if (htm !== expected.method) return 'htm'
  const target = typeof htu === 'string' ? normalTarget(htu) : undefined
  if (target === undefined || !expected.targets.includes(target)) return 'htu'
  if (typeof iat !== 'number' || iat > now + skew) return 'iat'
  if (iat < now - longestLife - skew) return 'iat'
  if (accessToken === undefined) return undefined
  return ath === sha256(accessToken).toString('base64url') ? undefined : 'ath' // section 7.1
}
