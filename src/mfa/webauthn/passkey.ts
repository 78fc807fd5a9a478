import { isUuid } from '../../base/index.ts'
import { assuranceOf } from '../assurance.ts'
import type { Challenge, Factor, FactorAnswer, MfaCore, Subject, Verdict } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { redeemAssertion } from './assertion.ts'
import type { Journey } from './challenge.ts'
import { makeChallenge, requestOptions } from './challenge.ts'
import { partyOf } from './client-data.ts'
import { beginEnrolment, confirmEnrolment } from './enrol.ts'
import { entryOf } from './entry.ts'
import { deletePasskey, deletePasskeys, selectPasskeys, updateName } from './store.ts'

export const passkey: Factor = {
  kind: 'passkey',
  counts: true,
  enrol: { begin: beginEnrolment, confirm: confirmEnrolment },
  challenge,
  verify,
  entries: async (queries, userId) => (await selectPasskeys(queries, userId)).map(entryOf),
  async remove(tx, userId, id) {
    if (id === undefined) return deletePasskeys(tx, userId)
    return isUuid(id) ? deletePasskey(tx, userId, id) : 0
  },
  rename: async (tx, userId, id, name) => (isUuid(id) ? updateName(tx, userId, id, name) : 0),
  assurance: assuranceOf,
}

const journeyOf = ({ person, binding }: Subject): Journey => ({
  purpose: 'factor',
  binding,
  userId: person.id,
})

/** Options for `navigator.credentials.get`, with the passkeys of the person that count. */
async function challenge(core: MfaCore, subject: Subject): Promise<Challenge> {
  const party = partyOf(core)
  const { policy } = await core.policy.current()
  const passkeys = await selectPasskeys(core.db, subject.person.id)
  const counting = passkeys.filter(({ suspendedAt }) => suspendedAt === null)
  // An empty list would ask for any passkey at all.
  if (counting.length === 0) throw mfaFailures.not_offered()
  const options = requestOptions({
    party,
    allow: counting,
    challenge: makeChallenge(core, journeyOf(subject)),
    userVerification: policy.passkeys.user_verification,
  })
  return { options }
}

async function verify(
  core: MfaCore,
  subject: Subject,
  { credential }: FactorAnswer,
): Promise<Verdict> {
  const { policy } = await core.policy.current()
  const redeemed = await redeemAssertion(core, {
    credential,
    journey: journeyOf(subject),
    requireUserVerification: policy.passkeys.user_verification === 'required',
    origin: subject.origin,
  })
  return redeemed.ok ? { ok: true, proof: redeemed.proof, entryId: redeemed.passkey.id } : redeemed
}
