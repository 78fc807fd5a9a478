import type { Origin } from '../../audit/index.ts'
import { appendAudit, changes } from '../../audit/index.ts'
import type { ClientId, Clock, Random } from '../../base/index.ts'
import { newId } from '../../base/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { By } from '../change.ts'
import { auditEntry } from '../change.ts'
import type { Client } from '../client.ts'
import { checkedMetadata } from '../metadata.ts'
import type { ClientInput } from '../schemas.ts'
import { insertClient, lockClient, updateMetadata } from '../store.ts'
import { registrationOf } from '../update-client.ts'
import { setDocumentUntil } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly outgoingHosts?: readonly string[]
}

export type KnownDocument = {
  readonly clientId: ClientId
  readonly input: ClientInput
  /** Until when it need not be read again. */
  readonly until: Date
  /** When the client is forgotten unless it is used before. */
  readonly expiresAt: Date
  readonly origin: Origin
}

/** Keeps a client as its document describes it now. Fails with RFC 7591 codes. */
export async function keepDocument(
  needs: Needs,
  { clientId, input, until, expiresAt, origin }: KnownDocument,
): Promise<void> {
  const metadata = checkedMetadata(input, needs.outgoingHosts)
  const by = { actor: `client:${clientId}`, origin }
  const now = needs.clock.now()
  const fresh: Client = {
    id: newId(needs.clock, needs.random),
    clientId,
    secretDigest: null,
    previousSecretDigest: null,
    previousSecretExpiresAt: null,
    sealedSecret: null,
    name: input.client_name,
    isActive: true,
    registeredBy: 'document',
    expiresAt,
    metadata,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  await needs.db.transaction(async (tx) => {
    const before = await lockClient(tx, clientId)
    if (before === undefined) await add(needs, tx, fresh, by)
    else await follow(needs, tx, { before, fresh }, by)
    await setDocumentUntil(tx, clientId, until)
  })
}

async function add(needs: Needs, tx: Tx, client: Client, by: By): Promise<void> {
  await insertClient(tx, client, { digest: null })
  const details = { after: registrationOf(client) }
  await appendAudit(needs, tx, { ...auditEntry('client.create', client.clientId, by), details })
}

/** Nothing is written where the document says what it said before. */
async function follow(
  needs: Needs,
  tx: Tx,
  { before, fresh }: { readonly before: Client; readonly fresh: Client },
  by: By,
): Promise<void> {
  const changed = changes(registrationOf(before), registrationOf(fresh))
  if (Object.keys(changed).length === 0) return
  const { name, metadata, updatedAt } = fresh
  await updateMetadata(tx, { ...before, name, metadata, version: before.version + 1, updatedAt })
  const details = { changes: changed }
  await appendAudit(needs, tx, { ...auditEntry('client.update', fresh.clientId, by), details })
}
