import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { originOf } from '../../http/index.ts'
import type { Judgement } from '../../identity/index.ts'
import { attemptsLetterJob, judgeIdentity } from '../../identity/index.ts'
import type { Attempt, Outcome } from '../../limits/index.ts'
import { limitFailures } from '../../limits/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { admitAttempt } from './admit-attempt.ts'
import { requireChallenge } from './challenge.ts'

export type ProveNeeds = Pick<
  LoginNeeds,
  | 'db'
  | 'clock'
  | 'random'
  | 'hasher'
  | 'queue'
  | 'cookies'
  | 'limits'
  | 'notifyAfter'
  | 'countLogin'
  | 'countStuffing'
>

export type PasswordAttempt = {
  readonly identifier: string
  readonly password: string
  readonly clientId?: string | undefined
}

/**
 * The door that every password goes through: the limits first, then one hash, then what follows from a
 * failure. Fails with 429 when it is too early for another attempt.
 */
export async function provePassword(
  needs: ProveNeeds,
  { request, reply }: Exchange,
  { identifier, password, clientId }: PasswordAttempt,
): Promise<Judgement> {
  const origin = originOf(request)
  reply.headers(await needs.limits.admit(['login', { ip: origin.ip }]))
  await requireChallenge(needs, request)
  const attempt = await admitAttempt(needs, request, {
    identifier,
    account: identifier,
    ip: origin.ip,
  })
  return judgeAttempt(needs, attempt, { identifier, password, origin, clientId })
}

/** A password that a client shows for its person: there is neither a browser nor a page. */
export type ClientAttempt = PasswordAttempt & { readonly origin: Origin }

/**
 * The same door for a client that asks people for their passwords itself. It is a stranger for every account, and
 * cannot do the computation that is asked of suspicious networks.
 */
export async function proveByClient(needs: ProveNeeds, attempt: ClientAttempt): Promise<Judgement> {
  const { identifier } = attempt
  const { ip = '' } = attempt.origin
  await needs.limits.admit(['login', { ip }])
  if (await needs.limits.challengeNeeded(ip)) throw limitFailures.challenge_required('missing')
  const begun = { account: identifier, ip }
  const admission = await needs.limits.beforeAttempt(begun)
  if (!admission.allowed) throw limitFailures.too_soon(admission.retryAfter)
  return judgeAttempt(needs, begun, attempt)
}

/** One hash, and what follows from it for the limits and the owner of the account. */
async function judgeAttempt(
  needs: ProveNeeds,
  attempt: Attempt,
  claim: ClientAttempt,
): Promise<Judgement> {
  const judgement = await judgeIdentity(needs, claim).catch(async (error: unknown) => {
    // Our own overload is no wrong password.
    await needs.limits.afterAttempt(attempt, 'abandoned')
    throw error
  })
  const proved = judgement.ok || judgement.left !== undefined
  const outcome = await needs.limits.afterAttempt(attempt, proved ? 'success' : 'failure')
  if (!proved) await followUp(needs, outcome, claim)
  return judgement
}

type Failed = { readonly identifier: string; readonly origin: Origin }

async function followUp(
  needs: ProveNeeds,
  { notifyOwner, stuffing }: Outcome,
  { identifier, origin }: Failed,
): Promise<void> {
  if (notifyOwner) {
    const { ip = '', requestId = '', userAgent = '' } = origin
    await needs.queue.add(needs.db, attemptsLetterJob, {
      identifier: identifier.slice(0, 320),
      count: needs.notifyAfter,
      ip,
      requestId,
      userAgent: userAgent.slice(0, 512),
    })
  }
  if (stuffing !== 'begun') return
  needs.countStuffing()
  await appendAudit(needs, needs.db, {
    actor: 'system',
    action: 'security.credential_stuffing',
    resource: 'network',
    outcome: 'refused',
    origin,
  })
}
