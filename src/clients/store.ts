import type { ClientId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Client } from './client.ts'
import type { Registration } from './create-client.ts'

/** `digest` is that of the registration access token of a client that registered itself. */
export async function insertClient(
  tx: Tx,
  client: Client,
  { digest, limits = null }: Pick<Registration, 'digest' | 'limits'>,
): Promise<void> {
  const c = client
  const secretCreatedAt = c.secretDigest === null ? null : c.createdAt
  await tx.run(sql`
    INSERT INTO clients (id, client_id, secret_digest, sealed_secret, secret_created_at, name, is_active,
      registered_by, registration_digest, registration_limits, expires_at, metadata, version, created_at, updated_at)
    VALUES (${c.id}, ${c.clientId}, ${c.secretDigest}, ${c.sealedSecret}, ${secretCreatedAt}, ${c.name}, ${c.isActive},
      ${c.registeredBy}, ${digest}, ${limits && JSON.stringify(limits)}::jsonb, ${c.expiresAt}, ${JSON.stringify(c.metadata)}, ${c.version},
      ${c.createdAt}, ${c.updatedAt})`)
}

export function findClient(queries: Queries, clientId: string): Promise<Client | undefined> {
  return queries.maybe<Client>(sql`
    SELECT id, client_id, secret_digest, previous_secret_digest, previous_secret_expires_at, sealed_secret,
      name, is_active, registered_by, expires_at, metadata, version, created_at, updated_at
    FROM clients WHERE client_id = ${clientId}`)
}

/** Whoever changes the same client meanwhile waits. */
export function lockClient(tx: Tx, clientId: ClientId): Promise<Client | undefined> {
  return tx.maybe<Client>(sql`
    SELECT id, client_id, secret_digest, previous_secret_digest, previous_secret_expires_at, sealed_secret,
      name, is_active, registered_by, expires_at, metadata, version, created_at, updated_at
    FROM clients WHERE client_id = ${clientId} FOR UPDATE`)
}

export type ClientFilter = {
  /** In the name, or the whole client_id. */
  readonly search?: string | undefined
  readonly active?: boolean | undefined
  readonly grantType?: string | undefined
}

