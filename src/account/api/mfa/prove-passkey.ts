import type { Origin } from '../../../audit/index.ts'
import { appendAudit } from '../../../audit/index.ts'
import type { User } from '../../../identity/index.ts'
import { findUser } from '../../../identity/index.ts'
import type { Proof } from '../../../mfa/index.ts'
import { mfaFailures, verifySignIn } from '../../../mfa/index.ts'
import { accountFailures } from '../../failures.ts'
import type { AccountNeeds } from '../../needs.ts'

type Attempt = {
  readonly binding: string
  readonly credential: unknown
  readonly origin: Origin
}

/**
 * Who holds a passkey that proves who they are by itself. Every refusal looks the same from outside; why
 * it was refused is in the audit log only.
 */
export async function provePasskey(
  needs: AccountNeeds,
  attempt: Attempt,
): Promise<{ person: User; proof: Proof }> {
  const verdict = await verifySignIn(needs.mfa, attempt)
  const person = verdict.ok ? await findUser(needs.db, verdict.userId) : undefined
  const accepted = verdict.ok && person?.isActive === true
  needs.countLogin(accepted ? 'success' : 'refused')
  needs.mfa.count.verification('passkey', verdict.ok ? 'success' : 'refused')
  if (accepted) return { person, proof: verdict.proof }
  await appendAudit(needs, needs.db, {
    actor: 'anonymous',
    action: 'session.start',
    resource: 'session',
    outcome: 'refused',
    origin: attempt.origin,
    details: { factor: 'passkey', why: verdict.ok ? 'inactive' : verdict.why },
  })
  throw hasLeft(person) ? accountFailures.deactivated() : mfaFailures.wrong_factor()
}

/** The right passkey of somebody who deactivated the account themselves: they may know. */
function hasLeft(person: User | undefined): boolean {
  return (
    person !== undefined && person.lifecycle.state !== 'active' && person.lifecycle.by === 'user'
  )
}
