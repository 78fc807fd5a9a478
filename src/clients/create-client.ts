import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import { hasControls, isStorable, newId, randomToken } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Client } from './client.ts'
import { clientFailures } from './failures.ts'
import { completeMetadata, metadataProblems, unstorable } from './metadata.ts'
import type { ClientInput } from './schemas.ts'
import { newClientSecret } from './secret.ts'
import { insertClient, replaceSecret } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }
type By = { readonly actor: string; readonly origin?: Origin }

const withSecret = new Set(['client_secret_basic', 'client_secret_post'])

/** Registers a client. The secret is in the answer and nowhere else. Fails with RFC 7591 codes. */
export async function createClient(
  needs: Needs,
  input: ClientInput,
  by: By,
): Promise<{ client: Client; secret: string | undefined }> {
  const metadata = completeMetadata(input)
  const badName = hasControls(input.client_name) || !isStorable(input.client_name)
  const members = [
    ...(badName ? [{ pointer: '/client_name', words: unstorable }] : []),
    ...metadataProblems(metadata),
  ]
  if (members.length > 0) {
    const aboutUris = members.every((member) => member.pointer.startsWith('/redirect_uris'))
    throw clientFailures[aboutUris ? 'invalid_redirect_uri' : 'invalid_client_metadata']({
      members,
    })
  }
  const credentials = withSecret.has(metadata.token_endpoint_auth_method)
    ? newClientSecret(needs.random)
    : undefined
  const now = needs.clock.now()
  const client: Client = {
    id: newId(needs.clock, needs.random),
    clientId: `c_${randomToken(needs.random, 16)}` as ClientId,
    secretDigest: credentials?.digest ?? null,
    name: input.client_name,
    isActive: true,
    metadata,
    createdAt: now,
    updatedAt: now,
  }
  await needs.db.transaction(async (tx) => {
    await insertClient(tx, client)
    await appendAudit(needs, tx, entry('client.create', client.clientId, by))
  })
  return { client, secret: credentials?.secret }
}

/** Replaces the secret; the old one stops working at once. */
export async function rotateClientSecret(
  needs: Needs,
  clientId: ClientId,
  by: By,
): Promise<string> {
  const { secret, digest } = newClientSecret(needs.random)
  const changed = await needs.db.transaction(async (tx) => {
    const count = await replaceSecret(tx, clientId, digest, needs.clock.now())
    if (count > 0) await appendAudit(needs, tx, entry('client.rotate_secret', clientId, by))
    return count
  })
  if (changed === 0) throw clientFailures.unknown_client()
  return secret
}

function entry(action: string, clientId: ClientId, by: By) {
  const { actor, origin } = by
  const resource = `client:${clientId}`
  return { actor, action, resource, outcome: 'success' as const, ...(origin && { origin }) }
}