/** The youngest first; `after` is the id of the last one of the page before. */
export function selectClients(
  queries: Queries,
  { search, active, grantType }: ClientFilter,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<Client[]> {
  const grants = grantType === undefined ? null : JSON.stringify({ grant_types: [grantType] })
  return queries.many<Client>(sql`
    SELECT id, client_id, secret_digest, previous_secret_digest, previous_secret_expires_at, sealed_secret,
      name, is_active, registered_by, expires_at, metadata, version, created_at, updated_at
    FROM clients
    WHERE id < coalesce(${after ?? null}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND (${active ?? null}::boolean IS NULL OR is_active = ${active ?? null}::boolean)
      AND (${grants}::jsonb IS NULL OR metadata @> ${grants}::jsonb)
      AND (${search ?? null}::text IS NULL OR client_id = ${search ?? null}::text
        OR position(lower(${search ?? null}::text) IN lower(name)) > 0)
    ORDER BY id DESC LIMIT ${limit}`)
}

/** What a client is registered with, and its secret where that comes or goes. */
export async function updateMetadata(tx: Tx, client: Client): Promise<void> {
  const c = client
  await tx.run(sql`
    UPDATE clients SET name = ${c.name}, metadata = ${JSON.stringify(c.metadata)}, version = ${c.version},
      updated_at = ${c.updatedAt}, previous_secret_digest = ${c.previousSecretDigest}::bytea,
      previous_secret_expires_at = ${c.previousSecretExpiresAt},
      secret_created_at = CASE WHEN secret_digest IS NOT DISTINCT FROM ${c.secretDigest}::bytea
        THEN secret_created_at ELSE ${c.updatedAt} END,
      secret_used_at = CASE WHEN secret_digest IS NOT DISTINCT FROM ${c.secretDigest}::bytea
        THEN secret_used_at END,
      secret_digest = ${c.secretDigest}::bytea, sealed_secret = ${c.sealedSecret}
    WHERE client_id = ${c.clientId}`)
}

type Replacement = {
  readonly digest: Buffer
  /** The new secret and perhaps the one before, where they must be readable. */
  readonly sealed: string | null
  readonly now: Date
  /** Null ends the secret before at once. */
  readonly previousExpiresAt: Date | null
}

export function replaceSecret(
  tx: Tx,
  clientId: ClientId,
  { digest, sealed, now, previousExpiresAt: end }: Replacement,
): Promise<number> {
  return tx.run(sql`
    UPDATE clients SET secret_digest = ${digest}, sealed_secret = ${sealed}, secret_created_at = ${now},
      secret_used_at = NULL,
      previous_secret_digest = CASE WHEN ${end}::timestamptz IS NOT NULL THEN secret_digest END,
      previous_secret_created_at = CASE WHEN ${end}::timestamptz IS NOT NULL
        THEN coalesce(secret_created_at, created_at) END,
      previous_secret_used_at = CASE WHEN ${end}::timestamptz IS NOT NULL THEN secret_used_at END,
      previous_secret_expires_at = ${end}::timestamptz, version = version + 1, updated_at = ${now}
    WHERE client_id = ${clientId} AND secret_digest IS NOT NULL`)
}

export function endPreviousSecret(tx: Tx, clientId: ClientId, now: Date): Promise<number> {
  return tx.run(sql`
    UPDATE clients SET previous_secret_digest = NULL, previous_secret_created_at = NULL,
      previous_secret_used_at = NULL, previous_secret_expires_at = NULL, version = version + 1,
      updated_at = ${now}
    WHERE client_id = ${clientId} AND previous_secret_expires_at > ${now}`)
}

/** Forgets secrets that worked beside a newer one and do so no more. */
export function sweepClientSecrets(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    UPDATE clients SET previous_secret_digest = NULL, previous_secret_created_at = NULL,
      previous_secret_used_at = NULL, previous_secret_expires_at = NULL
    WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM clients WHERE previous_secret_expires_at < ${before}
      ORDER BY previous_secret_expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

type SecretsRow = {
  readonly hasSecret: boolean
  readonly createdAt: Date
  readonly usedAt: Date | null
  readonly previousCreatedAt: Date
  readonly previousUsedAt: Date | null
  readonly previousExpiresAt: Date | null
}

export function selectSecrets(
  queries: Queries,
  clientId: ClientId,
): Promise<SecretsRow | undefined> {
  return queries.maybe<SecretsRow>(sql`
    SELECT secret_digest IS NOT NULL AS has_secret, coalesce(secret_created_at, created_at) AS created_at,
      secret_used_at AS used_at, coalesce(previous_secret_created_at, created_at) AS previous_created_at,
      previous_secret_used_at AS previous_used_at, previous_secret_expires_at AS previous_expires_at
    FROM clients WHERE client_id = ${clientId}`)
}

/** A secret that was replaced meanwhile is found in its new place. */
export async function markSecretsUsed(
  queries: Queries,
  uses: readonly { readonly clientId: ClientId; readonly digest: Buffer; readonly at: Date }[],
): Promise<void> {
  const ids = uses.map(({ clientId }) => clientId)
  const digests = uses.map(({ digest }) => digest.toString('hex'))
  const times = uses.map(({ at }) => at.toISOString())
  await queries.run(sql`
    WITH used AS (SELECT client_id, decode(digest, 'hex') AS digest, at
      FROM unnest(${ids}::text[], ${digests}::text[], ${times}::timestamptz[]) AS u (client_id, digest, at))
    UPDATE clients c SET
      secret_used_at = greatest(c.secret_used_at, (SELECT at FROM used u
        WHERE u.client_id = c.client_id AND u.digest = c.secret_digest)),
      previous_secret_used_at = greatest(c.previous_secret_used_at, (SELECT at FROM used u
        WHERE u.client_id = c.client_id AND u.digest = c.previous_secret_digest))
    WHERE c.client_id = ANY(${ids}::text[])`)
}

export function isOriginAllowed(queries: Queries, origin: string): Promise<boolean> {
  return queries
    .maybe(sql`SELECT 1 FROM clients WHERE is_active AND origins @> ARRAY[${origin}::text] LIMIT 1`)
    .then((row) => row !== undefined)
}

export function setClientActive(
  tx: Tx,
  clientId: ClientId,
  active: boolean,
  now: Date,
): Promise<number> {
  return tx.run(sql`
    UPDATE clients SET is_active = ${active}, version = version + 1, updated_at = ${now}
    WHERE client_id = ${clientId}`)
}

/** What was given to the client goes with it. */
export function removeClient(tx: Tx, clientId: ClientId): Promise<number> {
  return tx.run(sql`DELETE FROM clients WHERE client_id = ${clientId}`)
}
