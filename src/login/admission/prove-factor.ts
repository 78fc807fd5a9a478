import { appendAudit } from '../../audit/index.ts'
import { limitFailures } from '../../limits/index.ts'
import type { FactorAnswer, FactorKind, MfaCore, Subject, Verdict } from '../../mfa/index.ts'
import { factorOf, tellOfAttempts } from '../../mfa/index.ts'
import { isKnownDevice } from '../../session/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { admitAttempt } from './admit-attempt.ts'

export type ProveFactorNeeds = Pick<
  LoginNeeds,
  'db' | 'clock' | 'random' | 'limits' | 'cookies' | 'notifyAfter'
> & { readonly mfa: MfaCore }

export type FactorAttempt = { readonly kind: FactorKind; readonly answer: FactorAnswer }

/** Codes that could be guessed; of these only so many wrong ones a day are taken from strangers. */
const guessable: ReadonlySet<FactorKind> = new Set(['totp', 'email_code'])

/**
 * The door that every second factor goes through: the limits first, then the factor, then what follows
 * from a failure. Each factor is counted by itself, and a device of the owner apart from all others, so
 * nobody can use up the tries of the owner. Fails with 429 when it is too early for another attempt.
 */
export async function proveFactor(
  needs: ProveFactorNeeds,
  { request, reply }: Exchange,
  subject: Subject,
  { kind, answer }: FactorAttempt,
): Promise<Verdict> {
  const { person, origin } = subject
  const { ip = '' } = origin
  reply.headers(await needs.limits.admit(['login', { ip }]))
  const account = `${kind} ${person.id}`
  const isStranger = await judgeStranger(needs, { request, reply }, subject, kind)
  const attempt = await admitAttempt(needs, request, {
    identifier: person.username,
    account,
    ip,
  })
  const verdict = await factorOf(kind)
    .verify(needs.mfa, subject, answer)
    .catch(async (error: unknown) => {
      await needs.limits.afterAttempt(attempt, 'abandoned')
      throw error
    })
  needs.mfa.count.verification(kind, verdict.ok ? 'success' : 'refused')
  const ending = verdict.ok ? 'success' : 'failure'
  const { notifyOwner } = await needs.limits.afterAttempt(attempt, ending)
  if (verdict.ok) return verdict
  if (isStranger) await needs.limits.consume('factor', { account })
  await appendAudit(needs, needs.db, {
    actor: `user:${person.id}`,
    action: 'mfa.verify',
    resource: `user:${person.id}`,
    outcome: 'refused',
    origin,
    details: { factor: kind, why: verdict.why },
  })
  if (notifyOwner) await tellOfAttempts(needs.mfa, subject, { kind, count: needs.notifyAfter })
  return verdict
}

/** A stranger who has used up the tries of the day is sent away; the owner's devices and other factors go on. */
async function judgeStranger(
  needs: ProveFactorNeeds,
  { request }: Exchange,
  { person }: Subject,
  kind: FactorKind,
): Promise<boolean> {
  if (!guessable.has(kind)) return false
  const spent = await needs.limits.peek('factor', { account: `${kind} ${person.id}` })
  const device = needs.cookies.readDevice(request)
  const isOwner = device !== undefined && (await isKnownDevice(needs.db, person.username, device))
  if (!spent.allowed && !isOwner) throw limitFailures.too_many([spent])
  return !isOwner
}
