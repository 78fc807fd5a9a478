import type { Origin } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Proof } from '../assurance.ts'
import type { MfaCore, WhyNot } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { redeemAssertion } from './assertion.ts'
import type { Journey } from './challenge.ts'
import { makeChallenge, requestOptions } from './challenge.ts'
import { partyOf } from './client-data.ts'

const journeyOf = (binding: string): Journey => ({ purpose: 'sign-in', binding })

/**
 * Options for `navigator.credentials.get` in place of a username and a password: any passkey of ours
 * that the browser finds. Fails where the policy does not let passkeys replace the password.
 */
export async function signInOptions(
  core: MfaCore,
  binding: string,
): Promise<Readonly<Record<string, unknown>>> {
  await mayReplacePassword(core)
  return requestOptions({
    party: partyOf(core),
    allow: [],
    challenge: makeChallenge(core, journeyOf(binding)),
    userVerification: 'required',
  })
}

export type SignInAttempt = {
  readonly binding: string
  readonly credential: unknown
  readonly origin: Origin
}

export type SignedIn =
  | {
      readonly ok: true
      readonly userId: UserId
      readonly proof: Proof
      readonly entryId: string
    }
  | { readonly ok: false; readonly why: WhyNot }

/** Redeems the answer. User verification is required whatever the policy says: it is the only other factor. */
export async function verifySignIn(core: MfaCore, attempt: SignInAttempt): Promise<SignedIn> {
  await mayReplacePassword(core)
  const { binding, credential, origin } = attempt
  const redeemed = await redeemAssertion(core, {
    credential,
    origin,
    journey: journeyOf(binding),
    requireUserVerification: true,
  })
  if (!redeemed.ok) return redeemed
  const { passkey, proof } = redeemed
  return { ok: true, userId: passkey.userId, proof, entryId: passkey.id }
}

async function mayReplacePassword(core: MfaCore): Promise<void> {
  const { policy } = await core.policy.current()
  if (!policy.passkeys.first_factor || !allows(policy, 'passkey')) throw mfaFailures.not_offered()
}
