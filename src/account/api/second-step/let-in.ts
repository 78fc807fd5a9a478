import type { Origin } from '../../../audit/index.ts'
import type { User } from '../../../identity/index.ts'
import { assess, keepWaiting, waitingLifetime } from '../../../login/index.ts'
import type { Assurance, FactorKind, Judgement } from '../../../mfa/index.ts'
import { graceOf, mfaFailures, startGrace } from '../../../mfa/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import type { ApiTokens } from '../api-session.ts'
import { startApiSession } from '../api-session.ts'

/** The answer to a first proof that is not enough by itself. */
export type Pending = {
  readonly status: 'mfa_required' | 'mfa_enrolment_required'
  readonly mfa_token: string
  readonly factors: FactorKind[]
  readonly expires_in: number
}

type Arriving = { readonly person: User; readonly proved: Assurance; readonly origin: Origin }

/**
 * Starts a session for who has proved enough; everybody else gets a token that stands for the sign-in
 * until the missing factor is proved, and for nothing else.
 */
export async function letIn(
  needs: AccountNeeds,
  { person, proved: brought, origin }: Arriving,
): Promise<ApiTokens | Pending> {
  const arriving = { person, proved: brought, ip: origin.ip }
  const { situation, judgement, proved } = await assess(needs, arriving)
  if (judgement.do !== 'factor' && judgement.do !== 'enrol') {
    const grace = graceOf(situation)
    // The time in which a factor may be put off begins here, whether or not its owner ever sees a page.
    if (grace?.isNew === true) await startGrace(needs.db, person.id, grace.until, situation.now)
    return startApiSession(needs, { person, proved, origin })
  }
  const factors = possible(judgement, person)
  const start = { userId: person.id, proved, remember: true }
  const { id } = await keepWaiting(needs, 'api', start)
  return {
    status: judgement.do === 'enrol' ? 'mfa_enrolment_required' : 'mfa_required',
    mfa_token: id,
    factors,
    expires_in: waitingLifetime,
  }
}

/** Mailed codes can be set up by who has proved an address. Fails with 403 when nothing is left. */
function possible(
  judgement: Extract<Judgement, { kinds: unknown }>,
  { email, emailVerified }: User,
): FactorKind[] {
  const hasAddress = email !== null && emailVerified
  const isPossible = (kind: FactorKind) =>
    judgement.do === 'factor' || kind !== 'email_code' || hasAddress
  const kinds = judgement.kinds.filter(isPossible)
  if (kinds.length === 0) throw mfaFailures.no_way_in()
  return kinds
}
