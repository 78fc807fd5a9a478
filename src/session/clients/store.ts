import type { ClientId, SessionId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

/** A client that wants to know that a session has ended, and how it knows the session. */
export type TouchedClient = {
  readonly userId: UserId
  readonly clientId: ClientId
  readonly sid: SessionId
  /** By a request of ours (OpenID Connect Back-Channel Logout), by the browser (Front-Channel Logout), or both. */
  readonly backChannel: boolean
  readonly frontChannel: boolean
}

/**
 * Remembers that a client was told of a session without being given a grant: by an ID token from the
 * authorization endpoint. A grant remembers it by itself.
 */
export async function noteSessionClient(
  queries: Queries,
  sessionId: SessionId,
  clientId: ClientId,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO session_clients (session_id, client_id, sid)
    SELECT id, ${clientId}::text, id FROM sessions WHERE id = ${sessionId} AND ended_at IS NULL FOR SHARE
    ON CONFLICT DO NOTHING`)
}

/**
 * Who wants to know that these sessions ended. Asked after the rows of the sessions were changed, so that whoever
 * was given something at the same moment is among them. Joins the table of clients, whose metadata decides.
 */
export function selectTouchedClients(
  tx: Tx,
  sessionIds: readonly SessionId[],
): Promise<TouchedClient[]> {
  return tx.many<TouchedClient>(sql`
    SELECT s.user_id, t.client_id, t.sid, c.metadata ? 'backchannel_logout_uri' AS back_channel,
      c.metadata ? 'frontchannel_logout_uri' AS front_channel
    FROM session_clients t JOIN sessions s ON s.id = t.session_id JOIN clients c ON c.client_id = t.client_id
    WHERE t.session_id = ANY(${sessionIds}::uuid[]) AND c.is_active
      AND (c.metadata ? 'backchannel_logout_uri' OR c.metadata ? 'frontchannel_logout_uri')
    ORDER BY t.client_id, t.sid`)
}

/** Whether a client knows a living session by a name that it had before the same person signed in again. */
export async function isKnownAs(
  queries: Queries,
  sessionId: SessionId,
  { clientId, sid }: { readonly clientId: string; readonly sid: string },
): Promise<boolean> {
  const row = await queries.maybe(sql`
    SELECT 1 FROM session_clients WHERE session_id = ${sessionId} AND client_id = ${clientId}
      AND sid = ${sid}`)
  return row !== undefined
}

/** Whose session a client was told of by its first name, as long as we remember that; living or not. */
export async function userKnownBy(
  queries: Queries,
  { clientId, sid }: { readonly clientId: string; readonly sid: string },
): Promise<UserId | undefined> {
  // By the key of the table; the name is that of the session until its person signs in again in it.
  const row = await queries.maybe<{ userId: UserId }>(sql`
    SELECT s.user_id FROM session_clients t JOIN sessions s ON s.id = t.session_id
    WHERE t.session_id = ${sid}::uuid AND t.client_id = ${clientId} LIMIT 1`)
  return row?.userId
}
