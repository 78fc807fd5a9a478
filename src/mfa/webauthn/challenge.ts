import type { UserId } from '../../base/index.ts'
import { addSeconds, hmacSha256, sameBytes, sha256 } from '../../base/index.ts'
import type { MfaCore, RelyingParty } from '../factor.ts'

/** Seconds in which a challenge may be answered. */
export const challengeLifetime = 600

/** What a challenge is made for; in any other journey it is worth nothing. */
export type Journey = {
  readonly purpose: 'enrol' | 'factor' | 'sign-in'
  readonly binding: string
  /** Absent where nobody knows yet who it is. */
  readonly userId?: UserId
}

export type OpenChallenge = {
  /** What it is remembered by once it is answered. */
  readonly digest: Buffer
  readonly expiresAt: Date
}

const nonceBytes = 16
const expiryBytes = 6
const tagBytes = 16

/**
 * A challenge that carries its own proof: random bytes, the end of its life in milliseconds since 1970,
 * and a MAC over both and the journey. So none has to be stored before it is answered.
 */
export function makeChallenge(
  { challengeKey, clock, random }: Pick<MfaCore, 'challengeKey' | 'clock' | 'random'>,
  journey: Journey,
): Uint8Array<ArrayBuffer> {
  const expiry = Buffer.alloc(expiryBytes)
  expiry.writeUIntBE(addSeconds(clock.now(), challengeLifetime).getTime(), 0, expiryBytes)
  const body = Buffer.concat([random.bytes(nonceBytes), expiry])
  return Uint8Array.from(Buffer.concat([body, tagOf(challengeKey, journey, body)]))
}

/** Undefined: it is not ours, of another journey or too old. Whether it was answered, the store knows. */
export function openChallenge(
  { challengeKey, clock }: Pick<MfaCore, 'challengeKey' | 'clock'>,
  journey: Journey,
  text: string,
): OpenChallenge | undefined {
  const bytes = Buffer.from(text, 'base64url')
  const body = bytes.subarray(0, nonceBytes + expiryBytes)
  if (bytes.length !== body.length + tagBytes) return undefined
  const tag = bytes.subarray(body.length)
  if (!sameBytes(tag, tagOf(challengeKey, journey, body))) return undefined
  const expiresAt = new Date(body.readUIntBE(nonceBytes, expiryBytes))
  return clock.now() < expiresAt ? { digest: sha256(bytes), expiresAt } : undefined
}

function tagOf(key: Buffer, { purpose, binding, userId }: Journey, body: Buffer): Buffer {
  // A purpose and a user id hold no line break, and the rest has one length: no two journeys look alike.
  const head = Buffer.from(`${purpose}\n${userId ?? ''}\n`)
  return hmacSha256(key, Buffer.concat([head, sha256(binding), body])).subarray(0, tagBytes)
}

type AssertionRequest = {
  readonly party: RelyingParty
  readonly challenge: Uint8Array
  /** Which passkeys may answer; an empty list asks for whichever the browser finds. */
  readonly allow: readonly {
    readonly credentialId: Buffer
    readonly transports: readonly string[]
  }[]
  readonly userVerification: 'required' | 'preferred'
}

/** Options for `navigator.credentials.get` as JSON (WebAuthn Level 3, section 5.5). */
export function requestOptions(request: AssertionRequest): Readonly<Record<string, unknown>> {
  const { party, challenge, allow, userVerification } = request
  return {
    rpId: party.id,
    challenge: Buffer.from(challenge).toString('base64url'),
    allowCredentials: allow.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      type: 'public-key',
      transports: [...transports],
    })),
    timeout: challengeLifetime * 1000,
    userVerification,
  }
}
