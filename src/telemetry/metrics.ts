import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'
import type { AccessMetrics } from './access-metrics.ts'
import { accessMetrics } from './access-metrics.ts'
import type { ApiKeyMetrics } from './api-key-metrics.ts'
import { apiKeyMetrics } from './api-key-metrics.ts'
import type { AuditMetrics } from './audit-metrics.ts'
import { auditMetrics } from './audit-metrics.ts'
import type { DatabaseMetrics } from './database-metrics.ts'
import { databaseMetrics } from './database-metrics.ts'
import type { MonitorMetrics } from './monitor-metrics.ts'
import { monitorMetrics } from './monitor-metrics.ts'
import type { SweepMetrics } from './sweep-metrics.ts'
import { sweepMetrics } from './sweep-metrics.ts'
import { takeSnapshot } from './together.ts'

/** What the modules that have more to tell add. */
type OfModules = AccessMetrics &
  ApiKeyMetrics &
  AuditMetrics &
  DatabaseMetrics &
  MonitorMetrics &
  SweepMetrics

export type Metrics = OfModules & {
  readonly httpRequest: (request: HttpRequest) => void
  readonly login: (outcome: string) => void
  readonly tokenIssued: (grant: string, outcome: string) => void
  readonly refreshReuse: () => void
  /** Many accounts fail from one network. */
  readonly credentialStuffing: () => void
  /** A new password was looked for among breached ones. */
  readonly breachCheck: (source: string, outcome: string) => void
  readonly mfaVerification: (factor: string, outcome: string) => void
  /** A code that stands in for lost factors was asked for, approved, cancelled or used. */
  readonly emergencyAccess: (event: string) => void
  /** One password was hashed or checked, in so many seconds. */
  readonly passwordHashed: (seconds: number) => void
  readonly jobRun: (job: string, outcome: string) => void
  readonly queuedJob: (kind: string, outcome: string) => void
  readonly mail: (outcome: string) => void
  /** How many passwords wait to be hashed, asked at every reading. */
  readonly watchHashQueue: (depth: () => number) => void
  /** How many queued jobs there are of each state, asked at every reading. */
  readonly watchQueue: (depth: () => Promise<Readonly<Record<string, number>>>) => void
  /** Everything in the text format of Prometheus. */
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>
  /** The same for `renderTogether`, with which several processes answer as one. */
  readonly snapshot: () => Promise<string>
}

export type HttpRequest = {
  readonly method: string
  /** The pattern of the route, never the path: a label must have few values. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const hashBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

/** The measurements of one server; several servers in a process do not share anything. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return {
    ...httpMetrics(registry),
    ...counters(registry),
    ...gauges(registry),
    ...queueGauge(registry),
    ...accessMetrics(registry),
    ...apiKeyMetrics(registry),
    ...auditMetrics(registry),
    ...databaseMetrics(registry),
    ...monitorMetrics(registry),
    ...sweepMetrics(registry),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    snapshot: () => takeSnapshot(registry),
  }
}

function httpMetrics(registry: Registry): Pick<Metrics, 'httpRequest' | 'passwordHashed'> {
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: requestBuckets,
    registers: [registry],
  })
  const hashes = new Histogram({
    name: 'cardea_password_hash_seconds',
    help: 'Time to hash or check one password, without waiting in the queue.',
    buckets: hashBuckets,
    registers: [registry],
  })
  return {
    httpRequest: ({ method, route, status, seconds }) => {
      // Clients invent methods; each would be a series that never goes away.
      const known = methods.has(method) ? method : 'other'
      requests.observe({ method: known, route, status }, seconds)
    },
    passwordHashed: (seconds) => hashes.observe(seconds),
  }
}

function counters(registry: Registry) {
  const count = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers: [registry] })
  const logins = count('cardea_logins_total', 'Attempts to log in.', 'outcome')
  const tokens = count('cardea_tokens_issued_total', 'Token requests.', 'grant', 'outcome')
  const reuse = count('cardea_refresh_reuse_total', 'Refresh tokens that were used twice.')
  const stuffing = count('cardea_credential_stuffing_total', 'Networks that began to try accounts.')
  const breaches = count(
    'cardea_breach_checks_total',
    'New passwords looked for among breached ones.',
    'source',
    'outcome',
  )
  const factors = count(
    'cardea_mfa_verifications_total',
    'Attempts to prove a second factor.',
    'factor',
    'outcome',
  )
  const emergencies = count('cardea_emergency_access_total', 'Steps of emergency access.', 'event')
  const jobs = count('cardea_jobs_total', 'Runs of background jobs.', 'job', 'outcome')
  const queued = count('cardea_queued_jobs_total', 'Runs of queued jobs.', 'kind', 'outcome')
  const mails = count('cardea_mails_total', 'Attempts to send a mail.', 'outcome')
  return {
    login: (outcome) => logins.inc({ outcome }),
    tokenIssued: (grant, outcome) => tokens.inc({ grant, outcome }),
    refreshReuse: () => reuse.inc(),
    credentialStuffing: () => stuffing.inc(),
    breachCheck: (source, outcome) => breaches.inc({ source, outcome }),
    mfaVerification: (factor, outcome) => factors.inc({ factor, outcome }),
    emergencyAccess: (event) => emergencies.inc({ event }),
    jobRun: (job, outcome) => jobs.inc({ job, outcome }),
    queuedJob: (kind, outcome) => queued.inc({ kind, outcome }),
    mail: (outcome) => mails.inc({ outcome }),
  } satisfies Partial<Metrics>
}

function gauges(registry: Registry): Pick<Metrics, 'watchHashQueue'> {
  let depth = () => 0
  const queue: Gauge = new Gauge({
    name: 'cardea_password_hash_queue',
    help: 'Passwords waiting to be hashed.',
    registers: [registry],
    collect: () => queue.set(depth()),
  })
  return {
    watchHashQueue: (read) => {
      depth = read
    },
  }
}

function queueGauge(registry: Registry): Pick<Metrics, 'watchQueue'> {
  let depth: () => Promise<Readonly<Record<string, number>>> = async () => ({})
  const jobs: Gauge<'state'> = new Gauge({
    name: 'cardea_queued_jobs',
    help: 'Queued jobs that wait to be done, and dead ones.',
    // Every process reads the same table.
    aggregator: 'max',
    labelNames: ['state'],
    registers: [registry],
    collect: async () => {
      // Without the database there is no number, which is no reason to tell nothing else either.
      jobs.reset()
      const states = await depth().catch(() => ({}))
      for (const [state, value] of Object.entries(states)) jobs.set({ state }, value)
    },
  })
  return {
    watchQueue: (read) => {
      depth = read
    },
  }
}
