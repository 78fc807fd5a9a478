import type { VerifiedRegistrationResponse } from '@simplewebauthn/server'
import { newId } from '../../base/index.ts'
import { recordEnrolment } from '../account/record-enrolment.ts'
import { lockAccount } from '../account/store.ts'
import type { EnrolAnswer, Enrolled, MfaCore, Offer, Subject, WhyNot } from '../factor.ts'
import { readFactorName } from '../factor-name.ts'
import { mfaFailures } from '../failures.ts'
import type { Policy } from '../policy/policy.ts'
import { allows } from '../policy/policy.ts'
import { acceptsStatement } from './attestation.ts'
import type { Journey } from './challenge.ts'
import { challengeLifetime, makeChallenge } from './challenge.ts'
import { checkClientData, partyOf, userHandleOf, whyRefused } from './client-data.ts'
import type { Registration } from './credential.ts'
import { readRegistration } from './credential.ts'
import { defaultName, entryOf } from './entry.ts'
import { webauthnLibrary } from './library.ts'
import type { NewPasskey } from './store.ts'
import { countPasskeys, insertPasskey, redeemChallenge, selectPasskeys } from './store.ts'

/** EdDSA, ES256 and RS256 (the IANA registry of COSE algorithms), best first. */
const algorithms = [-8, -7, -257]

const maxPasskeys = 20

const journeyOf = ({ person, binding }: Subject): Journey => ({
  purpose: 'enrol',
  binding,
  userId: person.id,
})

/** Options for `navigator.credentials.create`; passkeys that the person has already are left out. */
export async function beginEnrolment(core: MfaCore, subject: Subject): Promise<Offer> {
  const party = partyOf(core)
  const rules = await rulesOf(core)
  const { person } = subject
  const known = await selectPasskeys(core.db, person.id)
  const { generateRegistrationOptions } = await webauthnLibrary()
  const options = await generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: userHandleOf(person.id),
    userName: person.username,
    userDisplayName: person.profile.name ?? person.username,
    challenge: makeChallenge(core, journeyOf(subject)),
    timeout: challengeLifetime * 1000,
    attestationType: rules.attestation === 'required' ? 'direct' : 'none',
    excludeCredentials: known.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      transports: [...transports],
    })),
    authenticatorSelection: {
      residentKey: 'preferred',
      userVerification: rules.user_verification,
    },
    supportedAlgorithmIDs: algorithms,
  })
  return { kind: 'passkey', options: { ...options } }
}

/** The registration ceremony (WebAuthn Level 3, section 7.1). */
export async function confirmEnrolment(
  core: MfaCore,
  subject: Subject,
  { credential, name }: EnrolAnswer,
): Promise<Enrolled> {
  const party = partyOf(core)
  const rules = await rulesOf(core)
  const answer = readRegistration(credential)
  if (answer === undefined) return refused('malformed')
  const expected = { type: 'webauthn.create', party, journey: journeyOf(subject) } as const
  const challenge = checkClientData(core, answer.client, expected)
  if (typeof challenge === 'string') return refused(challenge)
  const passkey = await readPasskey(core, subject, { answer, party, rules, name })
  if (typeof passkey === 'string') return refused(passkey)
  return core.db.transaction(async (tx) => {
    await lockAccount(tx, subject.person.id, passkey.createdAt)
    if ((await countPasskeys(tx, subject.person.id)) >= maxPasskeys) return refused('too_many')
    if ((await redeemChallenge(tx, challenge)) === 0) return refused('challenge')
    if ((await insertPasskey(tx, passkey)) === 0) return refused('duplicate')
    const entry = entryOf({ ...passkey, lastUsedAt: null, suspendedAt: null })
    const backupCodes = await recordEnrolment(core, tx, subject, entry)
    const at = passkey.createdAt.getTime()
    const { userVerified, backupEligible } = passkey
    const proof = { kind: 'passkey', at, userVerified, deviceBound: !backupEligible } as const
    return { ok: true, entry, proof, backupCodes }
  })
}

async function rulesOf(core: MfaCore): Promise<Policy['passkeys']> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'passkey')) throw mfaFailures.not_offered()
  return policy.passkeys
}

type Why = Extract<Enrolled, { ok: false }>['why']

const refused = (why: Why) => ({ ok: false, why }) as const

type Reading = {
  readonly answer: Registration
  readonly party: ReturnType<typeof partyOf>
  readonly rules: Policy['passkeys']
  readonly name: string | undefined
}

/** Everything that can be checked without the database. */
async function readPasskey(
  core: MfaCore,
  { person }: Subject,
  { answer, party, rules, name }: Reading,
): Promise<NewPasskey | Why> {
  const { json, transports } = answer
  const now = core.clock.now()
  // Before the signature is looked at: the library would fetch what unknown certificates name.
  if (!(await acceptsStatement(json.response.attestationObject, rules, now))) return 'attestation'
  const info = await checkSignature(answer, party)
  if (typeof info === 'string') return info
  if (rules.user_verification === 'required' && !info.userVerified) return 'user_verification'
  const { aaguid, credential } = info
  const models = rules.allowed_aaguids.map((model) => model.toLowerCase())
  if (models.length > 0 && !models.includes(aaguid)) return 'attestation'
  const called = readFactorName(name, defaultName({ aaguid, transports }))
  if (called === undefined || credential.id !== json.id) return 'malformed'
  return {
    id: newId(core.clock, core.random),
    userId: person.id,
    credentialId: Buffer.from(credential.id, 'base64url'),
    publicKey: Buffer.from(credential.publicKey),
    signCount: credential.counter,
    name: called,
    transports,
    aaguid,
    attestation: info.fmt,
    backupEligible: info.credentialDeviceType === 'multiDevice',
    backedUp: info.credentialBackedUp,
    userVerified: info.userVerified,
    createdAt: now,
  }
}

type Info = NonNullable<VerifiedRegistrationResponse['registrationInfo']>

async function checkSignature(
  { json, client }: Registration,
  party: Reading['party'],
): Promise<Info | WhyNot> {
  const { verifyRegistrationResponse } = await webauthnLibrary()
  try {
    const result = await verifyRegistrationResponse({
      response: json,
      expectedChallenge: client.challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: false, // the policy decides, with a reason of its own
      supportedAlgorithmIDs: algorithms,
    })
    return result.verified ? result.registrationInfo : 'wrong'
  } catch (error) {
    return whyRefused(error)
  }
}
