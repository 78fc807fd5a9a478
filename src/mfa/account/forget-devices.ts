import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { MfaCore, Person } from '../factor.ts'
import { forgetRemembered } from './store.ts'

type By = { readonly person: Pick<Person, 'id'>; readonly actor: string; readonly origin: Origin }

/** Asks a person for the second factor again in every browser. */
export async function forgetDevices(
  core: Pick<MfaCore, 'db' | 'clock' | 'random'>,
  { person, actor, origin }: By,
): Promise<void> {
  await core.db.transaction(
    async (tx) => {
      const count = await forgetRemembered(tx, person.id)
      await appendAudit(core, tx, {
        actor,
        action: 'mfa.forget_devices',
        resource: `user:${person.id}`,
        outcome: 'success',
        origin,
        details: { count },
      })
    },
    { idempotent: true },
  )
}
