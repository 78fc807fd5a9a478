import type { Registry } from '@prometheus-io/client'
import { Counter, Gauge } from '@prometheus-io/client'

export type SweepMetrics = {
  readonly rowsSwept: (table: string, rows: number) => void
  readonly sweepFailed: (table: string) => void
  /** Told by the process that sweeps, once a run. */
  readonly rowsWaiting: (table: string, waiting: { rows: number; age: number }) => void
  /** Another process sweeps now. */
  readonly forgetRowsWaiting: () => void
}

export function sweepMetrics(registry: Registry): SweepMetrics {
  const of = { labelNames: ['table'] as const, registers: [registry] }
  // Only one process sweeps; what others said before is no less true for it.
  const known = { ...of, aggregator: 'max' } as const
  const swept = new Counter({
    ...of,
    name: 'cardea_rows_swept_total',
    help: 'Expired rows that were deleted.',
  })
  const failed = new Counter({
    ...of,
    name: 'cardea_sweep_failures_total',
    help: 'Batches of expired rows that could not be deleted.',
  })
  const waiting = new Gauge({
    ...known,
    name: 'cardea_rows_waiting',
    help: 'Expired rows that are not deleted yet, counted to 10000; of the process that swept.',
  })
  const age = new Gauge({
    ...known,
    name: 'cardea_rows_waiting_age_seconds',
    help: 'For how long the oldest expired row has waited to be deleted.',
  })
  return {
    rowsSwept: (table, rows) => swept.inc({ table }, rows),
    sweepFailed: (table) => failed.inc({ table }),
    rowsWaiting: (table, { rows, age: seconds }) => {
      waiting.set({ table }, rows)
      age.set({ table }, seconds)
    },
    forgetRowsWaiting: () => {
      waiting.reset()
      age.reset()
    },
  }
}
