import type { ClientId } from '../../base/index.ts'
import { addSeconds } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Client } from '../client.ts'
import type { RegistrationLimits } from '../create-client.ts'

/** A client that registered itself, with what it may ask for. */
export type Registered = Client & { readonly registrationLimits: RegistrationLimits | null }

/** The client that a registration access token (RFC 7592) is of. */
export function findRegistered(queries: Queries, digest: Buffer): Promise<Registered | undefined> {
  return queries.maybe<Registered>(sql`
    SELECT id, client_id, secret_digest, previous_secret_digest, previous_secret_expires_at, sealed_secret,
      name, is_active, registered_by, expires_at, registration_limits, metadata, version, created_at, updated_at
    FROM clients WHERE registration_digest = ${digest}`)
}

/** Whether the token was the one of the client until now: of any number at once one replaces it. */
export async function replaceRegistrationDigest(
  tx: Tx,
  clientId: ClientId,
  { from, to }: { readonly from: Buffer; readonly to: Buffer },
): Promise<boolean> {
  const replaced = await tx.run(sql`
    UPDATE clients SET registration_digest = ${to}
    WHERE client_id = ${clientId} AND registration_digest = ${from}`)
  return replaced === 1
}

/** Of clients that expire, writes down that they were used, and lets them live on. */
export async function markClientsUsed(
  queries: Queries,
  clientIds: readonly string[],
  {
    now,
    lifetime,
    precision,
  }: { readonly now: Date; readonly lifetime: number; readonly precision: number },
): Promise<void> {
  const before = addSeconds(now, -precision)
  await queries.run(sql`
    UPDATE clients SET used_at = ${now}, expires_at = ${addSeconds(now, lifetime)}
    WHERE client_id = ANY(${[...clientIds]}::text[]) AND expires_at IS NOT NULL
      AND (used_at IS NULL OR used_at < ${before})`)
}

/** Holds up to `limit` of the clients that `sweepUnusedClients` removes, so that nobody begins to use them. */
export async function selectUnusedClients(
  tx: Queries,
  before: Date,
  limit: number,
): Promise<ClientId[]> {
  const rows = await tx.many<{ clientId: ClientId }>(sql`
    SELECT client_id FROM clients WHERE expires_at < ${before} AND is_active
    ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`)
  return rows.map(({ clientId }) => clientId)
}

/**
 * Removes clients that no administrator registered and nobody used for their whole lifetime. One that was
 * stopped stays, or else it would come back by its document.
 */
export function sweepUnusedClients(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM clients WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM clients WHERE expires_at < ${before} AND is_active
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
