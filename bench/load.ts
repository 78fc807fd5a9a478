import type { RecordableHistogram } from 'node:perf_hooks'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { latencyHistogram, record } from './histogram.ts'

/** One user of a server: does one operation after the other over a connection of its own. */
export type Worker = () => Promise<void>

/** Workers with their connections, prepared for one scenario at one server. */
export type Crew = {
  readonly workers: readonly Worker[]
  readonly connections: readonly Connection[]
}

export type Measurement = {
  readonly operations: number
  readonly seconds: number
  readonly latencies: RecordableHistogram
}

/** A server may have hung up on who was idle while another one was measured. */
export async function reconnect({ connections }: Crew): Promise<void> {
  await Promise.all(connections.map((connection) => connection.reopen()))
}

type Window = { readonly warmUpMs: number; readonly measureMs: number }

/**
 * Closed loop: each worker starts its next operation when the last one is answered. Counted is what is answered
 * within the window, and the workers go on until it is over: at both of its ends all of them are busy. `read` is
 * called at both ends.
 */
export async function closedLoop<Reading>(
  { workers }: Crew,
  { warmUpMs, measureMs }: Window,
  read: () => Promise<Reading>,
): Promise<Measurement & { readonly before: Reading; readonly after: Reading }> {
  const latencies = latencyHistogram()
  let phase: 'warming' | 'measuring' | 'over' = 'warming'
  const each = workers.map(async (worker) => {
    for (let now = performance.now(); phase !== 'over'; ) {
      await worker()
      const after = performance.now()
      if (phase === 'measuring') record(latencies, after - now)
      now = after
    }
  })
  const all = Promise.all(each)
  // An error of a worker ends the run at once.
  const during = <T>(work: Promise<T>) => Promise.race([work, all.then(() => work)])
  try {
    await during(sleep(warmUpMs))
    const before = await during(read())
    const began = performance.now()
    phase = 'measuring'
    await during(sleep(measureMs))
    const seconds = (performance.now() - began) / 1000
    phase = 'over'
    const after = await during(read())
    return { operations: latencies.count, seconds, latencies, before, after }
  } finally {
    phase = 'over'
    await all
  }
}

/**
 * Open loop: operations are due at a fixed rate, whether or not earlier ones are answered. One that finds no
 * free worker waits, and its latency counts from when it was due: a server that stalls is not asked less.
 */
export async function openLoop(
  { workers }: Crew,
  { perSecond, forMs }: { readonly perSecond: number; readonly forMs: number },
): Promise<Measurement> {
  const latencies = latencyHistogram()
  const free = [...workers]
  const waiting: number[] = []
  const running: Promise<void>[] = []
  let broken: { readonly error: unknown } | undefined
  const began = performance.now()
  const run = async (worker: Worker, due: number): Promise<void> => {
    for (let next: number | undefined = due; next !== undefined; next = waiting.shift()) {
      await worker()
      record(latencies, performance.now() - next)
    }
    free.push(worker)
  }
  const start = (due: number) => {
    const worker = free.pop()
    if (worker === undefined) waiting.push(due)
    else
      running.push(
        run(worker, due).catch((error: unknown) => {
          broken = { error }
        }),
      )
  }
  const count = Math.ceil((perSecond * forMs) / 1000)
  for (let n = 0; n < count && broken === undefined; n += 1) {
    const due = began + (n * 1000) / perSecond
    for (let early = due - performance.now(); early > 0; early = due - performance.now())
      await sleep(early)
    start(due)
  }
  await Promise.all(running)
  if (broken !== undefined) throw broken.error
  const seconds = (performance.now() - began) / 1000
  return { operations: latencies.count, seconds, latencies }
}
