import type { RecordableHistogram } from 'node:perf_hooks'
import { createHistogram } from 'node:perf_hooks'

/** Milliseconds. */
export type Latencies = {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly most: number
}

const nanosecondsPerMs = 1e6
const longestMs = 600_000

/** An HDR histogram of nanoseconds: three digits from a microsecond to ten minutes. */
export function latencyHistogram(): RecordableHistogram {
  return createHistogram({ lowest: 1000, highest: longestMs * nanosecondsPerMs, figures: 3 })
}

export function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * nanosecondsPerMs)))
}

export function summarize(histograms: readonly RecordableHistogram[]): Latencies {
  const all = latencyHistogram()
  for (const one of histograms) all.add(one)
  const at = (percentile: number) => all.percentile(percentile) / nanosecondsPerMs
  return {
    count: all.count,
    mean: all.mean / nanosecondsPerMs,
    p50: at(50),
    p95: at(95),
    p99: at(99),
    most: all.max / nanosecondsPerMs,
  }
}
