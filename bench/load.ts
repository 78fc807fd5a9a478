import { performance } from 'node:perf_hooks'
import type { Connection } from './connection.ts'
import { connect } from './connection.ts'

/** One user of a server: does one operation after the other over a connection of its own. */
export type Worker = () => Promise<void>

export type Load = {
  readonly concurrency: number
  readonly warmUpMs: number
  readonly measureMs: number
}

export type Measurement = {
  readonly operations: number
  readonly seconds: number
  /** Milliseconds, one for each operation. */
  readonly latencies: readonly number[]
}

type Hooks = { readonly onMeasure: () => Promise<void> }

/**
 * Closed loop: a fixed number of workers, each of which starts the next operation when the last one is
 * answered. Whatever was begun before the end of the warm-up does not count.
 */
export async function drive(
  makeWorker: (connection: Connection) => Promise<Worker>,
  target: { readonly host: string; readonly port: number },
  load: Load,
  hooks: Hooks,
): Promise<Measurement> {
  const connections = Array.from({ length: load.concurrency }, () => connect(target))
  try {
    const workers: Worker[] = []
    for (const connection of connections) workers.push(await makeWorker(connection))
    await runAll(workers, performance.now() + load.warmUpMs)
    await hooks.onMeasure()
    const began = performance.now()
    const latencies = await runAll(workers, began + load.measureMs)
    return {
      operations: latencies.length,
      seconds: (performance.now() - began) / 1000,
      latencies,
    }
  } finally {
    for (const connection of connections) connection.close()
  }
}

async function runAll(workers: readonly Worker[], end: number): Promise<number[]> {
  const each = workers.map(async (worker) => {
    const latencies: number[] = []
    for (let now = performance.now(); now < end; ) {
      await worker()
      const after = performance.now()
      latencies.push(after - now)
      now = after
    }
    return latencies
  })
  return (await Promise.all(each)).flat()
}
