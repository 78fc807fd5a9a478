import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import { stopwatch } from '../../base/index.ts'
import { attemptTransaction } from '../pool/attempt-transaction.ts'
import { connectionConfig, queryFor } from '../pool/connection.ts'
import { poolStats } from '../pool/create-db.ts'
import { sql } from '../sql.ts'
import type { ConnectionOptions, Db, PoolStats, Queries, Tx } from '../types.ts'
import type { Reason, Standing } from './fitness.ts'
import { faultOf, reasonOf, restMs, Unfit } from './fitness.ts'

/**
 * Runs a list or a search where it disturbs least: at the replica once that has everything which was committed
 * before, else at the primary. `work` may run twice and must only read.
 */
export type Reads = <T>(work: (queries: Queries) => Promise<T>) => Promise<T>

/** For what asks one statement after the other, and may get each answer from elsewhere. */
export function queriesBy(reads: Reads): Queries {
  return {
    many: (statement) => reads((db) => db.many(statement)),
    maybe: (statement) => reads((db) => db.maybe(statement)),
    run: (statement) => reads((db) => db.run(statement)),
  }
}

export type Replica = {
  readonly reads: Reads
  readonly stats: () => PoolStats
  /** Seconds that the replica is behind; undefined when it does not say. */
  readonly lag: () => Promise<number | undefined>
  readonly close: () => Promise<void>
}

export type ReplicaOptions = ConnectionOptions & {
  readonly primary: Db
  /** Told where each read was answered, and why not by the replica. */
  readonly onRead?: (by: 'replica' | 'primary', why: Reason | 'caught_up') => void
  readonly onError?: (error: Error) => void
}

/** Administration is a few requests at a time; whatever finds none free is answered by the primary. */
export const replicaConnections = 4
/** How long a read waits for the replica to answer and to catch up, connecting included. */
const patienceMs = 1_000
const firstPauseMs = 2
/** A search has bounded work; what takes longer is tried where it is known to be answered. */
const longestReadMs = 5_000

type Needs = { readonly attempt: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>; primary: Db }
type Place = { readonly lsn: string; readonly system: string }

export function createReplica(options: ReplicaOptions): Replica {
  const { primary, onRead } = options
  const onError = options.onError ?? (() => undefined)
  const pool = openPool(options, onError)
  const asQuery = queryFor(options.namedStatements ?? true)
  const quiet = { pool, queryFor: asQuery, onStatement: () => undefined, onWait: undefined }
  const attempt = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const outcome = await attemptTransaction(quiet, work, 'read only')
    if (outcome.ok) return outcome.value
    throw outcome.error
  }
  const needs = { attempt, primary }
  const rest = createRest()
  return {
    async reads(work) {
      let reason: Reason = 'resting'
      if (!rest.isOn()) {
        try {
          const value = await readAtReplica(needs, work)
          onRead?.('replica', 'caught_up')
          return value
        } catch (error) {
          const fault = reasonOf(error)
          if (fault === undefined) throw error
          reason = fault
          rest.begin(restMs[fault])
        }
      }
      onRead?.('primary', reason)
      return await work(primary)
    },
    stats: () => poolStats(pool),
    lag: async () => (rest.isOn() ? undefined : await readLag(needs).catch(() => undefined)),
    close: () => pool.end(),
  }
}

function openPool(options: ReplicaOptions, onError: (error: Error) => void): Pool {
  const limit = Math.min(options.statementTimeoutMs ?? longestReadMs, longestReadMs)
  const config = connectionConfig({ ...options, statementTimeoutMs: limit })
  const pool = new Pool({
    ...config,
    connectionTimeoutMillis: patienceMs,
    max: replicaConnections,
  })
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

function createRest(): { isOn: () => boolean; begin: (ms: number) => void } {
  let since = stopwatch()
  let lasts = 0
  return {
    isOn: () => since() < lasts,
    begin(ms) {
      since = stopwatch()
      lasts = ms
    },
  }
}

/**
 * Asks the primary how far it is, waits at the replica until that has come as far, and reads there, over the same
 * connection. So whatever anybody was told to be done, at whichever node, is seen.
 */
async function readAtReplica<T>(needs: Needs, work: (queries: Queries) => Promise<T>): Promise<T> {
  const place = await placeOf(needs.primary)
  const patience = createPatience()
  try {
    const reading = needs.attempt(async (tx) => {
      await catchUp(tx, place, patience)
      patience.end()
      return await work(tx)
    })
    return await Promise.race([reading, patience.isOver])
  } finally {
    patience.end()
  }
}

async function placeOf(primary: Db): Promise<Place> {
  const place = await primary.maybe<Place>(sql`
    SELECT pg_current_wal_flush_lsn()::text AS lsn, system_identifier::text AS system
    FROM pg_control_system()`)
  if (place === undefined) throw new Unfit('failed')
  return place
}

type Patience = {
  readonly hasEnded: () => boolean
  /** Never resolves; fails when the time is up before `end`. */
  readonly isOver: Promise<never>
  readonly end: () => void
}

function createPatience(): Patience {
  let late = false
  const { promise: isOver, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late = true
    reject(new Unfit('away'))
  }, patienceMs).unref()
  isOver.catch(() => undefined)
  return { hasEnded: () => late, isOver, end: () => clearTimeout(timer) }
}

async function catchUp(tx: Tx, { lsn, system }: Place, patience: Patience): Promise<void> {
  const waited = stopwatch()
  for (let pause = firstPauseMs; ; pause *= 2) {
    const standing = await tx.maybe<Standing>(sql`
      SELECT pg_is_in_recovery() AS standby, system_identifier::text AS system,
        pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn AS caught_up
      FROM pg_control_system()`)
    // Nobody waits for this read any more.
    if (patience.hasEnded()) throw new Unfit('away')
    const fault = faultOf(standing, system)
    if (fault === undefined) return
    if (fault !== 'behind' || waited() + pause > patienceMs / 4) throw new Unfit(fault)
    await sleep(pause)
  }
}

/** An idle primary writes nothing that could be replayed late: whoever has all of it is not behind. */
async function readLag({ attempt, primary }: Needs): Promise<number | undefined> {
  const { lsn } = await placeOf(primary)
  const patience = createPatience()
  const asking = attempt((tx) =>
    tx.maybe<{ seconds: number | null }>(sql`
      SELECT CASE WHEN pg_last_wal_replay_lsn() >= ${lsn}::pg_lsn THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS seconds`),
  )
  try {
    return (await Promise.race([asking, patience.isOver]))?.seconds ?? undefined
  } finally {
    patience.end()
  }
}
