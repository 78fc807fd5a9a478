import type { ClientId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Approval, AskedElsewhere, Waiting } from '../device/waiting.ts'

/** A request for a person by the back channel. */
export type BackchannelRequest = Waiting & {
  readonly userId: UserId
  readonly bindingMessage: string | null
  readonly createdAt: Date
}

/** With what its client is told in ping mode. */
export type NotifiedRequest = BackchannelRequest & { readonly sealedNotification: string | null }

export type NewRequest = Omit<NotifiedRequest, 'status' | 'approval'> & { readonly digest: Buffer }

/** Zero rows: too many wait for this person already. */
export function insertBackchannelRequest(
  tx: Tx,
  r: NewRequest,
  mostWaiting: number,
): Promise<number> {
  return tx.run(sql`
    INSERT INTO backchannel_requests (id, digest, client_id, asked, binding_message, sealed_notification,
      status, user_id, created_at, expires_at)
    SELECT ${r.id}::uuid, ${r.digest}::bytea, ${r.clientId}::text, ${JSON.stringify(r.asked)}::jsonb,
      ${r.bindingMessage}::text, ${r.sealedNotification}::text, 'pending', ${r.userId}::uuid,
      ${r.createdAt}::timestamptz, ${r.expiresAt}::timestamptz
    WHERE (SELECT count(*) FROM backchannel_requests WHERE user_id = ${r.userId}::uuid
      AND status = 'pending' AND expires_at > ${r.createdAt}::timestamptz) < ${mostWaiting}::integer`)
}

export function selectByRequestId(queries: Queries, digest: Buffer): Promise<Waiting | undefined> {
  return queries.maybe<Waiting>(sql`
    SELECT id, client_id, asked, status, user_id, approval, expires_at
    FROM backchannel_requests WHERE digest = ${digest}`)
}

/** Locks the row: of any number of redeemers the second sees what the first has written. */
export function lockByRequestId(tx: Tx, digest: Buffer): Promise<Waiting | undefined> {
  return tx.maybe<Waiting>(sql`
    SELECT id, client_id, asked, status, user_id, approval, expires_at
    FROM backchannel_requests WHERE digest = ${digest} FOR UPDATE`)
}

export function markBackchannelRedeemed(tx: Tx, id: string): Promise<number> {
  return tx.run(sql`
    UPDATE backchannel_requests SET status = 'redeemed' WHERE id = ${id} AND status = 'approved'`)
}

export function selectBackchannelRequest(
  queries: Queries,
  id: string,
): Promise<NotifiedRequest | undefined> {
  return queries.maybe<NotifiedRequest>(sql`
    SELECT id, client_id, asked, binding_message, sealed_notification, status, user_id, approval,
      created_at, expires_at
    FROM backchannel_requests WHERE id = ${id}`)
}

/** What waits for a person's answer, the youngest first. */
export function selectOpenRequests(
  queries: Queries,
  userId: UserId,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<BackchannelRequest[]> {
  return queries.many<BackchannelRequest>(sql`
    SELECT id, client_id, asked, binding_message, status, user_id, approval, created_at, expires_at
    FROM backchannel_requests
    WHERE user_id = ${userId} AND status = 'pending' AND expires_at > ${now}
    ORDER BY id DESC LIMIT ${limit}`)
}

type Answer = {
  readonly userId: UserId
  readonly approval: Approval | null
  readonly now: Date
}

/** The answer, once and by the person who was asked; undefined when there was one, or it comes too late. */
export function answerRequest(
  tx: Tx,
  id: string,
  { userId, approval, now }: Answer,
): Promise<
  { clientId: ClientId; asked: AskedElsewhere; sealedNotification: string | null } | undefined
> {
  return tx.maybe(sql`
    UPDATE backchannel_requests SET status = ${approval === null ? 'denied' : 'approved'},
      approval = ${approval === null ? null : JSON.stringify(approval)}
    WHERE id = ${id} AND user_id = ${userId} AND status = 'pending' AND expires_at > ${now}
    RETURNING client_id, asked, sealed_notification`)
}

/** Takes back what was allowed and not redeemed yet: for one client, or for all. */
export function denyOpenRequests(
  tx: Tx,
  userId: UserId,
  clientId: ClientId | undefined,
): Promise<number> {
  return tx.run(sql`
    UPDATE backchannel_requests SET status = 'denied' WHERE user_id = ${userId} AND status = 'approved'
      AND (${clientId ?? null}::text IS NULL OR client_id = ${clientId ?? null}::text)`)
}

export function sweepBackchannelRequests(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM backchannel_requests WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM backchannel_requests WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
