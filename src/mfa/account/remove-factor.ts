import { appendAudit } from '../../audit/index.ts'
import type { FactorKind, MfaCore, Subject } from '../factor.ts'
import { factorOf, factors } from '../factors.ts'
import { mfaFailures } from '../failures.ts'
import { modeFor } from '../policy/policy.ts'
import { countedFactors } from '../standing.ts'
import { happening, happeningBy, securityUrl, tell } from '../tell.ts'
import { clearAccount, forgetRemembered, lockAccount, readStanding, setMustEnrol } from './store.ts'

type Removal = { readonly kind: FactorKind; readonly id: string }

/**
 * Takes one factor away. The last one that counts stays where one is required; with the last one go the
 * backup codes and the remembered devices, which would only stand in for it.
 */
export async function removeFactor(
  core: MfaCore,
  { person, origin }: Subject,
  { kind, id }: Removal,
): Promise<void> {
  const { policy } = await core.policy.current()
  const roles = await core.rolesOf(person.id)
  await core.db.transaction(async (tx) => {
    const now = core.clock.now()
    await lockAccount(tx, person.id, now)
    const entries = await factorOf(kind).entries(tx, person.id, now)
    const entry = entries.find((one) => one.id === id)
    if (entry === undefined || (await factorOf(kind).remove(tx, person.id, id)) === 0) {
      throw mfaFailures.unknown_factor()
    }
    const standing = await readStanding(tx, person.id, now)
    if (countedFactors(standing, policy).length === 0) {
      // Thrown inside: the removal is undone with it.
      if (modeFor(policy, roles, undefined) === 'required') throw mfaFailures.last_factor()
      await clearAccount(tx, person.id, now)
    }
    await forgetRemembered(tx, person.id)
    await appendAudit(core, tx, {
      actor: `user:${person.id}`,
      action: 'mfa.remove',
      resource: `user:${person.id}`,
      outcome: 'success',
      origin,
      details: { factor: kind, id },
    })
    const values = {
      ...happening(core, person, origin),
      factor: kind,
      name: entry.name,
      securityUrl: securityUrl(core.issuer),
    }
    await tell(core, tx, { person, origin }, { template: 'factor-removed', values })
  })
}

export type Reset = Pick<Subject, 'person' | 'origin'> & {
  /** Who takes them away: `user:<id>` or `system`. */
  readonly actor: string
  readonly action: 'mfa.reset' | 'mfa.recover'
}

/** Takes all factors away and asks for new ones at the next sign-in. Sessions are the caller's business. */
export async function resetFactors(
  core: MfaCore,
  tx: Parameters<typeof lockAccount>[0],
  { person, origin, actor, action }: Reset,
): Promise<void> {
  const now = core.clock.now()
  await lockAccount(tx, person.id, now)
  for (const factor of factors) await factor.remove(tx, person.id)
  await clearAccount(tx, person.id, now)
  await forgetRemembered(tx, person.id)
  await setMustEnrol(tx, person.id, true, now)
  await appendAudit(core, tx, {
    actor,
    action,
    resource: `user:${person.id}`,
    outcome: 'success',
    origin,
  })
  const values = {
    ...happeningBy(core, { person, actor, origin }),
    loginUrl: `${core.issuer}/login`,
  }
  await tell(core, tx, { person, origin }, { template: 'factors-reset', values })
}

/** Every factor of a person, in the order of the table. */
export async function listFactors(
  core: Pick<MfaCore, 'db' | 'clock'>,
  userId: Subject['person']['id'],
) {
  const now = core.clock.now()
  const lists = await Promise.all(factors.map((factor) => factor.entries(core.db, userId, now)))
  return lists.flat()
}
