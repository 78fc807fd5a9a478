import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { SecurityEvent } from './event.ts'
import { monitorFailures } from './failures.ts'
import { acknowledgeEvent, selectEvent } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }

type Wish = {
  readonly id: string
  readonly note: string | null
  readonly actor: string
  readonly origin: Origin
}

/** Somebody has seen an event and looks after it; of any number of people one is the first. */
export async function acknowledge(needs: Needs, wish: Wish): Promise<SecurityEvent> {
  const { id, note, actor, origin } = wish
  const event = await needs.db.transaction(async (tx) => {
    const taken = await acknowledgeEvent(tx, { id, by: actor, at: needs.clock.now(), note })
    if (taken === undefined) return undefined
    await appendAudit(needs, tx, {
      actor,
      action: 'security_event.acknowledge',
      resource: `security_event:${id}`,
      outcome: 'success',
      origin,
      details: { kind: taken.kind, subject: taken.subject, ...(note !== null && { note }) },
    })
    return taken
  })
  if (event !== undefined) return event
  const exists = (await selectEvent(needs.db, id)) !== undefined
  throw exists ? monitorFailures.already_acknowledged() : monitorFailures.unknown_event()
}
