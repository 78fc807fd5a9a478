import { appendAudit } from '../../audit/index.ts'
import type { By, User } from '../../identity/index.ts'
import { isProtected, resetFactors, setMustEnrol, situationOf, tell } from '../../mfa/index.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'

type Help = { readonly person: User; readonly by: Required<By> }
type Needs = Pick<AdminNeeds, 'db' | 'clock' | 'random' | 'mfa' | 'endSessions'>

/** Takes every factor and every session away; the next sign-in sets up a new factor (ASVS 7.4.3). */
export async function resetUserFactors(needs: Needs, { person, by }: Help): Promise<void> {
  await needs.db.transaction(async (tx) => {
    await resetFactors(needs.mfa, tx, { person, action: 'mfa.reset', ...by })
    await needs.endSessions(tx, person.id, needs.clock.now())
  })
}

/** Asks somebody who has no factor for one at the next sign-in. Fails with 409 for who has one. */
export async function requireEnrolment(needs: Needs, { person, by }: Help): Promise<void> {
  const { standing, policy } = await situationOf(needs.mfa, person.id)
  if (isProtected(standing, policy)) throw adminFailures.has_factor()
  await needs.db.transaction(async (tx) => {
    await setMustEnrol(tx, person.id, true, needs.clock.now())
    await appendAudit(needs, tx, {
      ...by,
      action: 'mfa.require_enrolment',
      resource: `user:${person.id}`,
      outcome: 'success',
    })
    const about = { person, origin: by.origin }
    const values = { username: person.username, loginUrl: `${needs.mfa.issuer}/login` }
    await tell(needs.mfa, tx, about, { template: 'factor-required', values })
  })
}
