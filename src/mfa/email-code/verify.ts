import { sameBytes } from '../../base/index.ts'
import type { Challenge, FactorAnswer, MfaCore, Subject, Verdict, WhyNot } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { allows } from '../policy/policy.ts'
import { readDigits } from '../typed-code.ts'
import { emailCodeDigest } from './code.ts'
import { provenAddress, sendCode, sendingOf } from './send-code.ts'
import { countEmailAttempt, selectEmailCodeSince, takeEmailCode } from './store.ts'

/** A wrong code may be tried this often, then a new one is needed (ASVS 6.6.3). */
const mostAttempts = 5

/** Sends a code to who uses mailed codes. Fails with 400 for others, with 409 without a proven address. */
export async function challengeEmailCode(core: MfaCore, subject: Subject): Promise<Challenge> {
  provenAddress(subject.person)
  if (!(await isEnrolled(core, subject))) throw mfaFailures.not_offered()
  return { sentTo: await sendCode(core, subject) }
}

export async function verifyEmailCode(
  core: MfaCore,
  subject: Subject,
  answer: FactorAnswer,
): Promise<Verdict> {
  if (!(await isEnrolled(core, subject))) return { ok: false, why: 'not_enrolled' }
  const tried = await tryCode(core, subject, answer)
  if (!tried.ok) return tried
  if ((await takeEmailCode(core.db, tried.id)) === 0) return { ok: false, why: 'used' }
  return { ok: true, proof: { kind: 'email_code', at: core.clock.now().getTime() } }
}

type Tried =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly why: WhyNot }

/** Whether the code is the one of this journey; counts the try, right or wrong. Only taking it decides. */
export async function tryCode(
  core: MfaCore,
  subject: Subject,
  answer: FactorAnswer,
): Promise<Tried> {
  const code = readDigits(answer.code)
  if (code === undefined) return { ok: false, why: 'malformed' }
  const tried = await countEmailAttempt(core.db, sendingOf(subject), mostAttempts)
  if (tried === undefined) return { ok: false, why: 'wrong' }
  const { id, digest, expiresAt } = tried
  if (!sameBytes(digest, emailCodeDigest(core.codeKey, id, code)))
    return { ok: false, why: 'wrong' }
  return expiresAt > core.clock.now() ? { ok: true, id } : { ok: false, why: 'expired' }
}

async function isEnrolled(core: MfaCore, { person }: Subject): Promise<boolean> {
  const { policy } = await core.policy.current()
  if (!allows(policy, 'email_code') || person.email === null || !person.emailVerified) return false
  return (await selectEmailCodeSince(core.db, person.id)) !== undefined
}
