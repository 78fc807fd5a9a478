import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { loadConfig } from '../../src/config.ts'
import type { Db, Queries, Statement } from '../../src/db/index.ts'
import { countOverdue, createDb } from '../../src/db/index.ts'
import type { ClientId, UserId } from '../../src/base/index.ts'
import { deleteFamiliesOfClients, deleteTracesOfUsers } from '../../src/session/index.ts'
import { expiries, sweepClients } from '../../src/sweeps.ts'
import { testDatabase } from '../harness/database.ts'

const loaded = loadConfig({ CARDEA_ENV: 'test' })
assert.ok(loaded.ok)
const all = expiries(loaded.config)
const rowsEach = 3000
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let admin: Client

before(async () => {
  database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 4 })
  admin = new Client({ connectionString: database.url })
  await admin.connect()
  await admin.query(`SET session_replication_role = replica; SET synchronous_commit = off`)
})
after(async () => {
  await db?.close()
  await admin?.end()
  await database?.close()
})

/** A value of each type that is another one in each row. */
const example: Readonly<Record<string, string>> = {
  uuid: `('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`,
  bytea: `sha256(i::text::bytea)`,
  text: `'t' || i`,
  jsonb: `'{}'`,
  inet: `'192.0.2.1'`,
  xid8: 'pg_current_xact_id()',
  boolean: 'true',
  integer: '1',
  smallint: '1',
  bigint: 'i',
  date: `current_date - i % 1000`,
  'text[]': `'{}'`,
  'uuid[]': `'{}'`,
  'timestamp with time zone': `now() + (i - ${rowsEach / 2}) * interval '1 minute'`,
}
const chosen: Readonly<Record<string, string>> = {
  'sessions.kind': `'browser'`,
  'token_families.kind': `'oauth'`,
  'device_requests.status': `'denied'`,
  'backchannel_requests.status': `'denied'`,
}

