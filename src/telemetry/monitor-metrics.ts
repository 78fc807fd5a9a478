import type { Registry } from '@prometheus-io/client'
import { Counter, Gauge } from '@prometheus-io/client'

export type MonitorMetrics = {
  /** New security events; 0 makes the series of a kind known before there is one. */
  readonly securityEvent: (kind: string, severity: string, count?: number) => void
  /** By how much a kept number was off when everything was counted. */
  readonly statisticsDrift: (metric: string, drift: number) => void
  /** What was not counted for its client, because there was no room for it. */
  readonly statisticsDropped: (count: number) => void
}

export function monitorMetrics(registry: Registry): MonitorMetrics {
  const registers = [registry]
  const events = new Counter({
    name: 'cardea_security_events_total',
    help: 'Security events, each once however often the same was seen in its window.',
    labelNames: ['kind', 'severity'],
    registers,
  })
  const drift = new Gauge({
    name: 'cardea_statistics_drift',
    help: 'By how much a kept number was off at the last reconciliation, which corrected it.',
    aggregator: 'max',
    labelNames: ['metric'],
    registers,
  })
  const dropped = new Counter({
    name: 'cardea_statistics_dropped_total',
    help: 'Tokens that were not counted for their client, because too many clients were counted at once.',
    registers,
  })
  return {
    securityEvent: (kind, severity, count = 1) => events.inc({ kind, severity }, count),
    statisticsDrift: (metric, by) => drift.set({ metric }, by),
    statisticsDropped: (count) => dropped.inc(count),
  }
}
