import type { ClientId, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Approval, AskedElsewhere, Waiting } from './waiting.ts'

type NewRequest = {
  readonly id: string
  readonly deviceDigest: Buffer
  readonly userDigest: Buffer
  readonly clientId: ClientId
  readonly asked: AskedElsewhere
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** Zero rows: another device has the same user code. */
export function insertDeviceRequest(queries: Queries, r: NewRequest): Promise<number> {
  return queries.run(sql`
    INSERT INTO device_requests
      (id, device_digest, user_digest, client_id, asked, status, created_at, expires_at)
    VALUES (${r.id}, ${r.deviceDigest}, ${r.userDigest}, ${r.clientId}, ${JSON.stringify(r.asked)},
      'pending', ${r.createdAt}, ${r.expiresAt})
    ON CONFLICT (user_digest) DO NOTHING`)
}

export function selectByDeviceCode(queries: Queries, digest: Buffer): Promise<Waiting | undefined> {
  return queries.maybe<Waiting>(sql`
    SELECT id, client_id, asked, status, user_id, approval, expires_at
    FROM device_requests WHERE device_digest = ${digest}`)
}

/** Locks the row: of any number of redeemers the second sees what the first has written. */
export function lockByDeviceCode(tx: Tx, digest: Buffer): Promise<Waiting | undefined> {
  return tx.maybe<Waiting>(sql`
    SELECT id, client_id, asked, status, user_id, approval, expires_at
    FROM device_requests WHERE device_digest = ${digest} FOR UPDATE`)
}

/** What still waits for an answer. */
export function selectByUserCode(
  queries: Queries,
  digest: Buffer,
  now: Date,
): Promise<Waiting | undefined> {
  return queries.maybe<Waiting>(sql`
    SELECT id, client_id, asked, status, user_id, approval, expires_at
    FROM device_requests WHERE user_digest = ${digest} AND status = 'pending' AND expires_at > ${now}`)
}

/** The answer, once: undefined when there was one, or it comes too late. */
export function answerDeviceRequest(
  tx: Tx,
  id: string,
  answer: { readonly userId: UserId; readonly approval: Approval | null; readonly now: Date },
): Promise<Pick<Waiting, 'clientId' | 'asked'> | undefined> {
  const { userId, approval, now } = answer
  return tx.maybe<Pick<Waiting, 'clientId' | 'asked'>>(sql`
    UPDATE device_requests SET status = ${approval === null ? 'denied' : 'approved'}, user_id = ${userId},
      approval = ${approval === null ? null : JSON.stringify(approval)}
    WHERE id = ${id} AND status = 'pending' AND expires_at > ${now}
    RETURNING client_id, asked`)
}

export function markDeviceRedeemed(tx: Tx, id: string): Promise<number> {
  return tx.run(sql`
    UPDATE device_requests SET status = 'redeemed' WHERE id = ${id} AND status = 'approved'`)
}

/** Takes back what was allowed and not redeemed yet: for one client, or for all. */
export function denyOpenDevices(
  tx: Tx,
  userId: UserId,
  clientId: ClientId | undefined,
): Promise<number> {
  return tx.run(sql`
    UPDATE device_requests SET status = 'denied' WHERE user_id = ${userId} AND status = 'approved'
      AND (${clientId ?? null}::text IS NULL OR client_id = ${clientId ?? null}::text)`)
}

export function sweepDeviceRequests(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM device_requests WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM device_requests WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
