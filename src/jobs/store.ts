import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'

/**
 * Takes the job's lock until the transaction ends; false when another node holds it. The transaction
 * then idles for as long as the job runs, which the limit for forgotten transactions must allow.
 */
export async function tryLockJob(tx: Queries, name: string): Promise<boolean> {
  const row = await tx.maybe<{ locked: boolean }>(sql`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`cardea.job.${name}`}, 0)) AS locked,
      set_config('idle_in_transaction_session_timeout', '1h', true) AS longest`)
  return row?.locked ?? false
}

/**
 * A batch of the sweeper gives up soon, on a statement and on a table that somebody changes: the other tables wait.
 * For the rest of the transaction.
 */
export async function limitBatch(tx: Queries): Promise<void> {
  await tx.many(sql`
    SELECT set_config('statement_timeout', '2s', true), set_config('lock_timeout', '200ms', true)`)
}

export type QueuedJob = {
  readonly id: string
  readonly kind: string
  readonly payload: string
  /** With the one that begins now. */
  readonly attempts: number
}

/** A dead letter as an operator may see it: without what it says. */
export type DeadJob = {
  readonly id: string
  readonly kind: string
  readonly attempts: number
  readonly createdAt: Date
  readonly diedAt: Date
  readonly lastError: string | null
}

type NewJob = Pick<QueuedJob, 'id' | 'kind' | 'payload'>

export async function insertJob(tx: Queries, job: NewJob, now: Date): Promise<void> {
  await tx.run(sql`
    INSERT INTO queued_jobs (id, kind, payload, run_at, created_at)
    VALUES (${job.id}, ${job.kind}, ${job.payload}, ${now}, ${now})`)
}

type Claim = {
  readonly kinds: readonly string[]
  readonly now: Date
  readonly leasedUntil: Date
  readonly limit: number
  /** What this process is at: a lease that runs out makes no sense against oneself. */
  readonly except: readonly string[]
}

/** Takes jobs that are due and counts the attempt; what another node takes at the moment is skipped. */
export function claimJobs(queries: Queries, claim: Claim): Promise<QueuedJob[]> {
  const { kinds, now, leasedUntil, limit, except } = claim
  return queries.many<QueuedJob>(sql`
    UPDATE queued_jobs SET attempts = attempts + 1, leased_until = ${leasedUntil}
    WHERE id IN (
      SELECT id FROM queued_jobs
      WHERE died_at IS NULL AND run_at <= ${now}
        AND (leased_until IS NULL OR leased_until <= ${now}) AND kind = ANY(${kinds}::text[])
        AND id <> ALL(${except}::uuid[])
      ORDER BY run_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, kind, payload, attempts`)
}

type Attempt = Pick<QueuedJob, 'id' | 'attempts'>

/** Zero rows: the lease had run out and another node has taken the job. */
export function extendLease(queries: Queries, job: Attempt, until: Date): Promise<number> {
  return queries.run(sql`
    UPDATE queued_jobs SET leased_until = ${until}
    WHERE id = ${job.id} AND attempts = ${job.attempts} AND died_at IS NULL`)
}

export async function deleteJob(queries: Queries, id: string): Promise<void> {
  await queries.run(sql`DELETE FROM queued_jobs WHERE id = ${id}`)
}

type Postponement = { readonly runAt: Date; readonly lastError: string }

export async function postponeJob(
  queries: Queries,
  job: Attempt,
  { runAt, lastError }: Postponement,
): Promise<void> {
  await queries.run(sql`
    UPDATE queued_jobs SET run_at = ${runAt}, leased_until = NULL, last_error = ${lastError}
    WHERE id = ${job.id} AND attempts = ${job.attempts} AND died_at IS NULL`)
}

type Death = { readonly diedAt: Date; readonly lastError: string }

export async function buryJob(
  queries: Queries,
  job: Attempt,
  { diedAt, lastError }: Death,
): Promise<void> {
  await queries.run(sql`
    UPDATE queued_jobs SET died_at = ${diedAt}, leased_until = NULL, last_error = ${lastError}
    WHERE id = ${job.id} AND attempts = ${job.attempts} AND died_at IS NULL`)
}

/** The youngest first; a page begins after the last one of the page before. */
export function listDeadJobs(
  queries: Queries,
  limit: number,
  after: Pick<DeadJob, 'diedAt' | 'id'> = { diedAt: new Date(8.64e15), id: nobody },
): Promise<DeadJob[]> {
  return queries.many<DeadJob>(sql`
    SELECT id, kind, attempts, created_at, died_at, last_error FROM queued_jobs
    WHERE died_at <= ${after.diedAt} AND (died_at < ${after.diedAt} OR id > ${after.id})
    ORDER BY died_at DESC, id LIMIT ${limit}`)
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** Gives a dead letter all its attempts again; false when there is none of this id. */
export async function retryDeadJob(queries: Queries, id: string, now: Date): Promise<boolean> {
  const retried = await queries.run(sql`
    UPDATE queued_jobs SET died_at = NULL, attempts = 0, leased_until = NULL, run_at = ${now}
    WHERE id = ${id} AND died_at IS NOT NULL`)
  return retried > 0
}

export function retryAllDeadJobs(queries: Queries, now: Date): Promise<number> {
  return queries.run(sql`
    UPDATE queued_jobs SET died_at = NULL, attempts = 0, leased_until = NULL, run_at = ${now}
    WHERE died_at IS NOT NULL`)
}

/** False when there is no dead letter of this id. */
export async function dropDeadJob(queries: Queries, id: string): Promise<boolean> {
  const dropped = await queries.run(
    sql`DELETE FROM queued_jobs WHERE id = ${id} AND died_at IS NOT NULL`,
  )
  return dropped > 0
}

export function sweepDeadJobs(queries: Queries, before: Date, limit: number): Promise<number> {
  return queries.run(sql`
    DELETE FROM queued_jobs WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM queued_jobs WHERE died_at < ${before}
      ORDER BY died_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

/** How many jobs are yet to be done, waiting for another attempt included, and how many are dead. */
export async function queueDepth(queries: Queries): Promise<{ waiting: number; dead: number }> {
  const row = await queries.maybe<{ waiting: number; dead: number }>(sql`
    SELECT count(*) FILTER (WHERE died_at IS NULL) AS waiting,
      count(*) FILTER (WHERE died_at IS NOT NULL) AS dead
    FROM queued_jobs`)
  return row ?? { waiting: 0, dead: 0 }
}
