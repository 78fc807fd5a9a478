import { sha256, stopwatch } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { tryLockJob } from './store.ts'

type Needs = {
  readonly db: Db
  readonly log: { readonly error: (facts: object, words: string) => void }
  /** For counting; `skipped` means that another node was running it. */
  readonly onRun?: (job: string, outcome: JobOutcome, seconds: number) => void
}

export type JobOutcome = 'done' | 'failed' | 'skipped'

export type Job = {
  readonly name: string
  readonly seconds: number
  readonly run: () => Promise<void>
  readonly exclusive: boolean
}

export type Jobs = {
  /** An exclusive job runs on one node at a time. */
  readonly every: (
    name: string,
    seconds: number,
    run: () => Promise<void>,
    options?: { readonly exclusive?: boolean },
  ) => void
  readonly start: () => void
  /** Schedules nothing more and waits for the runs under way. */
  readonly stop: () => Promise<void>
}

export function createJobs(needs: Needs): Jobs {
  const jobs: Job[] = []
  const timers = new Map<Job, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  let state: 'idle' | 'started' | 'stopped' = 'idle'

  // The next run is scheduled when this one has ended, so a slow job slows down instead of piling up.
  const schedule = (job: Job, seconds: number): void => {
    if (state !== 'started') return
    const timer = setTimeout(() => {
      const run = runJob(needs, job).finally(() => {
        running.delete(run)
        schedule(job, job.seconds)
      })
      running.add(run)
    }, seconds * 1000)
    timers.set(job, timer.unref())
  }

  return {
    every: (name, seconds, run, { exclusive = false } = {}) => {
      const job = { name, seconds, run, exclusive }
      jobs.push(job)
      schedule(job, firstOffset(job))
    },
    start: () => {
      if (state !== 'idle') return
      state = 'started'
      for (const job of jobs) schedule(job, firstOffset(job))
    },
    stop: async () => {
      state = 'stopped'
      for (const timer of timers.values()) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}

/** Spreads the first runs over a few seconds, the same way at every start. */
export function firstOffset({ name, seconds }: Pick<Job, 'name' | 'seconds'>): number {
  const share = sha256(name).readUInt16BE(0) / 0xffff
  return Math.min(seconds, 1 + share * 4)
}

/** Never rejects. */
async function runJob({ db, log, onRun }: Needs, job: Job): Promise<void> {
  const elapsed = stopwatch()
  let outcome: JobOutcome = 'failed'
  try {
    outcome = job.exclusive ? await runExclusively(db, job) : await runFreely(job)
  } catch (err) {
    log.error({ err, job: job.name }, 'job failed')
  }
  try {
    onRun?.(job.name, outcome, elapsed() / 1000)
  } catch (err) {
    log.error({ err, job: job.name }, 'counting a job failed')
  }
}

async function runFreely(job: Job): Promise<JobOutcome> {
  await job.run()
  return 'done'
}

/** The transaction is only the lock: the job works on other connections, and a crash frees the lock. */
async function runExclusively(db: Db, job: Job): Promise<JobOutcome> {
  const held: { run?: Promise<JobOutcome> } = {}
  await db.transaction(async (tx) => {
    // A transaction that loses its connection is tried again; the job is not.
    if (held.run || !(await tryLockJob(tx, job.name))) return
    held.run = runFreely(job)
    await held.run.catch(() => undefined)
  })
  return held.run ?? 'skipped'
}
