/**
 * request-object: authorization requests as signed JWTs (RFC 9101), by value or at an address, perhaps encrypted
 * to us. Gives parameters to `authorize/source.ts`, and never falls back to what is not signed.
 */

import type { JWTPayload } from 'jose'
import { compactDecrypt, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Clock } from '../../base/index.ts'
import { numericDate } from '../../base/index.ts'
import type { Client, ClientKeys } from '../../clients/index.ts'
import { clockSkewFor, demandsOf } from '../../clients/index.ts'
import type { ReadParameters } from '../../http/index.ts'
import type { KeyRing } from '../../keys/index.ts'
import { OutgoingError } from '../../outgoing/index.ts'
import { requestFailures } from './failures.ts'
import { registeredAlgorithms } from '../believed-algorithms.ts'
import { contentEncryptions, keyManagements, objectAlgorithms } from './metadata.ts'
import { objectParameters } from './object-parameters.ts'

export type ObjectNeeds = {
  readonly clock: Clock
  readonly issuer: string
  readonly clientKeys: ClientKeys
  readonly keys: Pick<KeyRing, 'decrypting'>
  /** Seconds. */
  readonly clockSkew: number
}

const refused = (why: string, cause?: unknown) =>
  requestFailures.invalid_request_object({ parameter: 'request', log: { why }, cause })

/** The parameters that a client signed, and perhaps encrypted to us (RFC 9101 section 6). */
export async function openObject(
  needs: ObjectNeeds,
  client: Client,
  text: string,
): Promise<ReadParameters> {
  const payload = await verified(needs, client, await decrypted(needs, text))
  const problem = claimsProblem(needs, client, payload)
  if (problem !== undefined) throw refused(problem)
  try {
    return objectParameters(payload)
  } catch (error) {
    // What is nested thousands of times can be read, but not written again.
    throw error instanceof RangeError ? refused('nested too deeply', error) : error
  }
}

/** RFC 9101 section 6.1: what is encrypted holds what is signed. */
async function decrypted(needs: ObjectNeeds, text: string): Promise<string> {
  if (text.split('.').length !== 5) return text
  try {
    const { alg = '', kid } = decodeProtectedHeader(text)
    const [key] = keyManagements.includes(alg) ? await needs.keys.decrypting({ alg, kid }) : []
    if (key === undefined) throw refused('no key to open it with')
    const { plaintext } = await compactDecrypt(text, key, {
      keyManagementAlgorithms: [...keyManagements],
      contentEncryptionAlgorithms: [...contentEncryptions],
    })
    return new TextDecoder().decode(plaintext)
  } catch (error) {
    throw isTrouble(error) ? refused('cannot be opened', error) : error
  }
}

async function verified(needs: ObjectNeeds, client: Client, text: string): Promise<JWTPayload> {
  const keys = needs.clientKeys.verifying(client)
  if (keys === undefined) throw refused('the client has no keys')
  try {
    const { payload, protectedHeader } = await jwtVerify(text, keys, {
      algorithms: algorithmsOf(client),
      clockTolerance: clockSkewFor(client, needs.clockSkew),
      currentDate: needs.clock.now(),
    })
    if (!types.includes(protectedHeader.typ?.toLowerCase())) throw refused('another type of JWT')
    return payload
  } catch (error) {
    throw isTrouble(error) ? refused('not signed by the client', error) : error
  }
}

/** RFC 9101 section 10.8; a JWT may also say nothing of what it is. */
const types = [undefined, 'jwt', 'oauth-authz-req+jwt', 'application/oauth-authz-req+jwt']

function algorithmsOf(client: Client): string[] {
  const { algorithms = objectAlgorithms } = demandsOf(client)
  const { request_object_signing_alg: registered } = client.metadata
  return registeredAlgorithms(algorithms, registered)
}

/** Seconds: FAPI 2.0 Message Signing section 5.3.1. */
const longestLife = 3600

/** Why the claims of a request object that its client signed do not count. */
function claimsProblem(
  { clock, issuer, clockSkew: setting }: ObjectNeeds,
  client: Client,
  payload: JWTPayload,
): string | undefined {
  const { iss, aud, sub, exp, nbf, iat } = payload
  const { strictRequests } = demandsOf(client)
  const clockSkew = clockSkewFor(client, setting)
  const now = numericDate(clock.now())
  if (payload.client_id !== client.clientId) return 'another client_id' // RFC 9101 section 5
  if (iss !== undefined && iss !== client.clientId) return 'another issuer' // RFC 9101 section 4
  if (aud !== undefined && ![aud].flat().includes(issuer)) return 'another audience'
  // RFC 9101 section 10.8: neither an assertion nor anything else that the client signs.
  if (sub !== undefined && sub === client.clientId) return 'an assertion of the client'
  if ('request' in payload || 'request_uri' in payload) return 'a request in the request' // RFC 9101 section 4
  if (iat !== undefined && iat > now + clockSkew) return 'from the future'
  if (!strictRequests) return undefined
  if (aud === undefined || exp === undefined || nbf === undefined) return 'no aud, exp or nbf'
  if (exp - nbf > longestLife) return 'lives too long'
  return nbf < now - longestLife - clockSkew ? 'too old' : undefined
}

/** What is wrong with a JWT, or with the place where its keys are; everything else is a bug of ours. */
function isTrouble(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('ERR_J') || error instanceof OutgoingError) return true
  return error instanceof TypeError || error instanceof DOMException
}
