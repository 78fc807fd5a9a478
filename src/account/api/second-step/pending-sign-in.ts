import type { Request } from '../../../http/index.ts'
import type { User } from '../../../identity/index.ts'
import { findUser } from '../../../identity/index.ts'
import type { Waiting } from '../../../login/index.ts'
import { inVain, readWaiting, takeWaiting } from '../../../login/index.ts'
import type { FactorKind, Judgement, Proof, Subject } from '../../../mfa/index.ts'
import { combine, judge, mfaFailures, ownLevel, situationOf } from '../../../mfa/index.ts'
import { accountFailures } from '../../failures.ts'
import type { AccountNeeds } from '../../needs.ts'
import type { ApiTokens } from '../api-session.ts'
import type { Pending } from './let-in.ts'
import { letIn } from './let-in.ts'

/** A sign-in that waits, and what it waits for now. */
export type PendingSignIn = {
  readonly person: User
  readonly waiting: Waiting
  /** For the factors: challenges and mailed codes belong to this token. */
  readonly subject: Subject
  readonly judgement: Judgement
}

/** Fails with 401 for a token that is unknown, too old or was used. */
export async function pendingSignIn(
  needs: AccountNeeds,
  request: Request,
  token: string,
): Promise<PendingSignIn> {
  const waiting = await readWaiting(needs, 'api', token)
  const person = waiting && (await findUser(needs.db, waiting.userId))
  if (waiting === undefined || person === undefined || inVain(waiting, person)) {
    throw accountFailures.mfa_token()
  }
  // Judged anew: what was missing may have been set up, removed or forbidden meanwhile.
  const situation = await situationOf(needs.mfa, person.id)
  const { origin, locale } = needs.visitor(request)
  const onlyFirst = ownLevel(situation) === 1
  return {
    person,
    waiting,
    subject: { person, origin, locale, binding: waiting.id, onlyFirst },
    judgement: judge(situation, waiting.proved),
  }
}

/** Fails with 400 unless the sign-in waits for exactly this: to be answered, or to be set up. */
export function requireKind(
  { judgement }: PendingSignIn,
  what: 'factor' | 'enrol',
  kind: FactorKind,
): void {
  const waits = judgement.do === what && judgement.kinds.includes(kind)
  if (!waits) throw mfaFailures.not_offered()
}

/** Goes on with one more proof. Of any number of parallel calls one comes in. */
export async function finishSignIn(
  needs: AccountNeeds,
  { person, waiting, subject }: PendingSignIn,
  proof: Proof,
): Promise<ApiTokens | Pending> {
  if (!(await takeWaiting(needs, waiting))) throw accountFailures.mfa_token()
  const proved = combine(waiting.proved, proof)
  return letIn(needs, { person, proved, origin: subject.origin })
}
