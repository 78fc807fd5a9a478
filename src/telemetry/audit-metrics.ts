import type { Registry } from '@prometheus-io/client'
import { Counter, Gauge } from '@prometheus-io/client'

export type AuditState = {
  readonly unsealed: number
  /** Undefined before the first seal. */
  readonly sealAgeSeconds: number | undefined
  readonly followers: readonly { readonly name: string; readonly lag: number }[]
}

export type AuditMetrics = {
  /** A follower or stream of the audit log failed. */
  readonly auditFollowerFailed: (follower: string) => void
  /** The state of the log, asked at every reading. */
  readonly watchAudit: (state: () => Promise<AuditState>) => void
}

export function auditMetrics(registry: Registry): AuditMetrics {
  const registers = [registry]
  const failures = new Counter({
    name: 'cardea_audit_follower_failures_total',
    help: 'Failures of what follows the audit log, streams included.',
    labelNames: ['follower'],
    registers,
  })
  let read: (() => Promise<AuditState>) | undefined
  let reading: Promise<AuditState | undefined> | undefined
  // All gauges are asked at the same time and share one look at the database.
  // Without the database there is no number, which is no reason to tell nothing else either.
  const state = () => {
    reading ??= (read?.() ?? Promise.reject(new Error('nothing to watch')))
      .catch(() => undefined)
      .finally(() => {
        reading = undefined
      })
    return reading
  }
  const unsealed: Gauge = new Gauge({
    name: 'cardea_audit_unsealed',
    help: 'Entries of the audit log that wait to be sealed.',
    aggregator: 'max',
    registers,
    collect: async () => unsealed.set((await state())?.unsealed ?? 0),
  })
  const age: Gauge = new Gauge({
    name: 'cardea_audit_seal_age_seconds',
    help: 'Seconds since audit entries were sealed last.',
    aggregator: 'max',
    registers,
    collect: async () => age.set((await state())?.sealAgeSeconds ?? 0),
  })
  const lags: Gauge<'follower'> = new Gauge({
    name: 'cardea_audit_follower_lag',
    help: 'Sealed numbers that a follower has not seen.',
    aggregator: 'max',
    labelNames: ['follower'],
    registers,
    collect: async () => {
      const followers = (await state())?.followers ?? []
      lags.reset()
      for (const { name: follower, lag } of followers) lags.set({ follower }, lag)
    },
  })
  return {
    auditFollowerFailed: (follower) => failures.inc({ follower }),
    watchAudit: (look) => {
      read = look
    },
  }
}
