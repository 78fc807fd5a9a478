import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'pg'
import { dbFailures } from '../failures.ts'
import { sql } from '../sql.ts'
import type { Db, DbOptions, PoolStats, TransactionOptions, Tx } from '../types.ts'
import { unavailable } from './advice.ts'
import { attemptTransaction, queriesOver } from './attempt-transaction.ts'
import { connectionConfig, queryFor } from './connection.ts'
import { createPipeline } from './pipeline.ts'
import { watchReplication } from './replication.ts'
import { judgeTransaction, pauseMs } from './retry.ts'
import { troubleOf } from './trouble.ts'

const defaultPipelineConnections = 2
/** Below the second that orchestrators give a probe by default, so that they hear an answer. */
const pingTimeoutMs = 800

/** Connects lazily: a database that is away is noticed by the first statement or `ping`. */
export function createDb(options: DbOptions): Db {
  const config = connectionConfig(options)
  const onError = options.onError ?? (() => undefined)
  const { onStatement } = options
  const asQuery = queryFor(options.namedStatements ?? true)
  const pool = new Pool({ ...config, max: options.poolSize })
  // Without listeners, a connection lost while idle or in use would end the process.
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  pool.on('connect', watchReplication)
  const pipeline = createPipeline({
    config,
    connections: options.pipelineConnections ?? defaultPipelineConnections,
    queryFor: asQuery,
    onStatement: (text) => onStatement?.(text, 'pipeline'),
    onError,
  })
  const observe = observeTransaction(onStatement)
  const attempts = { pool, queryFor: asQuery, onStatement: observe, onWait: options.onWait }
  const queries = queriesOver(pipeline.send)
  return {
    ...queries,
    transaction: transactions(attempts),
    ping: () => withinPingTimeout(queries.many(sql`SELECT 1`)),
    stats: () => ({ pool: poolStats(pool), pipeline: pipeline.stats() }),
    async close() {
      await Promise.all([pipeline.close(), pool.end()])
    },
  }
}

export function poolStats(pool: Pool): PoolStats {
  const { totalCount: total, idleCount: idle, waitingCount: waiting } = pool
  return { total, idle, waiting, limit: pool.options.max }
}

function observeTransaction(onStatement: DbOptions['onStatement']): (text: string) => void {
  return (text) => onStatement?.(text, 'transaction')
}

function transactions(attempts: Parameters<typeof attemptTransaction>[0]): Db['transaction'] {
  let sequence = 0
  return async function transaction<T>(
    work: (tx: Tx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const { idempotent = false, isolation = 'read committed' } = options
    sequence += 1
    const turn = sequence
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await attemptTransaction(attempts, work, isolation)
      if (outcome.ok) return outcome.value
      const { error, stage } = outcome
      const trouble = troubleOf(error)
      const verdict = judgeTransaction({ trouble, stage, idempotent, attempt })
      if (verdict === 'rethrow') throw error
      if (verdict === 'unavailable') throw unavailable(error)
      await sleep(pauseMs(trouble, attempt, turn))
    }
  }
}

async function withinPingTimeout(answer: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  const tooLate = sleep(pingTimeoutMs, 'late', { signal: timer.signal, ref: false }).catch(() => '')
  try {
    if ((await Promise.race([answer, tooLate])) === 'late') {
      answer.catch(() => undefined)
      throw dbFailures.unavailable({ log: { why: `no answer within ${pingTimeoutMs} ms` } })
    }
  } finally {
    timer.abort()
  }
}
