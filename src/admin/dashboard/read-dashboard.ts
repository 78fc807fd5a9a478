import type { Static } from 'typebox'
import { auditLag, listAudit } from '../../audit/index.ts'
import { addSeconds } from '../../base/index.ts'
import { queueDepth } from '../../jobs/index.ts'
import { listKeys } from '../../keys/index.ts'
import type { Severity } from '../../monitor/index.ts'
import { countOpen } from '../../monitor/index.ts'
import type { Kept, Metric } from '../../statistics/index.ts'
import { dayOf, readStatistics } from '../../statistics/index.ts'
import { entryBody } from '../audit/schemas.ts'
import type { AdminNeeds } from '../needs.ts'
import type { DashboardBody } from './schemas.ts'
import type { TopClient } from './store.ts'
import { selectTopClients } from './store.ts'

type Needs = Pick<AdminNeeds, 'db' | 'reads' | 'clock'>
type Body = Static<typeof DashboardBody>

const daySeconds = 86_400
const clientDays = 7
const recentEntries = 20

/** Everything at once, from small tables only: how many users there are makes no difference. */
export async function readDashboard(
  needs: Needs,
  { days, withAudit }: { readonly days: number; readonly withAudit: boolean },
): Promise<Body> {
  const now = needs.clock.now()
  const since = (count: number) => dayOf(addSeconds(now, -(count - 1) * daySeconds))
  const reading = needs.reads((db) =>
    Promise.all([
      readStatistics(db, since(days)),
      selectTopClients(db, since(clientDays)),
      countOpen(db),
      withAudit ? listAudit(db, { filter: {}, limit: recentEntries }) : undefined,
    ]),
  )
  const [[kept, clients, open, activity], health] = await Promise.all([reading, readHealth(needs)])
  const names = Array.from({ length: days }, (_, i) => since(days - i))
  return {
    generated_at: now.toISOString(),
    ...totals(kept),
    security_events: openBySeverity(open),
    days: series(kept, names),
    sign_in_failures: reasons(kept),
    top_clients: clients.map(clientBody),
    ...(activity && { recent_activity: activity.records.map(entryBody) }),
    health,
  }
}

async function readHealth({ db, clock }: Needs): Promise<Body['health']> {
  const now = clock.now().getTime()
  const [queue, keys, lag] = await Promise.all([
    queueDepth(db),
    listKeys({ db, clock }),
    auditLag(db),
  ])
  return {
    queue,
    signing_keys: keys.map(({ kid, alg, state, createdAt }) => {
      return { kid, alg, state, age_seconds: Math.floor((now - createdAt.getTime()) / 1000) }
    }),
    audit: {
      unsealed: lag.unsealed,
      sealed_at: lag.sealedAt?.toISOString() ?? null,
      followers: lag.followers,
    },
  }
}

function totals(kept: readonly Kept[]): Pick<Body, 'users' | 'mfa' | 'sessions'> {
  const total = (metric: Metric, dimension = '') =>
    Math.max(
      0,
      kept.find((one) => one.day === null && one.metric === metric && one.dimension === dimension)
        ?.value ?? 0,
    )
  const [active, deactivated, deleting] = [
    total('users', 'active'),
    total('users', 'deactivated'),
    total('users', 'deleting'),
  ]
  const all = active + deactivated + deleting
  const withFactor = total('users_with_factor')
  return {
    users: { total: all, active, deactivated, deleting },
    mfa: { users: withFactor, adoption: all === 0 ? 0 : Math.min(1, withFactor / all) },
    sessions: { active: total('sessions') },
  }
}

function openBySeverity(open: readonly { severity: Severity; count: number }[]) {
  const of = (severity: Severity) => open.find((one) => one.severity === severity)?.count ?? 0
  return { info: of('info'), warning: of('warning'), critical: of('critical') }
}

function series(kept: readonly Kept[], days: readonly string[]): Body['days'] {
  const sums = new Map<string, number>()
  for (const { day, metric, value } of kept) {
    if (day !== null) sums.set(`${day} ${metric}`, (sums.get(`${day} ${metric}`) ?? 0) + value)
  }
  return days.map((day) => {
    const of = (metric: Metric) => sums.get(`${day} ${metric}`) ?? 0
    return {
      day,
      sign_ins: of('sign_ins'),
      sign_in_failures: of('sign_in_failures'),
      factor_failures: of('factor_failures'),
      registrations: of('registrations'),
      tokens: of('tokens'),
      security_events: of('security_events'),
    }
  })
}

function reasons(kept: readonly Kept[]): Body['sign_in_failures'] {
  const counts = new Map<string, number>()
  for (const { metric, dimension, value } of kept) {
    if (metric !== 'sign_in_failures') continue
    counts.set(dimension, (counts.get(dimension) ?? 0) + value)
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
}

function clientBody({ clientId, name, tokens, signIns }: TopClient) {
  return { client_id: clientId, name, tokens, sign_ins: signIns }
}
