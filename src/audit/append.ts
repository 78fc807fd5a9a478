import type { Clock, Random } from '../base/index.ts'
import { newId } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import { withoutSecrets } from './redact.ts'
import { insertAudit } from './store.ts'

/** Where a request came from. */
export type Origin = {
  readonly ip?: string
  readonly userAgent?: string
  readonly requestId?: string
  /** `user:<id>` of the administrator who acts in the account of the entry's actor. */
  readonly impersonator?: string
}

export type AuditEntry = {
  /** `user:<id>`, `client:<client_id>`, `system` or `anonymous`. */
  readonly actor: string
  /** `noun.verb`, such as `session.start`. */
  readonly action: string
  /** `noun:<id>` of the thing acted on. */
  readonly resource: string
  readonly outcome: 'success' | 'refused'
  readonly origin?: Origin
  /** Facts for the reader; never secrets. What bears the name of a secret is blanked all the same. */
  readonly details?: Readonly<Record<string, unknown>>
}

type Needs = { readonly clock: Clock; readonly random: Random }

/**
 * Appends one entry with the given connection: pass the transaction of the change itself. What an
 * impersonator does is the impersonator's, on behalf of the person whose account it is.
 */
export async function appendAudit(needs: Needs, tx: Queries, entry: AuditEntry): Promise<void> {
  const { origin = {}, details = {} } = entry
  const id = newId(needs.clock, needs.random)
  const { impersonator } = origin
  await insertAudit(tx, {
    ...entry,
    id,
    actor: impersonator ?? entry.actor,
    onBehalfOf: impersonator === undefined ? null : entry.actor,
    origin,
    details: withoutSecrets(details),
    at: needs.clock.now(),
  })
}
