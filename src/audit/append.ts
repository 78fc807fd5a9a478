import type { Clock, Random } from '../base/index.ts'
import { newId } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import { insertAudit } from './store.ts'

/** Where a request came from. */
export type Origin = {
  readonly ip?: string
  readonly userAgent?: string
  readonly requestId?: string
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
  /** Facts for the reader; never secrets. */
  readonly details?: Readonly<Record<string, unknown>>
}

type Needs = { readonly clock: Clock; readonly random: Random }

/** Appends one entry with the given connection: pass the transaction of the change itself. */
export async function appendAudit(needs: Needs, tx: Queries, entry: AuditEntry): Promise<void> {
  await insertAudit(tx, newId(needs.clock, needs.random), entry, needs.clock.now())
}
