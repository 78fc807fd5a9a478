import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { AuditBench } from '../audit.fixture.ts'
import { auditBench } from '../audit.fixture.ts'
import type { AuditFilter, AuditPlace } from './filter.ts'
import { exportAudit, listAudit } from './list.ts'
import { pageStatement } from './store.ts'

let bench: AuditBench
const total = 24_000

/** Rows of ten months in partitions of their own: 200 actors, few actions, one refusal in a hundred. */
before(async () => {
  bench = await auditBench()
  await bench.rows(`
    SELECT audit_add_month(('2025-' || m || '-01')::date) FROM generate_series(1, 10) AS m;
    INSERT INTO audit_log (id, actor, on_behalf_of, action, resource, outcome, ip_address, request_id, created_at)
    SELECT gen_random_uuid(), 'user:' || n % 200, CASE WHEN n % 5000 = 0 THEN 'user:1' END,
      CASE WHEN n % 1000 = 0 THEN 'role.update' WHEN n % 3 = 0 THEN 'user.update' ELSE 'session.start' END,
      'session:' || n, CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'success' END,
      ('10.0.' || n % 50 || '.' || n % 250)::inet, 'request-' || n,
      timestamptz '2025-01-01' + n * interval '17 minutes'
    FROM generate_series(1, ${total}) AS n;
    INSERT INTO audit_log (id, actor, action, resource, outcome, created_at)
    SELECT gen_random_uuid(), 'system', 'test.tie', 'test', 'success', '2025-10-20' FROM generate_series(1, 7);
    ANALYZE audit_log`)
})
after(() => bench?.close())

const some: AuditFilter = {
  actor: 'user:77',
  onBehalfOf: 'user:1',
  action: 'role.update',
  resource: 'session:12077',
  outcome: 'refused',
  ip: '10.0.27.77',
  requestId: 'request-12077',
  from: new Date('2025-01-05T00:00:00Z'),
  to: new Date('2025-01-06T00:00:00Z'),
}
const none: AuditFilter = {
  actor: 'user:none',
  onBehalfOf: 'user:none',
  action: 'nothing.*',
  resource: 'none',
  ip: '192.0.2.9',
  requestId: 'none',
  from: new Date('2029-01-01T00:00:00Z'),
  to: new Date('2019-01-01T00:00:00Z'),
}
const common: AuditFilter = { action: 'session.*', outcome: 'success' }

/** Each condition alone and every two of them, where they exist, some and none. */
function combinations(): AuditFilter[] {
  const singles = [some, none, common].flatMap((filter) =>
    Object.entries(filter).map(([name, value]) => ({ [name]: value })),
  )
  const pairs = singles.flatMap((a, i) => singles.slice(i + 1).map((b) => ({ ...a, ...b })))
  return [{}, ...singles, ...pairs]
}

type Plan = {
  'Node Type': string
  'Rows Removed by Filter'?: number
  'Actual Rows'?: number
  'Actual Loops'?: number
  Plans?: Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

/** How many rows PostgreSQL looks at for one page. */
async function looked(filter: AuditFilter, at?: AuditPlace): Promise<number> {
  const { text, values } = pageStatement({ filter, limit: 50, ...(at && { after: at }) })
  const literal = (value: unknown) =>
    value instanceof Date ? `'${value.toISOString()}'` : `'${String(value)}'`
  const whole = text.replace(/\$(\d+)/g, (_, n: string) => literal(values[Number(n) - 1]))
  const [row] = await bench.rows<Record<string, [{ Plan: Plan }]>>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${whole}`,
  )
  const plan = row?.['QUERY PLAN']?.[0].Plan
  assert.ok(plan)
  return nodes(plan)
    .filter((node) => node['Node Type'].includes('Scan'))
    .map((node) => {
      const each = (node['Rows Removed by Filter'] ?? 0) + (node['Actual Rows'] ?? 0)
      return each * (node['Actual Loops'] ?? 1)
    })
    .reduce((sum, rows) => sum + rows, 0)
}

test('no two conditions together make a page look at more than a small part of the log', async () => {
  const place = { at: new Date('2025-03-01T00:00:00Z'), seq: total }
  for (const filter of combinations()) {
    const alone = Object.keys(filter).length < 2
    for (const at of alone ? [undefined, place] : [undefined]) {
      const rows = await looked(filter, at)
      assert.ok(rows < total / 20, `${rows} rows for ${JSON.stringify({ filter, at })}`)
    }
  }
})

test('the test would notice a condition without an index', async () => {
  const [row] = await bench.rows<Record<string, [{ Plan: Plan }]>>(
    `EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1 FROM audit_log WHERE user_agent = 'x'`,
  )
  const plan = row?.['QUERY PLAN']?.[0].Plan
  const removed = plan && nodes(plan).map((node) => node['Rows Removed by Filter'] ?? 0)
  assert.ok(removed && Math.max(...removed) > total / 20)
})

test('pages neither miss nor repeat an entry, of one moment neither', async () => {
  const filter = { action: 'test.tie' }
  const seqs: number[] = []
  let after: AuditPlace | undefined
  for (;;) {
    const page = await listAudit(bench.db, { filter, limit: 2, ...(after && { after }) })
    seqs.push(...page.records.map(({ seq }) => seq))
    if (page.next === undefined) break
    after = page.next
  }
  assert.deepEqual(
    seqs,
    [7, 6, 5, 4, 3, 2, 1].map((n) => total + n),
  )
})

test('a prefix of actions ends where the next name begins', async () => {
  const count = async (filter: AuditFilter) => {
    let found = 0
    for await (const _ of exportAudit(bench.db, filter)) found += 1
    return found
  }
  assert.equal(await count({ action: 'user.*', actor: 'user:6' }), 40)
  assert.equal(await count({ action: 'use.*' }), 0)
  assert.equal(await count({ action: 'role.*' }), total / 1000)
  assert.equal(await count({}), total + 7)
})
