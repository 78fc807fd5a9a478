import type { ClientId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

/** What a person allowed a client: scopes, and the resources (RFC 8707) that it may use them at. */
export type Allowed = { readonly scopes: readonly string[]; readonly resources: readonly string[] }

export function selectConsent(
  queries: Queries,
  userId: UserId,
  clientId: ClientId,
): Promise<Allowed | undefined> {
  return queries.maybe<Allowed>(sql`
    SELECT scopes, resources FROM consents WHERE user_id = ${userId} AND client_id = ${clientId}`)
}

/**
 * Adds to what was allowed before; two tabs that allow different scopes both count. Every scope of the outcome is
 * allowed at every resource of it, so what would say more together than it did apart takes the place of what was.
 */
export async function upsertConsent(
  tx: Tx,
  who: { readonly userId: UserId; readonly clientId: ClientId },
  { scopes, resources }: Allowed,
  now: Date,
): Promise<void> {
  await tx.run(sql`
    INSERT INTO consents (user_id, client_id, scopes, resources, granted_at)
    VALUES (${who.userId}, ${who.clientId}, ${scopes}, ${resources}, ${now})
    ON CONFLICT (user_id, client_id) DO UPDATE SET granted_at = excluded.granted_at,
      (scopes, resources) = (
        SELECT
          ARRAY(SELECT DISTINCT unnest(excluded.scopes || CASE WHEN same THEN consents.scopes END) ORDER BY 1),
          ARRAY(SELECT DISTINCT unnest(excluded.resources || CASE WHEN same THEN consents.resources END) ORDER BY 1)
        FROM (SELECT
          (consents.scopes <@ excluded.scopes OR consents.resources @> excluded.resources)
          AND (consents.scopes @> excluded.scopes OR consents.resources <@ excluded.resources) AS same
        ) AS compared)`)
}

export function selectConsents(
  queries: Queries,
  userId: UserId,
): Promise<(Allowed & { clientId: ClientId; name: string; grantedAt: Date })[]> {
  return queries.many(sql`
    SELECT c.client_id, c.name, k.scopes, k.resources, k.granted_at
    FROM consents k JOIN clients c USING (client_id)
    WHERE k.user_id = ${userId} ORDER BY c.name`)
}

/** Takes back what a person allowed a client, or every client; 0 when they had allowed nothing. */
export function removeConsents(
  tx: Tx,
  userId: UserId,
  clientId: ClientId | undefined,
): Promise<number> {
  return tx.run(sql`
    DELETE FROM consents WHERE user_id = ${userId}
      AND (${clientId ?? null}::text IS NULL OR client_id = ${clientId ?? null}::text)`)
}

/** Deletes up to `limit` consents to clients that are about to be removed. */
export function deleteConsentsOfClients(
  queries: Queries,
  clientIds: readonly ClientId[],
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM consents WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM consents WHERE client_id = ANY (${[...clientIds]}::text[])
      LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
