import type { Clock, Random } from '../base/index.ts'
import { addSeconds, stopwatch } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { backOff } from './back-off.ts'
import { errorWords } from './error-words.ts'
import { GiveUp } from './give-up.ts'
import type { RunningJob } from './queue.ts'
import type { QueuedJob } from './store.ts'
import { buryJob, deleteJob, extendLease, postponeJob } from './store.ts'

export type QueueOutcome = 'done' | 'failed' | 'dead'

export type QueueNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  /** Payloads may hold links that work, so the database does not get to read them. */
  readonly sealer: {
    readonly seal: (plaintext: string, context: string) => string
    readonly open: (sealed: string, context: string) => Buffer
  }
  readonly log: {
    readonly warn: (facts: object, words: string) => void
    readonly error: (facts: object, words: string) => void
  }
  readonly onRun?: (kind: string, outcome: QueueOutcome, seconds: number) => void
}

export type Handler = {
  readonly attempts: number
  /** Fails with `GiveUp` when the payload is not what the kind says. */
  readonly run: (payload: unknown, job: RunningJob) => Promise<void>
}

/** Seconds; it is extended while a handler runs, so it only has to outlast a hiccup of the process. */
export const lease = 120
const extendEvery = lease / 4

/** The context that binds a sealed payload to its row. */
export function payloadContext(id: string): string {
  return `job:${id}`
}

/** Runs a job that was claimed and writes down how it went. Never rejects. */
export async function runQueuedJob(
  needs: QueueNeeds,
  handler: Handler,
  job: QueuedJob,
): Promise<void> {
  const { log, onRun } = needs
  const elapsed = stopwatch()
  try {
    const outcome = await settle(needs, job, await attempt(needs, handler, job))
    onRun?.(job.kind, outcome, elapsed() / 1000)
  } catch (err) {
    // The lease runs out and the job is done again, which every handler must bear.
    log.error({ err, job: job.id, kind: job.kind }, 'the outcome of a job could not be written')
  }
}

type Result =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'failed' | 'dead'; readonly error: unknown }

async function attempt(needs: QueueNeeds, handler: Handler, job: QueuedJob): Promise<Result> {
  const last = job.attempts >= handler.attempts
  const stop = keepLease(needs, job)
  try {
    // A job that takes the whole process down never gets to fail, but its attempts are counted.
    if (job.attempts > handler.attempts) throw new GiveUp('every attempt was cut short')
    await handler.run(openPayload(needs, job), { id: job.id, attempt: job.attempts })
    return { outcome: 'done' }
  } catch (error) {
    return { outcome: last || error instanceof GiveUp ? 'dead' : 'failed', error }
  } finally {
    stop()
  }
}

function openPayload({ sealer }: QueueNeeds, job: QueuedJob): unknown {
  try {
    return JSON.parse(sealer.open(job.payload, payloadContext(job.id)).toString())
  } catch (cause) {
    throw new GiveUp('the payload cannot be opened', { cause })
  }
}

/** Keeps other nodes away from a job for as long as this one works at it. */
function keepLease({ db, clock, log }: QueueNeeds, job: QueuedJob): () => void {
  const timer = setInterval(() => {
    extendLease(db, job, addSeconds(clock.now(), lease)).catch((err: unknown) =>
      log.warn({ err, job: job.id, kind: job.kind }, 'the lease of a job could not be extended'),
    )
  }, extendEvery * 1000)
  timer.unref()
  return () => clearInterval(timer)
}

async function settle(needs: QueueNeeds, job: QueuedJob, result: Result): Promise<QueueOutcome> {
  const { db, clock, random, log } = needs
  if (result.outcome === 'done') {
    await deleteJob(db, job.id)
    return 'done'
  }
  const lastError = errorWords(result.error)
  const facts = { err: result.error, job: job.id, kind: job.kind, attempt: job.attempts }
  if (result.outcome === 'dead') {
    log.error(facts, 'a job was given up')
    await buryJob(db, job, { diedAt: clock.now(), lastError })
    return 'dead'
  }
  log.warn(facts, 'a job failed and will be tried again')
  const runAt = addSeconds(clock.now(), backOff(job.attempts, random))
  await postponeJob(db, job, { runAt, lastError })
  return 'failed'
}
