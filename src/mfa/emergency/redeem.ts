import type { FactorAnswer, MfaCore, Subject, Verdict } from '../factor.ts'
import { emergencyDigest, readEmergencyCode } from './code.ts'
import { recordStep } from './record.ts'
import { selectGrantByDigest, takeGrant } from './store.ts'

/** Uses a code up, with its audit entry and its letter. */
export async function redeemEmergencyCode(
  core: MfaCore,
  { person, origin }: Subject,
  answer: FactorAnswer,
): Promise<Verdict> {
  const code = readEmergencyCode(answer.code)
  if (code === undefined) return { ok: false, why: 'malformed' }
  const now = core.clock.now()
  const digest = emergencyDigest(core.codeKey, person.id, code)
  const grant = await core.db.transaction(async (tx) => {
    const taken = await takeGrant(tx, { userId: person.id, digest, now })
    if (taken === undefined) return undefined
    const actor = `user:${person.id}`
    await recordStep(core, tx, { step: 'used', grant: taken, person, actor, origin })
    return taken
  })
  if (grant === undefined) {
    const found = await selectGrantByDigest(core.db, person.id, digest)
    if (found === undefined) return { ok: false, why: 'wrong' }
    return { ok: false, why: found.usedAt === null ? 'expired' : 'used' }
  }
  core.count.emergency('used')
  return { ok: true, proof: { kind: 'emergency_code', at: now.getTime() }, entryId: grant.id }
}
