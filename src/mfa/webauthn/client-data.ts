import type { MfaCore, RelyingParty, WhyNot } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import type { Journey, OpenChallenge } from './challenge.ts'
import { openChallenge } from './challenge.ts'
import type { ClientData } from './credential.ts'

/** Where passkeys are good; fails where the address of the server cannot have any. */
export function partyOf({ relyingParty }: Pick<MfaCore, 'relyingParty'>): RelyingParty {
  if (relyingParty === undefined) throw mfaFailures.not_offered()
  return relyingParty
}

export type Expected = {
  readonly type: 'webauthn.create' | 'webauthn.get'
  readonly party: RelyingParty
  readonly journey: Journey
}

/** WebAuthn Level 3, sections 7.1 and 7.2: type, challenge and origin, and no page in a frame of another. */
export function checkClientData(
  core: Pick<MfaCore, 'challengeKey' | 'clock'>,
  client: ClientData,
  { type, party, journey }: Expected,
): OpenChallenge | WhyNot {
  if (client.type !== type) return 'wrong'
  if (client.origin !== party.origin || client.crossOrigin) return 'origin'
  return openChallenge(core, journey, client.challenge) ?? 'challenge'
}

/** Why the library refused: its errors have names where a caller could do something about them. */
export function whyRefused(error: unknown): WhyNot {
  return error instanceof Error && error.name === 'UnexpectedRPIDHash' ? 'origin' : 'wrong'
}

/** The user handle: the 16 bytes of the user id, which tell nobody anything (WebAuthn Level 3, section 14.6.1). */
export function userHandleOf(userId: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(userId.replaceAll('-', ''), 'hex'))
}
