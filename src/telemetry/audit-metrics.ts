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
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers })
  const age = gauge(
    'cardea_audit_seal_age_seconds',
    'Seconds since audit entries were sealed last.',
  )
  const lags = gauge(
    'cardea_audit_follower_lag',
    'Sealed numbers that a follower has not seen.',
    'follower',
  )
  let read: (() => Promise<AuditState>) | undefined
  const unsealed: Gauge = new Gauge({
    name: 'cardea_audit_unsealed',
    help: 'Numbers of the audit log that wait to be sealed.',
    registers,
    collect: async () => {
      // Without the database there is no number, which is no reason to tell nothing else either.
      const state = await read?.().catch(() => undefined)
      lags.reset()
      if (state === undefined) return
      unsealed.set(state.unsealed)
      age.set(state.sealAgeSeconds ?? 0)
      for (const { name: follower, lag } of state.followers) lags.set({ follower }, lag)
    },
  })
  return {
    auditFollowerFailed: (follower) => failures.inc({ follower }),
    watchAudit: (state) => {
      read = state
    },
  }
}
