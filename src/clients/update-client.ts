import { Check, Errors } from 'typebox/value'
import { appendAudit, changes } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Sealer } from '../keys/index.ts'
import type { BasedOn, By } from './change.ts'
import { auditEntry, requireVersion } from './change.ts'
import type { Client } from './client.ts'
import { usesSecret } from './client.ts'
import { clientFailures } from './failures.ts'
import { checkedMetadata } from './metadata.ts'
import { ClientInput } from './schemas.ts'
import { isSecretSealed, newClientSecret, sealSecrets } from './secret.ts'
import { lockClient, removeClient, setClientActive, updateMetadata } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }

type Update = {
  readonly basedOn: BasedOn
  readonly by: By
  /** What it is registered with from now on. */
  readonly to: (before: ClientInput) => ClientInput
  /** What comes first in the same transaction, and throws what refuses. */
  readonly first?: (tx: Tx) => Promise<void>
}

/**
 * Changes what a client is registered with. One that proves itself by a secret from now on gets one, which
 * is in the answer and nowhere else; of one that does not any more, every secret ends.
 */
export async function updateClient(
  needs: Needs & { readonly sealer: Sealer; readonly outgoingHosts?: readonly string[] },
  clientId: ClientId,
  { basedOn, by, to, first }: Update,
): Promise<{ client: Client; secret: string | undefined }> {
  return needs.db.transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (client === undefined) throw clientFailures.unknown_client()
    requireVersion(client, basedOn)
    await first?.(tx)
    const before = registrationOf(client)
    const input = to(before)
    const metadata = checkedMetadata(input, needs.outgoingHosts)
    const changed = changes(before, { ...metadata, client_name: input.client_name })
    if (Object.keys(changed).length === 0) return { client, secret: undefined }
    const fresh = newClientSecret(needs.random, metadata.token_endpoint_auth_method)
    const credentials = credentialsFor(needs.sealer, client, { metadata, fresh })
    const next: Client = {
      ...client,
      ...credentials,
      name: input.client_name,
      metadata,
      version: client.version + 1,
      updatedAt: needs.clock.now(),
    }
    await updateMetadata(tx, next)
    const isNew = credentials.secretDigest === fresh.digest
    await appendAudit(needs, tx, {
      ...auditEntry('client.update', clientId, by),
      details: { changes: changed, ...(isNew && { new_secret: true }) },
    })
    return { client: next, secret: isNew ? fresh.secret : undefined }
  })
}

/** What a client is registered with, as it would be sent. */
export function registrationOf({ name, metadata }: Client): ClientInput {
  return { ...metadata, client_name: name }
}

/** RFC 7396: a member that is null goes, one that is absent stays. Fails like a registration. */
export function patchedRegistration(
  before: ClientInput,
  patch: Readonly<Record<string, unknown>>,
): ClientInput {
  const input = merged(before, patch)
  if (Check(ClientInput, input)) return input
  throw clientFailures.invalid_client_metadata({
    members: Errors(ClientInput, input).map(({ instancePath, message }) => ({
      pointer: instancePath,
      words: message,
    })),
  })
}

function merged(before: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const target = isObject(before) ? before : {}
  const kept = Object.entries(target).filter(([name]) => !Object.hasOwn(patch, name))
  const changed = Object.entries(patch).flatMap(([name, value]) =>
    value === null ? [] : [[name, merged(target[name], value)] as const],
  )
  return Object.fromEntries([...kept, ...changed])
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Credentials = Pick<
  Client,
  'secretDigest' | 'previousSecretDigest' | 'previousSecretExpiresAt' | 'sealedSecret'
>

type Wish = {
  readonly metadata: Client['metadata']
  readonly fresh: ReturnType<typeof newClientSecret>
}

/** Of a secret that was kept as a digest only, no proof can be checked: the client gets a new one. */
function credentialsFor(sealer: Sealer, client: Client, { metadata, fresh }: Wish): Credentials {
  const none = { previousSecretDigest: null, previousSecretExpiresAt: null, sealedSecret: null }
  if (!usesSecret(metadata)) return { secretDigest: null, ...none }
  const isSealed = isSecretSealed(metadata)
  if (client.secretDigest === null || (isSealed && client.sealedSecret === null)) {
    const sealedSecret = isSealed ? sealSecrets(sealer, client.clientId, [fresh.secret]) : null
    return { secretDigest: fresh.digest, ...none, sealedSecret }
  }
  const { secretDigest, previousSecretDigest, previousSecretExpiresAt } = client
  const sealedSecret = isSealed ? client.sealedSecret : null
  return { secretDigest, previousSecretDigest, previousSecretExpiresAt, sealedSecret }
}

/** Stops a client and all its tokens, or lets it go on. Nothing happens where it is so already. */
export async function switchClient(
  needs: Needs,
  clientId: ClientId,
  { active, by }: { readonly active: boolean; readonly by: By },
): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (client === undefined) throw clientFailures.unknown_client()
    if (client.isActive === active) return
    await setClientActive(tx, clientId, active, needs.clock.now())
    const action = active ? 'client.reactivate' : 'client.deactivate'
    await appendAudit(needs, tx, auditEntry(action, clientId, by))
  })
}

/** Deletes a client with everything that was given to it. */
export async function deleteClient(needs: Needs, clientId: ClientId, by: By): Promise<void> {
  await needs.db.transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (client === undefined) throw clientFailures.unknown_client()
    await removeClient(tx, clientId)
    await appendAudit(needs, tx, {
      ...auditEntry('client.delete', clientId, by),
      details: { before: registrationOf(client) },
    })
  })
}
