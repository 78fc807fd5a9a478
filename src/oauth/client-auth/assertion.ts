import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { decodeJwt, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { addSeconds, numericDate } from '../../base/index.ts'
import type { Client, ClientKeys } from '../../clients/index.ts'
import { clockSkewFor, demandsOf, workingSecrets } from '../../clients/index.ts'
import type { Sealer } from '../../keys/index.ts'
import type { Kv } from '../../kv/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { believedAlgorithms, registeredAlgorithms } from '../believed-algorithms.ts'

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** OIDC Core section 9: what private_key_jwt and client_secret_jwt are signed with. */
export const keyAlgorithms: readonly string[] = believedAlgorithms
export const secretAlgorithms: readonly string[] = ['HS256', 'HS384', 'HS512']

/** Seconds. An assertion that lives longer could be kept and replayed for too long. */
const longestLife = 600

/** Who an assertion says it is from, before anything is verified; undefined for what is no assertion. */
export function assertedIssuer(
  assertion: string,
): { readonly iss: string | undefined; readonly sub: string | undefined } | undefined {
  try {
    const { iss, sub } = decodeJwt(assertion)
    return { iss: textOf(iss), sub: textOf(sub) }
  } catch {
    return undefined
  }
}

/** Whoever made it may have written anything. */
function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' ? claim : undefined
}

export type AssertionNeeds = {
  readonly clock: Clock
  readonly kv: Kv
  readonly clientKeys: ClientKeys
  readonly sealer: Sealer
  readonly issuer: string
  /** Where the server is reached: its public address, and the one for clients with certificates. */
  readonly addresses: readonly string[]
  readonly clockSkew: number
}

type Presented = {
  readonly assertion: string
  /** Of the endpoint that it was sent to. */
  readonly path: string
}

/** Verifies private_key_jwt or client_secret_jwt and uses up its `jti`; tells why it proves nothing. */
export async function verifyAssertion(
  needs: AssertionNeeds,
  client: Client,
  { assertion, path }: Presented,
): Promise<string | undefined> {
  const { issuerAudience } = demandsOf(client)
  const skew = clockSkewFor(client, needs.clockSkew)
  const payload = await readAssertion(needs, client, { assertion, path, skew })
  if (typeof payload === 'string') return payload
  // FAPI 2.0 section 5.3.2.1: the issuer, as a string and not in a list.
  if (issuerAudience && payload.aud !== needs.issuer) return 'aud is not the issuer'
  const now = needs.clock.now()
  const { exp = 0, jti = '', iat } = payload
  const latest = numericDate(addSeconds(now, longestLife + skew))
  if (exp > latest) return 'exp is too far away'
  if (iat !== undefined && iat > numericDate(now) + skew) return 'iat is in the future'
  if (jti === '' || jti.length > 256) return 'jti'
  const key = `jti:${client.clientId}:${Buffer.from(jti).toString('base64url')}`
  const isNew = await needs.kv.add(key, '1', exp - numericDate(now) + skew + 1)
  return isNew ? undefined : 'jti was used'
}

async function readAssertion(
  needs: AssertionNeeds,
  client: Client,
  { assertion, path, skew }: Presented & { readonly skew: number },
): Promise<JWTPayload | string> {
  const rules = {
    algorithms: algorithmsOf(client),
    issuer: client.clientId,
    subject: client.clientId,
    audience: audiencesAt(needs, path),
    requiredClaims: ['exp', 'jti'],
    clockTolerance: skew,
    currentDate: needs.clock.now(),
  }
  let why = 'no key'
  for (const key of keysOf(needs, client)) {
    try {
      // The two kinds of key are two signatures of the function.
      const { payload } =
        typeof key === 'function'
          ? await jwtVerify(assertion, key, rules)
          : await jwtVerify(assertion, key, rules)
      return payload
    } catch (error) {
      why = reasonOf(error)
    }
  }
  return why
}

function algorithmsOf(client: Client): string[] {
  const { token_endpoint_auth_method: method, token_endpoint_auth_signing_alg: registered } =
    client.metadata
  const known = method === 'client_secret_jwt' ? secretAlgorithms : keyAlgorithms
  const allowed = demandsOf(client).algorithms ?? known
  const both = known.filter((one) => allowed.includes(one))
  return registeredAlgorithms(both, registered)
}

/** RFC 7523 section 3, RFC 9126 section 2: the issuer, the token endpoint, or the endpoint that is called. */
function audiencesAt({ issuer, addresses }: AssertionNeeds, path: string): string[] {
  const endpoints = addresses.flatMap((address) => [`${address}/oauth/token`, address + path])
  return [issuer, ...endpoints]
}

function keysOf(
  { clientKeys, sealer, clock }: AssertionNeeds,
  client: Client,
): readonly (JWTVerifyGetKey | Uint8Array)[] {
  if (client.metadata.token_endpoint_auth_method === 'client_secret_jwt') {
    return workingSecrets(sealer, client, clock.now()).map((secret) => Buffer.from(secret))
  }
  const published = clientKeys.verifying(client)
  return published === undefined ? [] : [published]
}

/** What is wrong with an assertion, or with the keys of the client; anything else is our own fault. */
export function reasonOf(error: unknown): string {
  if (error instanceof OutgoingError) return `jwks_uri: ${error.trouble}`
  if (error instanceof TypeError || error instanceof DOMException) return error.message
  const isOfJose =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J')
  if (isOfJose) return error.message
  throw error
}
