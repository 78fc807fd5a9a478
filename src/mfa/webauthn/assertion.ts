import type { VerifiedAuthenticationResponse } from '@simplewebauthn/server'
import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { sameBytes } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { Proof } from '../assurance.ts'
import type { MfaCore, RelyingParty, WhyNot } from '../factor.ts'
import { happening, securityUrl, tell } from '../tell.ts'
import type { Journey, OpenChallenge } from './challenge.ts'
import { checkClientData, partyOf, userHandleOf, whyRefused } from './client-data.ts'
import type { Assertion } from './credential.ts'
import { readAssertion } from './credential.ts'
import { webauthnLibrary } from './library.ts'
import type { StoredPasskey } from './store.ts'
import { markUsed, redeemChallenge, selectByCredentialId, suspendPasskey } from './store.ts'

export type AssertionAttempt = {
  readonly journey: Journey
  readonly credential: unknown
  readonly requireUserVerification: boolean
  readonly origin: Origin
}

export type Redemption =
  | { readonly ok: true; readonly passkey: StoredPasskey; readonly proof: Proof }
  | { readonly ok: false; readonly why: WhyNot }

type Info = VerifiedAuthenticationResponse['authenticationInfo']

/** The authentication ceremony (WebAuthn Level 3, section 7.2). Of any number of parallel calls one is `ok`. */
export async function redeemAssertion(
  core: MfaCore,
  attempt: AssertionAttempt,
): Promise<Redemption> {
  const party = partyOf(core)
  const { journey, credential } = attempt
  const answer = readAssertion(credential)
  if (answer === undefined) return refused('malformed')
  const challenge = checkClientData(core, answer.client, { type: 'webauthn.get', party, journey })
  if (typeof challenge === 'string') return refused(challenge)
  const passkey = await selectByCredentialId(core.db, answer.credentialId)
  if (passkey === undefined) return refused('unknown')
  const stranger = checkOwner(journey, answer, passkey)
  if (stranger !== undefined) return refused(stranger)
  if (passkey.suspendedAt !== null) return refused('counter')
  const info = await checkSignature(answer, party, passkey)
  if (typeof info === 'string') return refused(info)
  if (attempt.requireUserVerification && !info.userVerified) return refused('user_verification')
  return core.db.transaction((tx) => use(core, tx, { passkey, info, challenge, attempt }))
}

const refused = (why: WhyNot) => ({ ok: false, why }) as const

/** Step 6: who was not known before must be named by the authenticator itself. */
function checkOwner(
  { userId }: Journey,
  { userHandle }: Assertion,
  passkey: StoredPasskey,
): WhyNot | undefined {
  if (userId !== undefined && passkey.userId !== userId) return 'foreign'
  if (userHandle === undefined) return userId === undefined ? 'malformed' : undefined
  const owner = Buffer.from(userHandleOf(passkey.userId))
  return sameBytes(userHandle, owner) ? undefined : 'foreign'
}

async function checkSignature(
  { json, client }: Assertion,
  party: RelyingParty,
  { publicKey, backupEligible }: StoredPasskey,
): Promise<Info | WhyNot> {
  const { verifyAuthenticationResponse } = await webauthnLibrary()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: json,
      expectedChallenge: client.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      // The library looks at the counter before the signature: anybody could have a passkey suspended.
      credential: { id: json.id, publicKey: Uint8Array.from(publicKey), counter: 0 },
      requireUserVerification: false, // the caller decides, with a reason of its own
    })
    // BE never changes (section 6.1.3).
    const isEligible = authenticationInfo.credentialDeviceType === 'multiDevice'
    return verified && isEligible === backupEligible ? authenticationInfo : 'wrong'
  } catch (error) {
    return whyRefused(error)
  }
}

type Checked = {
  readonly passkey: StoredPasskey
  readonly info: Info
  readonly challenge: OpenChallenge
  readonly attempt: AssertionAttempt
}

/** The challenge first: whoever sends an answer twice is refused and does not look like a copy. */
async function use(core: MfaCore, tx: Tx, checked: Checked): Promise<Redemption> {
  const { passkey, info, challenge } = checked
  if ((await redeemChallenge(tx, challenge)) === 0) return refused('challenge')
  const now = core.clock.now()
  const { newCounter: signCount, credentialBackedUp: backedUp, userVerified } = info
  if ((await markUsed(tx, { id: passkey.id, signCount, backedUp, now })) === 0) {
    await suspend(core, tx, checked)
    return refused('counter')
  }
  const deviceBound = !passkey.backupEligible
  return {
    ok: true,
    passkey,
    proof: { kind: 'passkey', at: now.getTime(), userVerified, deviceBound },
  }
}

/** Step 22: a counter that does not move on means that there may be a copy. */
async function suspend(core: MfaCore, tx: Tx, { passkey, info, attempt }: Checked): Promise<void> {
  const { id, userId } = passkey
  if ((await suspendPasskey(tx, id, core.clock.now())) === 0) return
  await appendAudit(core, tx, {
    actor: `user:${userId}`,
    action: 'mfa.suspend_passkey',
    resource: `user:${userId}`,
    outcome: 'refused',
    origin: attempt.origin,
    details: { id, counter: info.newCounter, stored: passkey.signCount },
  })
  const person = await core.personOf(userId)
  if (person === undefined) return
  const { origin } = attempt
  const values = {
    ...happening(core, person, origin),
    factor: 'passkey',
    name: passkey.name,
    securityUrl: securityUrl(core.issuer),
  }
  await tell(core, tx, { person, origin }, { template: 'passkey-suspended', values })
}
