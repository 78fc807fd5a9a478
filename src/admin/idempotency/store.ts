import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { KeptRequest } from './repeated-request.ts'

export type Claim = {
  readonly keyDigest: Buffer
  readonly fingerprint: Buffer
  readonly claim: string
  readonly leaseUntil: Date
  readonly expiresAt: Date
}

/**
 * Takes a key for one attempt: a new key, one that has expired, or one whose attempt never came to an end.
 * True for one of any number of attempts at a time.
 */
export async function claimKey(queries: Queries, claim: Claim, now: Date): Promise<boolean> {
  const c = claim
  const taken = await queries.maybe<{ claim: string }>(sql`
    INSERT INTO idempotency_keys AS kept (key_digest, fingerprint, claim, lease_until, expires_at)
    VALUES (${c.keyDigest}, ${c.fingerprint}, ${c.claim}, ${c.leaseUntil}, ${c.expiresAt})
    ON CONFLICT (key_digest) DO UPDATE SET fingerprint = excluded.fingerprint, claim = excluded.claim,
      lease_until = excluded.lease_until, expires_at = excluded.expires_at, status = NULL, answer = NULL
    WHERE kept.expires_at <= ${now}
      OR kept.status IS NULL AND kept.lease_until <= ${now} AND kept.fingerprint = excluded.fingerprint
    RETURNING claim`)
  return taken !== undefined
}

export function selectKept(queries: Queries, keyDigest: Buffer): Promise<KeptRequest | undefined> {
  return queries.maybe<KeptRequest>(
    sql`SELECT fingerprint, status, answer FROM idempotency_keys WHERE key_digest = ${keyDigest}`,
  )
}

export async function keepAnswer(
  queries: Queries,
  { keyDigest, claim }: Pick<Claim, 'keyDigest' | 'claim'>,
  kept: { readonly status: number; readonly answer: string },
): Promise<void> {
  await queries.run(sql`
    UPDATE idempotency_keys SET status = ${kept.status}, answer = ${kept.answer}
    WHERE key_digest = ${keyDigest} AND claim = ${claim} AND status IS NULL`)
}

export async function releaseKey(
  queries: Queries,
  { keyDigest, claim }: Pick<Claim, 'keyDigest' | 'claim'>,
): Promise<void> {
  await queries.run(sql`
    DELETE FROM idempotency_keys
    WHERE key_digest = ${keyDigest} AND claim = ${claim} AND status IS NULL`)
}

export function sweepIdempotencyKeys(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM idempotency_keys WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
