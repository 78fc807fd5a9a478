import type { ClientId, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { Client } from './client.ts'

export async function insertClient(tx: Tx, client: Client): Promise<void> {
  const c = client
  await tx.run(sql`
    INSERT INTO clients (id, client_id, secret_digest, name, is_active, metadata, created_at, updated_at)
    VALUES (${c.id}, ${c.clientId}, ${c.secretDigest}, ${c.name}, ${c.isActive},
      ${JSON.stringify(c.metadata)}, ${c.createdAt}, ${c.updatedAt})`)
}

export function findClient(queries: Queries, clientId: string): Promise<Client | undefined> {
  return queries.maybe<Client>(sql`
    SELECT id, client_id, secret_digest, name, is_active, metadata, created_at, updated_at
    FROM clients WHERE client_id = ${clientId}`)
}

export function replaceSecret(
  tx: Tx,
  clientId: ClientId,
  digest: Buffer,
  now: Date,
): Promise<number> {
  return tx.run(sql`
    UPDATE clients SET secret_digest = ${digest}, updated_at = ${now}
    WHERE client_id = ${clientId} AND secret_digest IS NOT NULL`)
}

export function setClientActive(
  tx: Tx,
  clientId: ClientId,
  active: boolean,
  now: Date,
): Promise<number> {
  return tx.run(sql`
    UPDATE clients SET is_active = ${active}, updated_at = ${now} WHERE client_id = ${clientId}`)
}

export async function selectConsent(
  queries: Queries,
  userId: UserId,
  clientId: ClientId,
): Promise<readonly string[] | undefined> {
  const row = await queries.maybe<{ scopes: string[] }>(
    sql`SELECT scopes FROM consents WHERE user_id = ${userId} AND client_id = ${clientId}`,
  )
  return row?.scopes
}

/** Adds to what was allowed before; two tabs that allow different scopes both count. */
export async function upsertConsent(
  tx: Tx,
  userId: UserId,
  clientId: ClientId,
  scopes: readonly string[],
  now: Date,
): Promise<void> {
  await tx.run(sql`
    INSERT INTO consents (user_id, client_id, scopes, granted_at)
    VALUES (${userId}, ${clientId}, ${scopes}, ${now})
    ON CONFLICT (user_id, client_id) DO UPDATE SET granted_at = excluded.granted_at, scopes =
      ARRAY(SELECT DISTINCT unnest(consents.scopes || excluded.scopes) ORDER BY 1)`)
}

export function selectConsents(
  queries: Queries,
  userId: UserId,
): Promise<{ clientId: ClientId; name: string; scopes: string[]; grantedAt: Date }[]> {
  return queries.many(sql`
    SELECT c.client_id, c.name, k.scopes, k.granted_at FROM consents k JOIN clients c USING (client_id)
    WHERE k.user_id = ${userId} ORDER BY c.name`)
}
