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
  readonly run: Run
  readonly exclusive: boolean
}

/** `end` is aborted when the server stops. `again` asks to be run again soon, for there is more to do. */
export type Run =
  | ((end: AbortSignal) => Promise<void>)
  | ((end: AbortSignal) => Promise<'done' | 'again'>)

export type Jobs = {
  /** An exclusive job runs on one node at a time. */
  readonly every: (
    name: string,
    seconds: number,
    run: Run,
    options?: { readonly exclusive?: boolean },
  ) => void
  /**
   * Whether exclusive jobs are the work of this process, as they are at first. Of several processes on one machine
   * one has them; those of other machines still take turns by the lock in the database.
   */
  readonly own: (mine: boolean) => void
  readonly start: () => void
  /** Schedules nothing more and waits for the runs under way. */
  readonly stop: () => Promise<void>
}

/** Seconds until a job that asks for it is run again. */
const soon = 1

export function createJobs(needs: Needs): Jobs {
  const jobs: Job[] = []
  const timers = new Map<Job, NodeJS.Timeout>()
  const running = new Set<Promise<void>>()
  const busy = new Set<Job>()
  const end = new AbortController()
  let state: 'idle' | 'started' | 'stopped' = 'idle'
  let owner = true

  // The next run is scheduled when this one has ended, so a slow job slows down instead of piling up.
  const schedule = (job: Job, seconds: number): void => {
    if (state !== 'started' || (job.exclusive && !owner)) return
    const timer = setTimeout(() => {
      const run = runJob(needs, job, end.signal).then((more) => {
        running.delete(run)
        busy.delete(job)
        schedule(job, more ? Math.min(soon, job.seconds) : job.seconds)
        return undefined
      })
      running.add(run)
      busy.add(job)
    }, seconds * 1000)
    timers.set(job, timer.unref())
  }

  return {
    every: (name, seconds, run, { exclusive = false } = {}) => {
      const job = { name, seconds, run, exclusive }
      jobs.push(job)
      schedule(job, firstOffset(job))
    },
    own: (mine) => {
      if (mine === owner) return
      owner = mine
      for (const job of jobs.filter(({ exclusive }) => exclusive)) {
        clearTimeout(timers.get(job))
        // A run under way schedules the next one itself.
        if (!busy.has(job)) schedule(job, firstOffset(job))
      }
    },
    start: () => {
      if (state !== 'idle') return
      state = 'started'
      for (const job of jobs) schedule(job, firstOffset(job))
    },
    stop: async () => {
      state = 'stopped'
      end.abort()
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

/** Never rejects; tells whether there is more to do. */
async function runJob({ db, log, onRun }: Needs, job: Job, end: AbortSignal): Promise<boolean> {
  const elapsed = stopwatch()
  let outcome: Ended = 'failed'
  try {
    outcome = job.exclusive ? await runExclusively(db, job, end) : await runFreely(job, end)
  } catch (err) {
    log.error({ err, job: job.name }, 'job failed')
  }
  try {
    onRun?.(job.name, outcome === 'again' ? 'done' : outcome, elapsed() / 1000)
  } catch (err) {
    log.error({ err, job: job.name }, 'counting a job failed')
  }
  return outcome === 'again'
}

type Ended = JobOutcome | 'again'

async function runFreely(job: Job, end: AbortSignal): Promise<Ended> {
  return (await job.run(end)) ?? 'done'
}

/** The transaction is only the lock: the job works on other connections, and a crash frees the lock. */
async function runExclusively(db: Db, job: Job, end: AbortSignal): Promise<Ended> {
  const held: { run?: Promise<Ended> } = {}
  await db.transaction(async (tx) => {
    // A transaction that loses its connection is tried again; the job is not.
    if (held.run || !(await tryLockJob(tx, job.name))) return
    held.run = runFreely(job, end)
    await held.run.catch(() => undefined)
  })
  return held.run ?? 'skipped'
}
