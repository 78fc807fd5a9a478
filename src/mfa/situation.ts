import type { UserId } from '../base/index.ts'
import { readStanding } from './account/store.ts'
import type { MfaCore } from './factor.ts'
import type { Situation } from './judge.ts'
import type { Mode, Policy } from './policy/policy.ts'
import { modeFor } from './policy/policy.ts'

type Needs = Pick<MfaCore, 'db' | 'clock' | 'policy' | 'rolesOf' | 'relyingParty'>

/** Reads what decides about a person on the way to a client: one statement, two where roles matter. */
export async function situationOf(needs: Needs, userId: UserId, client?: Mode): Promise<Situation> {
  const policy = possible(needs, (await needs.policy.current()).policy)
  const now = needs.clock.now()
  const byRole = Object.keys(policy.roles).length > 0
  const [standing, roles] = await Promise.all([
    readStanding(needs.db, userId, now),
    byRole ? needs.rolesOf(userId) : [],
  ])
  return { policy, standing, mode: modeFor(policy, roles, client), now }
}

/** Nobody can be asked for a passkey where browsers keep none. */
function possible({ relyingParty }: Pick<Needs, 'relyingParty'>, policy: Policy): Policy {
  if (relyingParty !== undefined) return policy
  return { ...policy, factors: policy.factors.filter((kind) => kind !== 'passkey') }
}
