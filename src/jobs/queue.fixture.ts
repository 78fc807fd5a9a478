import { Client } from 'pg'
import { Type } from 'typebox'
import { testDatabase } from '../../test/harness/database.ts'
import type { ManualClock } from '../base/index.ts'
import { manualClock, secureRandom } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { createDb } from '../db/index.ts'
import { createSealer } from '../keys/index.ts'
import type { JobKind, Queue, QueueOutcome } from './index.ts'
import { createQueue } from './index.ts'

export type Greeting = { readonly name: string }
export const greet: JobKind<Greeting> = {
  name: 'test.greet',
  attempts: 3,
  schema: Type.Object({ name: Type.String() }),
}

type Options = {
  readonly run?: (payload: Greeting, job: { readonly attempt: number }) => Promise<void>
  readonly onRun?: (kind: string, outcome: QueueOutcome) => void
  readonly kind?: JobKind<Greeting>
}

/** A database with queues on it, whose clock moves only when told to. */
export type QueueBench = {
  readonly db: Db
  readonly clock: ManualClock
  readonly makeQueue: (options?: Options) => Queue
  /** Behind the back of the queue. */
  readonly rows: (text: string) => Promise<Record<string, unknown>[]>
  /** Stops all queues and forgets all jobs. */
  readonly clear: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function queueBench(): Promise<QueueBench> {
  const database = await testDatabase()
  const db = createDb({ url: database.url, poolSize: 10 })
  const clock = manualClock(new Date('2026-03-01T12:00:00Z'))
  const sealer = createSealer([Buffer.alloc(32, 3)], secureRandom)
  const log = { warn: () => undefined, error: () => undefined }
  const queues: Queue[] = []
  const stopAll = () => Promise.all(queues.splice(0).map((queue) => queue.stop()))
  const rows = (text: string) => ask(database.url, text)
  return {
    db,
    clock,
    rows,
    makeQueue: ({ run = async () => undefined, onRun, kind = greet } = {}) => {
      const needs = { db, clock, random: secureRandom, sealer, log }
      const queue = createQueue({ ...needs, ...(onRun && { onRun }) })
      queue.handle(kind, run)
      queues.push(queue)
      return queue
    },
    clear: async () => {
      await stopAll()
      await rows('DELETE FROM queued_jobs')
    },
    close: async () => {
      await stopAll()
      await db.close()
      await database.close()
    },
  }
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
