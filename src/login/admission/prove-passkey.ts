import { appendAudit } from '../../audit/index.ts'
import { originOf } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Proof } from '../../mfa/index.ts'
import { verifySignIn } from '../../mfa/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'

type Needs = Pick<LoginNeeds, 'db' | 'clock' | 'random' | 'limits' | 'mfa' | 'countLogin'>

type Attempt = {
  /** What the challenge was made for: the secret of the browser. */
  readonly binding: string
  readonly credential: unknown
}

/** `left` is a person with the right passkey whose account they deactivated themselves. */
export type PasskeyJudgement =
  | { readonly ok: true; readonly person: User; readonly proof: Proof }
  | { readonly ok: false; readonly left?: User }

/**
 * The door of a passkey in place of the password. Every refusal looks the same from outside; why it was
 * refused is in the audit log only. Fails with 429 when the address has tried too often.
 */
export async function provePasskey(
  needs: Needs,
  { request, reply }: Exchange,
  attempt: Attempt,
): Promise<PasskeyJudgement> {
  const origin = originOf(request)
  reply.headers(await needs.limits.admit(['login', { ip: origin.ip }]))
  const verdict = await verifySignIn(needs.mfa, { ...attempt, origin })
  const person = verdict.ok ? await findUser(needs.db, verdict.userId) : undefined
  const isAccepted = verdict.ok && person?.isActive === true
  needs.countLogin(isAccepted ? 'success' : 'refused')
  needs.mfa.count.verification('passkey', verdict.ok ? 'success' : 'refused')
  if (isAccepted) return { ok: true, person, proof: verdict.proof }
  await appendAudit(needs, needs.db, {
    actor: 'anonymous',
    action: 'session.start',
    resource: 'session',
    outcome: 'refused',
    origin,
    details: { factor: 'passkey', why: verdict.ok ? 'inactive' : verdict.why },
  })
  const hasLeft = person !== undefined && isGone(person)
  return { ok: false, ...(hasLeft && { left: person }) }
}

function isGone({ lifecycle }: User): boolean {
  return lifecycle.state !== 'active' && lifecycle.by === 'user'
}
