import type { Origin } from '../../audit/index.ts'
import { appendAudit, changes } from '../../audit/index.ts'
import type { ClientId, Clock, Random } from '../../base/index.ts'
import { newId } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
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
    const after = { ...metadata, client_name: input.client_name }
    if (before === undefined) {
      await insertClient(tx, fresh, { digest: null })
      await appendAudit(needs, tx, {
        ...auditEntry('client.create', clientId, by),
        details: { after },
      })
    } else {
      const changed = changes(registrationOf(before), after)
      if (Object.keys(changed).length > 0) {
        const { name } = fresh
        const version = before.version + 1
        await updateMetadata(tx, { ...before, name, metadata, version, updatedAt: now })
        const details = { changes: changed }
        await appendAudit(needs, tx, { ...auditEntry('client.update', clientId, by), details })
      }
    }
    await setDocumentUntil(tx, clientId, until)
  })
}
