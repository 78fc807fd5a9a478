import { appendAudit } from '../audit/index.ts'
import type { ClientId, Clock, Random } from '../base/index.ts'
import { newId, randomToken } from '../base/index.ts'
import type { Db, Tx } from '../db/index.ts'
import type { Sealer } from '../keys/index.ts'
import type { By } from './change.ts'
import { auditEntry } from './change.ts'
import type { Client, RegisteredBy } from './client.ts'
import { usesSecret } from './client.ts'
import { checkedMetadata } from './metadata.ts'
import type { ClientInput } from './schemas.ts'
import { isSecretSealed, newClientSecret, sealSecrets } from './secret.ts'
import { insertClient } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Sealer
  /** Hosts that metadata may name without TLS. */
  readonly outgoingHosts?: readonly string[]
}

/** The most that a client may be registered with; null leaves it to the settings. */
export type RegistrationLimits = {
  readonly scopes: readonly string[] | null
  readonly grantTypes: readonly string[] | null
}

/** How a client came to be registered. */
export type Registration = {
  readonly registeredBy: RegisteredBy
  readonly clientId?: ClientId
  /** Of the token by which it changes its own registration (RFC 7592). */
  readonly digest: Buffer | null
  readonly expiresAt: Date | null
  readonly limits?: RegistrationLimits | null
  /** More for the audit log. */
  readonly details?: Readonly<Record<string, unknown>>
  /** What comes first in the same transaction, and throws what refuses. */
  readonly first?: (tx: Tx) => Promise<void>
}

const byAdministrator: Registration = {
  registeredBy: 'administrator',
  digest: null,
  expiresAt: null,
}

export function newClientId(random: Random): ClientId {
  return `c_${randomToken(random, 16)}` as ClientId
}

/** Registers a client. The secret is in the answer and nowhere else. Fails with RFC 7591 codes. */
export async function createClient(
  needs: Needs,
  input: ClientInput,
  by: By,
  registration: Registration = byAdministrator,
): Promise<{ client: Client; secret: string | undefined }> {
  const metadata = checkedMetadata(input, needs.outgoingHosts)
  const { token_endpoint_auth_method: method } = metadata
  const credentials = usesSecret(metadata) ? newClientSecret(needs.random, method) : undefined
  const now = needs.clock.now()
  const { registeredBy, expiresAt, clientId = newClientId(needs.random) } = registration
  const isSealed = credentials !== undefined && isSecretSealed(metadata)
  const client: Client = {
    id: newId(needs.clock, needs.random),
    clientId,
    secretDigest: credentials?.digest ?? null,
    previousSecretDigest: null,
    previousSecretExpiresAt: null,
    sealedSecret: isSealed ? sealSecrets(needs.sealer, clientId, [credentials.secret]) : null,
    name: input.client_name,
    isActive: true,
    registeredBy,
    expiresAt,
    metadata,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  await needs.db.transaction(async (tx) => {
    await registration.first?.(tx)
    await insertClient(tx, client, registration)
    await appendAudit(needs, tx, {
      ...auditEntry('client.create', client.clientId, by),
      details: { after: { client_name: client.name, ...metadata }, ...registration.details },
    })
  })
  return { client, secret: credentials?.secret }
}
