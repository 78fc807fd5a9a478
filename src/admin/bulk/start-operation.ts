import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import { addSeconds, newId } from '../../base/index.ts'
import type { By } from '../../identity/index.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'
import type { PersonFilter } from '../users/search/person-filter.ts'
import type { BulkOperation, OperationName, Parameters, Requester } from './operation.ts'
import { bulkJob } from './run-chunk.ts'
import { finish, insertOperation, selectOperation } from './store.ts'

type Needs = Pick<AdminNeeds, 'db' | 'clock' | 'random' | 'queue'>

export type NewOperation = {
  readonly operation: OperationName
  readonly parameters: Parameters
  /** Whom it is about: these, or whoever fits. */
  readonly users: readonly UserId[] | null
  readonly filter: PersonFilter | null
}

/** Seconds for which an operation can be looked at. */
const kept = 30 * 86_400

/** Writes an operation down; it begins after the commit. */
export async function startOperation(
  needs: Needs,
  { operation, parameters, users, filter }: NewOperation,
  { requester, by }: { readonly requester: Requester; readonly by: Required<By> },
): Promise<BulkOperation> {
  const now = needs.clock.now()
  const targets = users === null ? null : [...new Set(users)].toSorted()
  const made: BulkOperation = {
    id: newId<string>(needs.clock, needs.random),
    operation,
    parameters,
    state: 'queued',
    requestedBy: requester,
    requestOrigin: by.origin,
    filter,
    horizon: now,
    total: targets?.length ?? null,
    done: 0,
    failed: 0,
    errors: [],
    createdAt: now,
    startedAt: null,
    finishedAt: null,
  }
  await needs.db.transaction(async (tx) => {
    await insertOperation(tx, made, targets, addSeconds(now, kept))
    await needs.queue.add(tx, bulkJob, { operation: made.id })
    await appendAudit(needs, tx, {
      ...by,
      action: 'bulk.start',
      resource: `bulk:${made.id}`,
      outcome: 'success',
      details: { operation, ...parameters, ...(filter ? { filter } : { users: made.total }) },
    })
  })
  return made
}

/** What is done stays done; the rest is left. */
export async function cancelOperation(needs: Needs, id: string, by: Required<By>): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const cancelled = await finish(tx, id, 'cancelled', needs.clock.now())
    if (!cancelled) {
      const found = await selectOperation(tx, id)
      throw found === undefined ? adminFailures.unknown_operation() : adminFailures.operation_over()
    }
    const entry = { action: 'bulk.cancel', resource: `bulk:${id}`, outcome: 'success' } as const
    await appendAudit(needs, tx, { ...by, ...entry })
  })
}
