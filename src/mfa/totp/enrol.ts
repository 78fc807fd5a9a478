import { addSeconds, isUuid, newId } from '../../base/index.ts'
import { recordEnrolment } from '../account/record-enrolment.ts'
import { lockAccount } from '../account/store.ts'
import type { EnrolAnswer, Enrolled, MfaCore, Offer, Subject, WhyNot } from '../factor.ts'
import { readFactorName } from '../factor-name.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { readDigits } from '../typed-code.ts'
import { matchStep } from './code.ts'
import { offerOf } from './offer.ts'
import {
  deletePendingTotp,
  enableTotp,
  insertPendingTotp,
  selectTotp,
  selectTotpEntries,
} from './store.ts'

const secretBytes = 20 // RFC 4226 section 4, R6: 160 bits, as long as the hash
const pendingSeconds = 900
const most = 5

/** Where a secret lies: sealed for one row, it does not open in another. */
export const sealedFor = (id: string) => `mfa_totp/${id}`

/** Makes a secret that counts once a code of it comes back. Fails with 409 when there are enough. */
export async function beginTotp(core: MfaCore, { person }: Subject): Promise<Offer> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'totp')) throw mfaFailures.not_offered()
  const now = core.clock.now()
  const id: string = newId(core.clock, core.random)
  const secret = core.random.bytes(secretBytes)
  const row = {
    id,
    userId: person.id,
    name: '',
    sealedSecret: core.sealer.seal(secret, sealedFor(id)),
    createdAt: now,
    pendingUntil: addSeconds(now, pendingSeconds),
  }
  await core.db.transaction(async (tx) => {
    // Held until the end, so that there is never more than one that waits.
    await lockAccount(tx, person.id, now)
    if ((await selectTotpEntries(tx, person.id)).length >= most) throw mfaFailures.too_many()
    await deletePendingTotp(tx, person.id)
    await insertPendingTotp(tx, row)
  })
  return offerOf({ id, secret, issuer: core.issuer, username: person.username })
}

type Proved =
  | { readonly ok: true; readonly id: string; readonly name: string; readonly step: number }
  | { readonly ok: false; readonly why: WhyNot }

/** Takes a code as the proof that the secret has arrived; that code cannot be used for anything else. */
export async function confirmTotp(
  core: MfaCore,
  subject: Subject,
  answer: EnrolAnswer,
): Promise<Enrolled> {
  const now = core.clock.now()
  const proved = await prove(core, subject, answer)
  if (!proved.ok) return proved
  const userId = subject.person.id
  return core.db.transaction(async (tx): Promise<Enrolled> => {
    await lockAccount(tx, userId, now)
    const enabled = await enableTotp(tx, { userId, ...proved, now })
    if (enabled === undefined) return { ok: false, why: 'used' }
    const entry = { kind: 'totp', ...enabled } as const
    const backupCodes = await recordEnrolment(core, tx, subject, entry)
    return { ok: true, entry, proof: { kind: 'totp', at: now.getTime() }, backupCodes }
  })
}

/** Whether the code is one of the offered secret; only enabling it decides. */
async function prove(core: MfaCore, { person }: Subject, answer: EnrolAnswer): Promise<Proved> {
  const code = readDigits(answer.code)
  const name = readFactorName(answer.name, 'Authenticator')
  if (code === undefined || name === undefined) return { ok: false, why: 'malformed' }
  const { id = '' } = answer
  const row = isUuid(id) ? await selectTotp(core.db, person.id, id) : undefined
  if (row === undefined) return { ok: false, why: 'unknown' }
  if (row.isEnabled || row.pendingUntil === null) return { ok: false, why: 'used' }
  const now = core.clock.now()
  if (row.pendingUntil <= now) return { ok: false, why: 'expired' }
  const step = matchStep(core.sealer.open(row.sealedSecret, sealedFor(id)), code, now)
  return step === undefined ? { ok: false, why: 'wrong' } : { ok: true, id, name, step }
}
