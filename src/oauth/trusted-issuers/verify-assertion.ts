import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { addSeconds, hasControls, isStorable, numericDate } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { clockSkewFor, demandsOf } from '../../clients/index.ts'
import type { Queries } from '../../db/index.ts'
import type { RemoteKeys } from '../../outgoing/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { selectEnabledIssuer } from './store.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

export type AssertionNeeds = {
  readonly db: Queries
  readonly clock: Clock
  readonly issuer: string
  readonly clockSkew: number
  readonly remoteKeys: RemoteKeys
  readonly issuerKeys: IssuerKeys
}

/** What somebody else says, and who that is; or why it is not believed, for the log. */
export type Assertion =
  | { readonly ok: true; readonly trusted: TrustedIssuer; readonly claims: VerifiedClaims }
  | { readonly ok: false; readonly why: string }

export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly exp: number }

/** Seconds from now. What lives longer could be kept and used for too long (RFC 7523 section 3, point 4). */
const longestLife = 3600

const refused = (why: string) => ({ ok: false, why }) as const

/** Judges a JWT of another issuer for a client (RFC 7523 section 3, points 1 to 10). */
export async function verifyIssued(
  needs: AssertionNeeds,
  client: Client,
  assertion: string,
): Promise<Assertion> {
  const iss = claimedIssuer(assertion)
  const trusted = iss === undefined ? undefined : await selectEnabledIssuer(needs.db, iss)
  if (trusted === undefined) return refused('untrusted issuer')
  if (trusted.clientIds?.includes(client.clientId) === false) return refused('client not allowed')
  const keys = await keysOf(needs, trusted)
  if (keys === undefined) return refused('no keys')
  const verified = await verify(needs, { trusted, client, keys }, assertion)
  if (!verified.ok) return verified
  const { claims } = verified
  if (trusted.subjects?.includes(claims.sub) === false) return refused('subject not believed')
  return { ok: true, trusted, claims }
}

type By = {
  readonly trusted: TrustedIssuer
  readonly client: Client
  readonly keys: JWTVerifyGetKey
}

async function verify(
  needs: AssertionNeeds,
  { trusted, client, keys }: By,
  assertion: string,
): Promise<{ ok: true; claims: VerifiedClaims } | { ok: false; why: string }> {
  const now = needs.clock.now()
  const { algorithms } = demandsOf(client)
  const clockSkew = clockSkewFor(client, needs.clockSkew)
  const own = [needs.issuer, `${needs.issuer}/oauth/token`]
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: trusted.algorithms.filter((alg) => algorithms?.includes(alg) !== false),
      issuer: trusted.issuer,
      audience: trusted.audiences.length > 0 ? [...trusted.audiences] : own,
      requiredClaims: ['sub', 'exp'],
      clockTolerance: clockSkew,
      currentDate: now,
    })
    const { sub = '', exp = 0, iat } = payload
    const latest = numericDate(addSeconds(now, longestLife + clockSkew))
    if (exp > latest) return refused('lives too long')
    if (iat !== undefined && iat > numericDate(now) + clockSkew) return refused('future')
    return sub === '' ? refused('no subject') : { ok: true, claims: { ...payload, sub, exp } }
  } catch (error) {
    if (error instanceof errors.JOSEError) return refused(error.code)
    if (error instanceof OutgoingError) return refused(error.message)
    // What jose says of a key that does not fit the algorithm.
    if (error instanceof TypeError || error instanceof DOMException) return refused('unfit key')
    throw error
  }
}

async function keysOf(
  needs: AssertionNeeds,
  { issuer, jwks, jwksUri }: TrustedIssuer,
): Promise<JWTVerifyGetKey | undefined> {
  if (jwks != null) return createLocalJWKSet(jwks)
  return jwksUri === null ? needs.issuerKeys.of(issuer) : needs.remoteKeys.at(jwksUri)
}

/** Before anything is verified; an address that no entry can have is not looked for. */
function claimedIssuer(assertion: string): string | undefined {
  try {
    const { iss } = decodeJwt(assertion)
    const possible = typeof iss === 'string' && iss.length <= 2048
    return possible && isStorable(iss) && !hasControls(iss) ? iss : undefined
  } catch {
    return undefined
  }
}
