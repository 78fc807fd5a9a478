import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { saveRehash } from '../store.ts'
import type { User } from '../user.ts'
import { verifyCredentials } from './authenticate.ts'
import type { PasswordHasher } from './hasher.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly countLogin: (outcome: 'success' | 'refused') => void
}

export type Claim = {
  readonly identifier: string
  readonly password: string
  readonly origin: Origin
  /** The client that the person is on the way to, if any. */
  readonly clientId?: string | undefined
}

/** `left` is a person with the right password whose account they deactivated themselves. */
export type Judgement =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly left?: User }

/**
 * The one way to prove who one is with a password: one read and one hash whatever comes of it. Every
 * refusal looks the same from outside; why it was refused is in the audit log only.
 */
export async function judgeIdentity(needs: Needs, claim: Claim): Promise<Judgement> {
  const { identifier, password, origin, clientId } = claim
  const result = await verifyCredentials(needs, identifier, password)
  needs.countLogin(result.ok ? 'success' : 'refused')
  if (result.ok) {
    if (result.rehash !== undefined) await saveRehash(needs.db, result.user, result.rehash)
    return { ok: true, user: result.user }
  }
  await appendAudit(needs, needs.db, {
    actor: 'anonymous',
    action: 'session.start',
    resource: 'session',
    outcome: 'refused',
    origin,
    details: {
      why: result.why,
      // Whose account it was: the monitor adds up failures of one.
      ...('user' in result && { user: result.user.id }),
      ...(clientId !== undefined && { client: clientId }),
    },
  })
  if (result.why !== 'inactive') return { ok: false }
  const { lifecycle } = result.user
  const left = lifecycle.state !== 'active' && lifecycle.by === 'user'
  return { ok: false, ...(left && { left: result.user }) }
}
