import type { AuditEntry, Origin } from '../../audit/index.ts'
import { appendAudit, changes } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import { newId } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import { isUniqueViolation } from '../../db/index.ts'
import type { ResourceBook } from './book.ts'
import { checkedResource, resourceInput } from './draft.ts'
import { resourceFailures } from './failures.ts'
import type { Resource } from './resource.ts'
import type { ResourceInput } from './schemas.ts'
import { deleteResourceRow, insertResource, lockResource, updateResourceRow } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly resourceBook: Pick<ResourceBook, 'forget'>
  readonly issuer: string
}
type By = { readonly actor: string; readonly origin?: Origin }
type BasedOn = number | 'any'

/** Registers what tokens may be for. Fails with 400, and with 409 when there is one of this identifier. */
export async function createResource(
  needs: Needs,
  input: ResourceInput,
  by: By,
): Promise<Resource> {
  const draft = checkedResource(input, needs.issuer)
  const now = needs.clock.now()
  const id = newId(needs.clock, needs.random)
  const resource: Resource = { ...draft, id, version: 1, createdAt: now, updatedAt: now }
  await needs.db.transaction(async (tx) => {
    await insertOnce(tx, resource)
    const details = { after: resourceInput(resource) }
    await appendAudit(needs, tx, auditEntry('resource.create', id, by, details))
  })
  needs.resourceBook.forget(resource.identifier)
  return resource
}

async function insertOnce(tx: Tx, resource: Resource): Promise<void> {
  try {
    await insertResource(tx, resource)
  } catch (error) {
    const taken = isUniqueViolation(error, 'resources_key_unique')
    throw taken ? resourceFailures.resource_taken({ cause: error }) : error
  }
}

type Change = {
  readonly id: string
  readonly basedOn: BasedOn
  readonly to: Partial<Omit<ResourceInput, 'identifier'>>
}

/** Changes all but the identifier, for tokens that are given from now on. Fails with 400, 404 and 412. */
export async function updateResource(
  needs: Needs,
  { id, basedOn, to }: Change,
  by: By,
): Promise<Resource> {
  const resource = await needs.db.transaction(async (tx) => {
    const current = await lockVersion(tx, id, basedOn)
    const before = resourceInput(current)
    const draft = checkedResource({ ...before, ...to }, needs.issuer)
    const changed = changes(before, resourceInput(draft))
    if (Object.keys(changed).length === 0) return current
    const next = { ...current, ...draft, version: current.version + 1 }
    const saved: Resource = { ...next, updatedAt: needs.clock.now() }
    await updateResourceRow(tx, saved)
    const details = { changes: changed }
    await appendAudit(needs, tx, auditEntry('resource.update', id, by, details))
    return saved
  })
  needs.resourceBook.forget(resource.identifier)
  return resource
}

/** Deletes a resource: no more tokens for it, and those that are out are not active any more. */
export async function deleteResource(needs: Needs, id: string, by: By): Promise<void> {
  const { identifier } = await needs.db.transaction(async (tx) => {
    const resource = await lockVersion(tx, id, 'any')
    await deleteResourceRow(tx, id)
    const details = { before: resourceInput(resource) }
    await appendAudit(needs, tx, auditEntry('resource.delete', id, by, details))
    return resource
  })
  needs.resourceBook.forget(identifier)
}

async function lockVersion(tx: Tx, id: string, basedOn: BasedOn): Promise<Resource> {
  const resource = await lockResource(tx, id)
  if (resource === undefined) throw resourceFailures.unknown_resource()
  if (basedOn !== 'any' && basedOn !== resource.version) throw resourceFailures.resource_changed()
  return resource
}

function auditEntry(
  action: string,
  id: string,
  { actor, origin }: By,
  details: NonNullable<AuditEntry['details']>,
): AuditEntry {
  const resource = `resource:${id}`
  return { actor, action, resource, outcome: 'success', ...(origin && { origin }), details }
}
