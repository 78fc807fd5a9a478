import { appendAudit } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import { newId, randomToken } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { By } from './change.ts'
import { auditEntry } from './change.ts'
import type { Client } from './client.ts'
import { usesSecret } from './client.ts'
import { checkedMetadata } from './metadata.ts'
import type { ClientInput } from './schemas.ts'
import { newClientSecret } from './secret.ts'
import { insertClient } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }

/** Registers a client. The secret is in the answer and nowhere else. Fails with RFC 7591 codes. */
export async function createClient(
  needs: Needs,
  input: ClientInput,
  by: By,
): Promise<{ client: Client; secret: string | undefined }> {
  const metadata = checkedMetadata(input)
  const credentials = usesSecret(metadata) ? newClientSecret(needs.random) : undefined
  const now = needs.clock.now()
  const client: Client = {
    id: newId(needs.clock, needs.random),
    clientId: `c_${randomToken(needs.random, 16)}` as ClientId,
    secretDigest: credentials?.digest ?? null,
    previousSecretDigest: null,
    previousSecretExpiresAt: null,
    sealedSecret: null,
    name: input.client_name,
    isActive: true,
    metadata,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  await needs.db.transaction(async (tx) => {
    await insertClient(tx, client)
    await appendAudit(needs, tx, {
      ...auditEntry('client.create', client.clientId, by),
      details: { after: { client_name: client.name, ...metadata } },
    })
  })
  return { client, secret: credentials?.secret }
}
