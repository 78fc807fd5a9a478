import { appendAudit } from '../../audit/index.ts'
import type { LimitKey } from '../../limits/index.ts'
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

/** Codes that could be guessed; of these only so many wrong ones are taken in a day. */
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
  const { person } = subject
  const { ip = '' } = subject.origin
  reply.headers(await needs.limits.admit(['login', { ip }]))
  const account = `${kind} ${person.id}`
  const tries = await triesOf(needs, { request, reply }, subject, kind)
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
  if (tries !== undefined) await needs.limits.consume('factor', tries)
  await auditRefusal(needs, subject, { factor: kind, why: verdict.why })
  if (notifyOwner) await tellOfAttempts(needs.mfa, subject, { kind, count: needs.notifyAfter })
  return verdict
}

/**
 * Where the wrong codes of a day are counted: all strangers together, and each device of the owner by itself,
 * so nobody can use up the tries of another. Who has none left is sent away; other factors go on.
 */
async function triesOf(
  needs: ProveFactorNeeds,
  { request }: Exchange,
  { person }: Subject,
  kind: FactorKind,
): Promise<LimitKey<'factor'> | undefined> {
  if (!guessable.has(kind)) return undefined
  const device = needs.cookies.readDevice(request)
  const isOwner = device !== undefined && (await isKnownDevice(needs.db, person.username, device))
  const account = `${kind} ${person.id}${isOwner ? ` ${device}` : ''}`
  const spent = await needs.limits.peek('factor', { account })
  if (!spent.allowed) throw limitFailures.too_many([spent])
  return { account }
}

function auditRefusal(
  needs: ProveFactorNeeds,
  { person, origin }: Subject,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  const resource = `user:${person.id}`
  const entry = { actor: resource, action: 'mfa.verify', resource, origin, details }
  return appendAudit(needs, needs.db, { ...entry, outcome: 'refused' })
}
