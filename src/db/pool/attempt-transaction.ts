import type { Pool, PoolClient, QueryArrayResult } from 'pg'
import { stopwatch } from '../../base/index.ts'
import type { Statement } from '../sql.ts'
import type { Tx } from '../types.ts'
import type { QueryFor } from './connection.ts'
import { confirmReplicated, warningsOf } from './replication.ts'
import { toObjects } from './rows.ts'
import { troubleOf } from './trouble.ts'

export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown; readonly stage: 'work' | 'commit' }

type Needs = {
  readonly pool: Pool
  readonly queryFor: QueryFor
  readonly onStatement: (text: string) => void
  readonly onWait: ((seconds: number) => void) | undefined
}

const begins = {
  'read committed': 'BEGIN',
  serializable: 'BEGIN ISOLATION LEVEL SERIALIZABLE',
  'read only': 'BEGIN READ ONLY',
} as const

/** One try: everything `work` did is committed, or nothing is. */
export async function attemptTransaction<T>(
  needs: Needs,
  work: (tx: Tx) => Promise<T>,
  manner: keyof typeof begins,
): Promise<Attempt<T>> {
  let client: PoolClient
  const waited = stopwatch()
  try {
    client = await needs.pool.connect()
  } catch (error) {
    return { ok: false, error, stage: 'work' }
  } finally {
    needs.onWait?.(waited() / 1000)
  }
  const session = openSession(needs, client, begins[manner])
  let stage: 'work' | 'commit' = 'work'
  try {
    const value = await work(session.tx)
    await session.finishWork()
    stage = 'commit'
    await session.commit()
    client.release()
    return { ok: true, value }
  } catch (error) {
    await session.abandon(error)
    return { ok: false, error, stage }
  }
}

type Session = {
  readonly tx: Tx
  /** Waits for what is still under way; fails if anything the transaction stands on did. */
  readonly finishWork: () => Promise<void>
  readonly commit: () => Promise<void>
  /** Rolls back and gives the connection back, or closes it when it is in doubt. */
  readonly abandon: (why: unknown) => Promise<void>
}

function openSession(needs: Needs, client: PoolClient, begin: string): Session {
  let begun: Promise<unknown> | undefined
  let over = false
  let firstError: unknown
  const underWay = new Set<Promise<unknown>>()

  async function send(statement: Statement): Promise<QueryArrayResult<unknown[]>> {
    if (over) throw new Error(`the transaction is over; not sent: ${statement.text}`)
    // BEGIN is written together with the first statement, which saves a round trip. A BEGIN that
    // failed is found in finishWork; it has no reason to, except that the connection broke.
    begun ??= track(control(begin))
    needs.onStatement(statement.text)
    return await track(client.query<unknown[]>(needs.queryFor(statement)))
  }

  function control(text: string): Promise<{ command: string }> {
    needs.onStatement(text)
    return client.query(text)
  }

  function track<R>(answer: Promise<R>): Promise<R> {
    const noted = answer
      .catch((error: unknown) => {
        firstError ??= error
      })
      .finally(() => underWay.delete(noted))
    underWay.add(noted)
    return answer
  }

  return {
    tx: queriesOver(send),
    async finishWork() {
      over = true
      await Promise.all(underWay)
      await begun
    },
    async commit() {
      if (begun === undefined) return
      const before = warningsOf(client)
      const { command } = await control('COMMIT')
      // PostgreSQL answers ROLLBACK when a statement had failed, even if `work` caught the error.
      if (command !== 'COMMIT') throw firstError ?? new Error('the transaction was rolled back')
      confirmReplicated(client, before)
    },
    async abandon(why) {
      over = true
      const trouble = troubleOf(why)
      const usable = trouble !== 'connection' && trouble !== 'stale'
      const clean = begun === undefined || (usable && (await rollBack(control)))
      client.release(!clean)
    },
  }
}

async function rollBack(control: (text: string) => Promise<unknown>): Promise<boolean> {
  try {
    await control('ROLLBACK')
    return true
  } catch {
    // The connection is closed instead, which rolls back as well; the first error is the one to tell.
    return false
  }
}

/** The three ways to read the answer to a statement. */
export function queriesOver(
  send: (statement: Statement) => Promise<QueryArrayResult<unknown[]>>,
): Tx {
  return {
    many: async <T>(statement: Statement) => toObjects<T>(await send(statement)),
    maybe: async <T>(statement: Statement) => toObjects<T>(await send(statement))[0],
    run: async (statement) => (await send(statement)).rowCount ?? 0,
  }
}
