import type { JWTVerifyGetKey } from 'jose'
import { decodeJwt, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { addSeconds, numericDate } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import { demandsOf } from '../../clients/index.ts'
import type { RemoteKeys } from '../../outgoing/index.ts'
import { believedAlgorithms } from '../believed-algorithms.ts'
import type { IssuerKeys } from './issuer-keys.ts'

/** Seconds from now. What an orchestrator gives its workloads ends within a day. */
const longestLife = 86_400

export type FederatedNeeds = {
  readonly clock: Clock
  readonly issuer: string
  readonly clockSkew: number
  readonly remoteKeys: RemoteKeys
  readonly issuerKeys: IssuerKeys
}

type Credential = NonNullable<Client['metadata']['federated_credentials']>[number]

/**
 * Whether an assertion is a token by which this client may authenticate (RFC 7523 section 3, with an issuer
 * other than the client): from exactly the issuer, about exactly the subject, for exactly the audience that
 * the client is registered with. Such tokens may be used until they expire: an orchestrator writes one into
 * a file and replaces it when it is old, with the same `jti` until then.
 */
export async function verifyFederated(
  needs: FederatedNeeds,
  client: Client,
  assertion: string,
): Promise<boolean> {
  const { iss, sub } = claimed(assertion)
  const credentials = client.metadata.federated_credentials ?? []
  const fitting = credentials.filter(({ issuer, subject }) => issuer === iss && subject === sub)
  for (const credential of fitting) {
    if (await verifies(needs, client, credential, assertion)) return true
  }
  return false
}

async function verifies(
  needs: FederatedNeeds,
  client: Client,
  credential: Credential,
  assertion: string,
): Promise<boolean> {
  // Our own tokens are about people and clients; none of them is a proof of the client itself.
  if (credential.issuer === needs.issuer) return false
  const now = needs.clock.now()
  try {
    const keys = await keysOf(needs, credential)
    if (keys === undefined) return false
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: [...(demandsOf(client).algorithms ?? believedAlgorithms)],
      issuer: credential.issuer,
      subject: credential.subject,
      audience: credential.audience ?? needs.issuer,
      requiredClaims: ['exp'],
      clockTolerance: needs.clockSkew,
      currentDate: now,
    })
    const { exp = 0, iat } = payload
    const latest = numericDate(addSeconds(now, longestLife + needs.clockSkew))
    const fromFuture = iat !== undefined && iat > numericDate(now) + needs.clockSkew
    return exp <= latest && !fromFuture
  } catch {
    // A bad token, or keys that cannot be read: nobody has proved anything.
    return false
  }
}

async function keysOf(
  needs: FederatedNeeds,
  { issuer, jwks_uri: uri }: Credential,
): Promise<JWTVerifyGetKey | undefined> {
  return uri === undefined ? needs.issuerKeys.of(issuer) : needs.remoteKeys.at(uri)
}

/** What it says before anything is verified. */
function claimed(assertion: string): { readonly iss?: unknown; readonly sub?: unknown } {
  try {
    return decodeJwt(assertion)
  } catch {
    return {}
  }
}
