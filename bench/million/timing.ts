import { performance } from 'node:perf_hooks'
import { median, quantile } from '../statistics.ts'

/** Milliseconds. */
export type Times = {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly most: number
  readonly perSecond: number
}

/** Does work so many times, several at a time, and says how long each took. */
export async function timed(
  rounds: number,
  work: (round: number) => Promise<unknown>,
  atATime = 1,
): Promise<Times> {
  const times: number[] = []
  const began = performance.now()
  let next = 0
  const worker = async () => {
    while (next < rounds) {
      const round = next
      next += 1
      const started = performance.now()
      await work(round)
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  const seconds = (performance.now() - began) / 1000
  return {
    p50: median(times),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    most: Math.max(...times),
    perSecond: rounds / seconds,
  }
}
