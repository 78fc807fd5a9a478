import { BlockList } from 'node:net'
import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { InvalidMember } from '../../base/index.ts'
import { isStorable } from '../../base/index.ts'
import type { MfaCore } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { readNetwork } from './networks.ts'
import type { Policy } from './policy.ts'
import type { CurrentPolicy } from './policy-book.ts'
import { readPolicy } from './policy-book.ts'
import { replacePolicy } from './store.ts'

type Needs = Pick<MfaCore, 'db' | 'clock' | 'random' | 'policy' | 'relyingParty'>

export type PolicyChange = {
  readonly policy: Policy
  /** The version it is based on, or `any`. */
  readonly basedOn: number | 'any'
  readonly actor: string
  readonly origin?: Origin
  /** The roles there are; a rule for another one would never hold. */
  readonly roles: readonly string[]
}

/** Replaces the policy; fails when somebody else changed it meanwhile. */
export async function changePolicy(needs: Needs, change: PolicyChange): Promise<CurrentPolicy> {
  const { policy, actor, origin } = change
  const members = problemsOf(needs, change)
  if (members.length > 0) throw mfaFailures.invalid_policy({ members })
  const changed = await needs.db.transaction(async (tx) => {
    const before = await readPolicy(tx)
    const basedOn = change.basedOn === 'any' ? before.version : change.basedOn
    const at = needs.clock.now()
    if ((await replacePolicy(tx, { document: policy, basedOn, at, by: actor })) === 0) {
      throw mfaFailures.policy_changed()
    }
    await appendAudit(needs, tx, {
      actor,
      action: 'mfa.change_policy',
      resource: 'mfa_policy',
      outcome: 'success',
      ...(origin && { origin }),
      details: { before: before.policy, after: policy },
    })
    return { policy, version: basedOn + 1, updatedAt: at }
  })
  needs.policy.forget()
  return changed
}

/** What the schema cannot say. */
function problemsOf({ relyingParty }: Needs, { policy, roles }: PolicyChange): InvalidMember[] {
  const members: InvalidMember[] = []
  const add = (pointer: string, words: string) => members.push({ pointer, words })
  for (const role of Object.keys(policy.roles)) {
    if (!isStorable(role) || !roles.includes(role)) add(`/roles/${escaped(role)}`, 'is no role')
  }
  const list = new BlockList()
  policy.trusted_networks.forEach((network, i) => {
    if (!readNetwork(list, network))
      add(`/trusted_networks/${i}`, 'is no network such as 192.0.2.0/24')
  })
  const { attestation, attestation_roots: roots } = policy.passkeys
  if (attestation === 'required' && roots.length === 0) {
    add('/passkeys/attestation_roots', 'is needed when attestation is required')
  }
  const asked = [policy.mode, ...Object.values(policy.roles)].includes('required')
  const counts = policy.factors.some(
    (kind) => kind !== 'backup_code' && (kind !== 'passkey' || relyingParty !== undefined),
  )
  if (asked && !counts) add('/factors', 'must hold a factor that can be required')
  return members
}

/** RFC 6901 section 3. */
function escaped(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1')
}
