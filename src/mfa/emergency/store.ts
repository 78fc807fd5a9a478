import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { GrantRow } from './grant.ts'

export async function insertGrant(tx: Tx, row: GrantRow): Promise<void> {
  const { id, userId, reason, requestedBy, requestedAt, expiresAt } = row
  await tx.run(sql`
    INSERT INTO mfa_emergency_grants (id, user_id, reason, requested_by, requested_at, expires_at)
    VALUES (${id}, ${userId}, ${reason}, ${requestedBy}, ${requestedAt}, ${expiresAt})`)
}

export function selectGrant(queries: Queries, id: string): Promise<GrantRow | undefined> {
  return queries.maybe<GrantRow>(sql`
    SELECT id, user_id, reason, requested_by, requested_at, approved_by, approved_at, cancelled_at, used_at,
      expires_at
    FROM mfa_emergency_grants WHERE id = ${id}`)
}

/** The newest first. */
export function selectGrants(queries: Queries, limit: number): Promise<GrantRow[]> {
  return queries.many<GrantRow>(sql`
    SELECT id, user_id, reason, requested_by, requested_at, approved_by, approved_at, cancelled_at, used_at,
      expires_at
    FROM mfa_emergency_grants ORDER BY requested_at DESC, id DESC LIMIT ${limit}`)
}

/** Whether somebody has a grant that waits for approval or use. */
export async function hasOpenGrant(queries: Queries, userId: UserId, now: Date): Promise<boolean> {
  const found = await queries.maybe(sql`
    SELECT 1 FROM mfa_emergency_grants
    WHERE user_id = ${userId} AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > ${now}`)
  return found !== undefined
}

type Approval = {
  readonly id: string
  readonly approvedBy: string
  readonly approvedAt: Date
  readonly digest: Buffer
  readonly expiresAt: Date
}

/** Undefined: it is approved already, or not open any more. */
export function approveGrant(tx: Tx, approval: Approval): Promise<GrantRow | undefined> {
  const { id, approvedBy, approvedAt, digest, expiresAt } = approval
  return tx.maybe<GrantRow>(sql`
    UPDATE mfa_emergency_grants
    SET approved_by = ${approvedBy}, approved_at = ${approvedAt}, digest = ${digest}, expires_at = ${expiresAt}
    WHERE id = ${id} AND approved_at IS NULL AND used_at IS NULL AND cancelled_at IS NULL
      AND expires_at > ${approvedAt}
    RETURNING id, user_id, reason, requested_by, requested_at, approved_by, approved_at, cancelled_at, used_at,
      expires_at`)
}

/** Undefined: there is none, or it is not open any more. */
export function cancelGrant(tx: Tx, id: string, now: Date): Promise<GrantRow | undefined> {
  return tx.maybe<GrantRow>(sql`
    UPDATE mfa_emergency_grants SET cancelled_at = ${now}
    WHERE id = ${id} AND used_at IS NULL AND cancelled_at IS NULL AND expires_at > ${now}
    RETURNING id, user_id, reason, requested_by, requested_at, approved_by, approved_at, cancelled_at, used_at,
      expires_at`)
}

/** Whatever is open of a person, at the moment at which the account was locked by the caller. */
export function cancelGrantsOf(tx: Tx, userId: UserId): Promise<{ id: string; reason: string }[]> {
  return tx.many<{ id: string; reason: string }>(sql`
    UPDATE mfa_emergency_grants g SET cancelled_at = a.updated_at
    FROM mfa_accounts a
    WHERE a.user_id = g.user_id AND g.user_id = ${userId} AND g.used_at IS NULL AND g.cancelled_at IS NULL
      AND g.expires_at > a.updated_at
    RETURNING g.id, g.reason`)
}

type Use = { readonly userId: UserId; readonly digest: Buffer; readonly now: Date }

/** One row for the first who brings the code, none for whoever comes after. */
export function takeGrant(
  tx: Tx,
  { userId, digest, now }: Use,
): Promise<{ id: string; reason: string; expiresAt: Date } | undefined> {
  return tx.maybe<{ id: string; reason: string; expiresAt: Date }>(sql`
    UPDATE mfa_emergency_grants SET used_at = ${now}
    WHERE user_id = ${userId} AND digest = ${digest} AND used_at IS NULL AND cancelled_at IS NULL
      AND expires_at > ${now}
    RETURNING id, reason, expires_at`)
}

export function selectGrantByDigest(
  queries: Queries,
  userId: UserId,
  digest: Buffer,
): Promise<{ usedAt: Date | null } | undefined> {
  return queries.maybe<{ usedAt: Date | null }>(sql`
    SELECT used_at FROM mfa_emergency_grants WHERE user_id = ${userId} AND digest = ${digest}`)
}

/** Deletes up to `limit` grants that expired before a moment. */
export function sweepEmergencyGrants(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM mfa_emergency_grants WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM mfa_emergency_grants WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
