import type { FactorAnswer, MfaCore, Subject, Verdict } from '../factor.ts'
import { readDigits } from '../typed-code.ts'
import { matchStep } from './code.ts'
import { sealedFor } from './enrol.ts'
import { selectSealedTotp, takeStep } from './store.ts'

/** Takes a code of any authenticator of the person, once (RFC 6238 section 5.2, ASVS 6.5.1). */
export async function verifyTotp(
  core: MfaCore,
  { person }: Subject,
  answer: FactorAnswer,
): Promise<Verdict> {
  const code = readDigits(answer.code)
  if (code === undefined) return { ok: false, why: 'malformed' }
  const rows = await selectSealedTotp(core.db, person.id)
  if (rows.length === 0) return { ok: false, why: 'not_enrolled' }
  // The clock of the server, never one that the request brings (ASVS 6.5.8).
  const now = core.clock.now()
  let why: 'wrong' | 'used' = 'wrong'
  for (const { id, sealedSecret } of rows) {
    const step = matchStep(core.sealer.open(sealedSecret, sealedFor(id)), code, now)
    if (step === undefined) continue
    if ((await takeStep(core.db, { id, step, now })) > 0) {
      return { ok: true, proof: { kind: 'totp', at: now.getTime() }, entryId: id }
    }
    why = 'used'
  }
  return { ok: false, why }
}
