import type { Origin } from '../../../audit/index.ts'
import { appendAudit } from '../../../audit/index.ts'
import type { User } from '../../../identity/index.ts'
import { forgetRemembered } from '../../../mfa/index.ts'
import type { AccountNeeds } from '../../needs.ts'

/** Asks a person for the second factor again in every browser. */
export async function forgetDevices(
  needs: Pick<AccountNeeds, 'db' | 'clock' | 'random'>,
  { id }: Pick<User, 'id'>,
  origin: Origin,
): Promise<void> {
  await needs.db.transaction(
    async (tx) => {
      const count = await forgetRemembered(tx, id)
      await appendAudit(needs, tx, {
        actor: `user:${id}`,
        action: 'mfa.forget_devices',
        resource: `user:${id}`,
        outcome: 'success',
        origin,
        details: { count },
      })
    },
    { idempotent: true },
  )
}
