import type { Origin } from '../../audit/index.ts'
import { isUuid } from '../../base/index.ts'
import type { MfaCore } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import type { Grant } from './grant.ts'
import { grantAt } from './grant.ts'
import { recordStep } from './record.ts'
import { cancelGrant, selectGrant } from './store.ts'

type Cancellation = {
  readonly id: string
  readonly actor: string
  readonly origin: Origin
}

/** Takes back a request or an approved code that was not used. Fails with 404 when there is none. */
export async function cancelEmergency(
  core: MfaCore,
  { id, actor, origin }: Cancellation,
): Promise<Grant> {
  const found = isUuid(id) ? await selectGrant(core.db, id) : undefined
  const person = found && (await core.personOf(found.userId))
  if (person === undefined) throw mfaFailures.unknown_grant()
  const now = core.clock.now()
  const grant = await core.db.transaction(async (tx) => {
    const row = await cancelGrant(tx, id, now)
    if (row === undefined) throw mfaFailures.unknown_grant()
    await recordStep(core, tx, { step: 'cancelled', grant: row, person, actor, origin })
    return grantAt(row, now)
  })
  core.count.emergency('cancelled')
  return grant
}
