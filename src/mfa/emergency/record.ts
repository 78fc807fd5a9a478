import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Tx } from '../../db/index.ts'
import type { MfaCore, Person } from '../factor.ts'
import { happeningBy, tell } from '../tell.ts'
import type { Grant } from './grant.ts'

const actions = {
  requested: 'emergency.request',
  approved: 'emergency.approve',
  cancelled: 'emergency.cancel',
  used: 'emergency.use',
} as const

/** One step in the life of a grant: which, of whose grant, by whom. */
export type Step = {
  readonly step: keyof typeof actions
  readonly grant: Pick<Grant, 'id' | 'reason'>
  readonly person: Pick<Person, 'id'>
  readonly actor: string
  readonly origin: Origin
}

/** Writes a step into the audit log, in its transaction. */
export function auditStep(core: MfaCore, tx: Tx, step: Step): Promise<void> {
  const { grant, person, actor, origin } = step
  return appendAudit(core, tx, {
    actor,
    action: actions[step.step],
    resource: `user:${person.id}`,
    outcome: 'success',
    origin,
    details: { grant: grant.id, reason: grant.reason },
  })
}

type ToldStep = Step & {
  readonly grant: Pick<Grant, 'id' | 'reason' | 'expiresAt'>
  readonly person: Person
}

/** The same, and tells the person: nobody gets into an account unknown to its owner. */
export async function recordStep(core: MfaCore, tx: Tx, step: ToldStep): Promise<void> {
  await auditStep(core, tx, step)
  const { grant, person, origin } = step
  const values = {
    ...happeningBy(core, step),
    step: step.step,
    reason: grant.reason,
    until: grant.expiresAt.toISOString(),
  }
  await tell(core, tx, { person, origin }, { template: 'emergency-access', values })
}