/** Fills every table that is swept, by what its columns are; what its checks would say is of no matter here. */
async function fill(table: string, count: number, given: Record<string, string> = {}) {
  const { rows } = await admin.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''`,
    [table],
  )
  const values = rows.map(
    ({ name, type }) => given[name] ?? chosen[`${table}.${name}`] ?? example[type] ?? 'NULL',
  )
  await admin.query(
    `INSERT INTO ${table} (${rows.map(({ name }) => name).join(', ')})
     SELECT ${values.join(', ')} FROM generate_series(1, ${count}) i`,
  )
}

async function dropChecks(): Promise<void> {
  await admin.query(`DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
      WHERE contype = 'c' AND conrelid <> 0 AND connamespace = 'public'::regnamespace AND conparentid = 0 LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', c.t, c.conname);
    END LOOP; END $$`)
}

/** The statements that some work sends, without their being sent. */
async function statementsOf(work: (queries: Queries) => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = []
  const note =
    <T>(answer: T) =>
    (statement: Statement) => {
      seen.push(statement)
      return Promise.resolve(answer)
    }
  await work({ many: note([{ clientId: 't1' }]), maybe: note(undefined), run: note(0) } as Queries)
  return seen
}

async function planOf({ text, values }: Statement): Promise<string> {
  const { rows } = await admin.query<Record<string, string>>(`EXPLAIN (COSTS OFF) ${text}`, [
    ...values,
  ])
  const generic = await admin.query<Record<string, string>>(
    `EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`,
  )
  return [...rows, ...generic.rows].map((row) => row['QUERY PLAN']).join('\n')
}

test('every sweep finds its rows by an index of the time they end, takes a limited number, and waits for nobody', async () => {
  await dropChecks()
  for (const table of new Set(all.map((one) => one.table))) await fill(table, rowsEach)
  await fill('consents', rowsEach)
  await admin.query('ANALYZE')
  const now = new Date()
  for (const { name, table, column, sweep } of all) {
    const statements = await statementsOf((queries) => sweep(queries, now, 20))
    assert.ok(statements.length > 0, name)
    for (const statement of statements) {
      const plan = await planOf(statement)
      assert.doesNotMatch(plan, /Seq Scan/, `${name}:\n${statement.text}\n${plan}`)
      assert.match(statement.text, /LIMIT \$\d+\s+FOR UPDATE SKIP LOCKED/, name)
      if (!statement.text.includes(`FROM ${table}`)) continue
      assert.match(plan, new RegExp(`Index (Only )?Scan using \\w+ on ${table}`), plan)
      assert.match(plan, new RegExp(`Index Cond: \\(${column} <`), `${name}:\n${plan}`)
      assert.doesNotMatch(plan, /\bSort\b/, `${name} sorts:\n${plan}`)
    }
  }
})

test('rows that wait are counted by the beginning of an index', async () => {
  const before = new Date()
  for (const ending of all) {
    const [statement] = await statementsOf((queries) =>
      countOverdue(queries, ending, { before, most: 20 }),
    )
    assert.ok(statement)
    const plan = await planOf(statement)
    assert.match(plan, /Index (Only )?Scan using/, `${ending.name}:\n${plan}`)
    assert.doesNotMatch(plan, /Seq Scan|\bSort\b/, `${ending.name}:\n${plan}`)
    const { rows, oldest } = await countOverdue(db, ending, { before, most: 20 })
    assert.equal(rows, 20, ending.name)
    assert.ok(oldest !== null && oldest < before, ending.name)
  }
  await assert.rejects(
    countOverdue(db, { table: 'users; --', column: 'id' }, { before, most: 1 }),
    /not a name/,
  )
})

test('a sweep deletes the oldest, leaves what somebody holds, and leaves what has not ended', async () => {
  const before = new Date()
  const holder = new Client({ connectionString: database.url })
  await holder.connect()
  try {
    for (const { name, table, column, only = 'true', sweep } of all) {
      await holder.query('BEGIN')
      const held = await holder.query(
        `SELECT ctid FROM ${table} WHERE ${column} < $1 AND ${only} ORDER BY ${column} LIMIT 1 FOR UPDATE`,
        [before],
      )
      assert.equal(held.rowCount, 1, name)
      let gone = 0
      for (;;) {
        const batch = await db.transaction((tx) => sweep(tx, before, 700))
        gone += batch
        if (batch < 700) break
      }
      const left = await countOverdue(db, { table, column, only }, { before, most: 10_000 })
      assert.equal(left.rows, 1, `${name}: ${left.rows} left of ${gone}`)
      await holder.query('ROLLBACK')
      const { rows } = await admin.query(
        `SELECT count(*)::integer AS kept FROM ${table} WHERE ${column} >= $1`,
        [before],
      )
      assert.ok(Number(rows[0]?.kept) > 0 || column === 'day', name)
    }
  } finally {
    await holder.end()
  }
})

test('one client or one user takes no more along than a batch', async () => {
  const client = { client_id: `'crowded'` }
  const past = `now() - interval '1 day'`
  await admin.query('TRUNCATE clients, users CASCADE')
  await fill('clients', 1, { ...client, expires_at: past, is_active: 'true' })
  await fill('consents', 3000, client)
  await fill('token_families', 3000, client)
  const batches: number[] = []
  for (;;) {
    const gone = await db.transaction((tx) => sweepClients(tx, new Date(), 500))
    if (gone === 0) break
    batches.push(gone)
    assert.ok(gone <= 501, `${gone} rows`)
  }
  assert.equal(
    batches.reduce((sum, each) => sum + each, 0),
    6001,
  )
  const user = '00000000-0000-7000-8000-0000000000ff'
  for (const table of ['sessions', 'token_families', 'devices'])
    await fill(table, 1200, { user_id: `'${user}'` })
  let most = 0
  let sum = 0
  for (;;) {
    const gone = await deleteTracesOfUsers(db, [user as UserId], 500)
    most = Math.max(most, gone)
    sum += gone
    if (gone < 500) break
  }
  assert.deepEqual([most, sum], [500, 3600])
  assert.equal(await deleteFamiliesOfClients(db, ['crowded' as ClientId], 10), 0)
})

test('every table of the schema is in docs/guide/tables.md with how its rows end, and no other is', async () => {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
       AND relkind IN ('r', 'p') AND relname !~ '^audit_log_(default|[0-9]{4}_[0-9]{2})$' ORDER BY 1`,
  )
  const guide = await readFile(new URL('../../docs/guide/tables.md', import.meta.url), 'utf8')
  const lines = [...guide.matchAll(/^\| `([a-z_]+)` \|(.+)\|$/gm)].map(
    ([, name = '', rest = '']) => ({
      name,
      cells: rest.split('|').map((cell) => cell.trim()),
    }),
  )
  const names = lines.map(({ name }) => name)
  assert.deepEqual(
    [...names].sort(),
    rows.map(({ name }) => name),
  )
  for (const { name, cells } of lines) {
    assert.equal(cells.length, 3, name)
    assert.ok(
      cells.every((cell) => cell.length > 0),
      name,
    )
  }
  const swept = lines.filter(({ cells }) => cells[1]?.startsWith('swept')).map(({ name }) => name)
  assert.deepEqual(swept.sort(), [...new Set(all.map(({ table }) => table))].sort())
})
