import type { JWTPayload } from 'jose'
import { jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { numericDate } from '../../base/index.ts'
import type { Client, ClientKeys } from '../../clients/index.ts'
import { clockSkewFor, demandsOf } from '../../clients/index.ts'
import type { Kv } from '../../kv/index.ts'
import type { ProtocolRequest } from '../protocol-request.ts'
import { registeredAlgorithms } from '../believed-algorithms.ts'
import { objectAlgorithms } from '../request-object/metadata.ts'
import { objectParameters } from '../request-object/object-parameters.ts'
import { cibaFailures } from './failures.ts'

export type ReadRequestNeeds = {
  readonly clock: Clock
  readonly kv: Kv
  readonly issuer: string
  readonly clientKeys: ClientKeys
  /** Seconds. */
  readonly clockSkew: number
}

type Read = Pick<ProtocolRequest, 'parameters' | 'lists'>

/** What authenticates the client stays outside (CIBA Core section 7.1.1). */
const credentials = new Set([
  'request',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
])

/** Seconds: FAPI-CIBA section 5.2.2. */
const longestLife = 3600

const refused = (why: string, cause?: unknown) =>
  cibaFailures.bad_object({ parameter: 'request', log: { why }, cause })

/** The parameters of a request, or those that its client signed. */
export async function readBackchannel(
  needs: ReadRequestNeeds,
  client: Client,
  { parameters, lists }: ProtocolRequest,
): Promise<Read> {
  const object = parameters.get('request')
  const { backchannel_authentication_request_signing_alg: alg } = client.metadata
  if (object === undefined) {
    if (alg !== undefined || demandsOf(client).signedRequests) throw cibaFailures.not_signed()
    return { parameters, lists }
  }
  const beside = [...parameters.keys(), ...lists.keys()].some((name) => !credentials.has(name))
  if (beside) throw cibaFailures.outside_parameters()
  const payload = await verified(needs, client, object)
  const read = objectParameters(payload)
  for (const problem of read.problems.values()) throw problem
  return read
}

async function verified(
  needs: ReadRequestNeeds,
  client: Client,
  object: string,
): Promise<JWTPayload> {
  const { clock, issuer, kv } = needs
  const clockSkew = clockSkewFor(client, needs.clockSkew)
  const keys = needs.clientKeys.verifying(client)
  if (keys === undefined) throw refused('the client has no keys')
  const { payload } = await jwtVerify(object, keys, {
    algorithms: algorithmsOf(client),
    issuer: client.clientId,
    audience: issuer,
    requiredClaims: ['exp', 'iat', 'nbf', 'jti'], // CIBA Core section 7.1.1
    clockTolerance: clockSkew,
    currentDate: clock.now(),
  }).catch((error: unknown) => {
    throw refused('not signed by the client', error)
  })
  const now = numericDate(clock.now())
  const { exp = 0, nbf = 0, iat = 0, jti = '' } = payload
  if (exp - nbf > longestLife) throw refused('lives too long')
  if (iat > now + clockSkew) throw refused('from the future')
  if (jti === '' || jti.length > 256) throw refused('jti')
  const key = `backchannel-jti:${client.clientId}:${Buffer.from(jti).toString('base64url')}`
  if (!(await kv.add(key, '1', exp - now + clockSkew + 1))) throw refused('replayed')
  return payload
}

function algorithmsOf(client: Client): string[] {
  const { backchannel_authentication_request_signing_alg: registered } = client.metadata
  const { algorithms = objectAlgorithms } = demandsOf(client)
  return registeredAlgorithms(algorithms, registered)
}
