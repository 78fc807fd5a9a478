import type { AuditFollower } from '../audit/index.ts'
import { deltasOf } from './delta.ts'
import { insertDeltas } from './store.ts'

/** What counts by day what the audit log tells of. */
export function createStatisticsFollower(): AuditFollower {
  return {
    name: 'statistics',
    handle: async (tx, records) => {
      const deltas = deltasOf(records)
      if (deltas.length > 0) await insertDeltas(tx, deltas)
    },
  }
}
