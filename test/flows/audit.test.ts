import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose'
import { Client } from 'pg'
import { assignRole } from '../../src/access/index.ts'
import { createApp } from '../../src/app.ts'
import { appendAudit, listAudit, maintainLog, verifyChain } from '../../src/audit/index.ts'
import { chainKeys } from '../../src/audit-log.ts'
import { secureRandom, systemClock } from '../../src/base/index.ts'
import type { Db } from '../../src/db/index.ts'
import { createDb, isPermissionDenied, migrateDown, migrateUp } from '../../src/db/index.ts'
import { createLog } from '../../src/telemetry/index.ts'
import { runCommand, runProcess } from '../harness/command.ts'
import { testDatabase } from '../harness/database.ts'
import { postJson } from '../harness/json.ts'
import type { TestServer } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'

let server: TestServer
let owner: Client

before(async () => {
  server = await testServer()
  owner = new Client({ connectionString: server.databaseUrl })
  await owner.connect()
})
after(async () => {
  await owner?.end()
  await server?.close()
})

const needs = { clock: systemClock, random: secureRandom }
const entry = { actor: 'system', action: 'test.one', resource: 'test', outcome: 'success' } as const
const secretKey = masterKey.toString('base64url')
const settings = { CARDEA_SECRET_KEY: secretKey }
const cardea = (...argv: string[]) => runCommand(server.databaseUrl, argv, settings)

test('the commands list, export and verify the log, and tell what was done to it', async () => {
  const user = await server.user({ username: 'audited' })
  await server.app.audit.seal()
  await server.user()
  await server.app.audit.seal()
  const sound = await runProcess(server.databaseUrl, ['audit', 'verify'], settings)
  assert.equal(sound.code, 0, sound.output)
  assert.match(sound.output, /newest signed checkpoint: eyJ/)
  const checkpoint = /newest checkpoint: (\S+)/.exec(sound.output)?.[1] ?? ''
  const [listed, exported, wrong, maintained] = await Promise.all([
    cardea('audit', 'list', '--action', 'user.*', '--resource', `user:${user.id}`),
    cardea('audit', 'export', '--resource', `user:${user.id}`),
    cardea('audit', 'list', '--from', 'yesterday'),
    cardea('audit', 'maintain'),
  ])
  assert.match(listed.output, /^\d+ {2}\S+ {2}system {2}user\.create {2}user:/)
  assert.equal(JSON.parse(exported.output.split('\n')[0] ?? '').action, 'user.create')
  assert.equal(wrong.code, 2)
  assert.deepEqual([maintained.code, maintained.output], [0, 'nothing to do\n'])
  const { rows } = await owner.query(`SELECT details FROM audit_log WHERE action = 'audit.export'`)
  assert.deepEqual(rows, [{ details: { filter: { resource: `user:${user.id}` } } }])

  await owner.query(`UPDATE audit_log SET actor = 'user:me' WHERE resource = 'user:${user.id}'`)
  await owner.query('DELETE FROM audit_batches WHERE number > 1')
  const edited = await cardea('audit', 'verify', '--checkpoint', checkpoint)
  assert.equal(edited.code, 1)
  assert.match(edited.output, /^row seq \d+ id \S+ was changed after it was sealed \[batch 1\]$/m)
  assert.match(edited.output, /the end of the log is gone \(batch 2 was noted/)
})

test('metrics tell what waits, and how far followers are', async () => {
  await owner.query(`INSERT INTO audit_cursors (name, seq, updated_at) VALUES ('late', 0, now())`)
  await appendAudit(needs, server.app.db, entry)
  server.statements()
  const { body } = await server.app.metrics.render()
  assert.match(body, /^cardea_audit_unsealed [1-9]/m)
  assert.match(body, /^cardea_audit_seal_age_seconds 0\.\d*[1-9]|[1-9]/m)
  assert.match(body, /^cardea_audit_follower_lag\{follower="late"\} [1-9]/m)
  assert.equal(server.statements().filter((text) => text.includes('audit_cursors')).length, 1)
})

test('the API lists, exports and certifies, to who may', async () => {
  const { db, clock } = server.app
  const auditor = await server.user({ username: 'auditor' })
  const nobody = await server.user({ username: 'nobody' })
  await assignRole(db, auditor.id, 'auditor', clock.now())
  const login = async ({ username, password }: { username: string; password: string }) => {
    const body = { identifier: username, password }
    const answer = await postJson(`${server.url}/api/v1/auth/login`, body)
    return String(answer.body.access_token)
  }
  const [token, stranger] = [await login(auditor), await login(nobody)]
  const audit = `${server.url}/api/v1/admin/audit`
  const get = (path: string, as = token) =>
    postJson(`${audit}${path}`, undefined, { method: 'GET', token: as })
  for (const path of ['', '/export', '/checkpoints']) {
    assert.equal((await get(path, stranger)).status, 403, path)
  }
  for (const query of [
    '?from=yesterday',
    '?ip=1.2.3',
    '?after=garbage',
    '?limit=0',
    '?who=me',
    '?actor=%00',
  ]) {
    assert.equal((await get(query)).status, 400, query)
  }
  assert.equal((await get('?from=2016-12-31T23:59:60Z&limit=1')).status, 200)

  const seen: string[] = []
  let page = await get('?action=user.*&limit=2&actor=system')
  for (;;) {
    seen.push(...page.body.items.map((item: { resource: string }) => item.resource))
    const next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    if (next === undefined) break
    page = await get(next.slice(audit.length))
  }
  assert.ok(seen.includes(`user:${auditor.id}`) && seen.length === 3)
  assert.equal(new Set(seen).size, seen.length)
  const [entry] = (await get(`?resource=user:${auditor.id}&outcome=success`)).body.items
  assert.equal(entry.action, 'user.create')
  assert.deepEqual(entry.on_behalf_of, null)

  const response = await fetch(`${audit}/export?action=user.create`, {
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.ok(lines.length >= 4 && lines.every(({ action }) => action === 'user.create'))
  const exported = await get(`?action=audit.export&actor=user:${auditor.id}`)
  assert.deepEqual(exported.body.items[0]?.details, { filter: { action: 'user.create' } })
  assert.equal(exported.body.items.length, 1, 'what was refused exported nothing')

  const [checkpoint] = (await get('/checkpoints')).body.items
  const key = await importJWK(checkpoint.public_jwk, 'ES256')
  const { payload, protectedHeader } = await compactVerify(checkpoint.signed, key)
  assert.equal(JSON.parse(Buffer.from(payload).toString()).checkpoint, checkpoint.checkpoint)
  assert.equal(protectedHeader.kid, await calculateJwkThumbprint(checkpoint.public_jwk))
  assert.equal(
    (
      await postJson(`${server.url}/api/v1/users/me`, undefined, {
        method: 'GET',
        token: checkpoint.signed,
      })
    ).status,
    401,
  )
})

test('a server of the version before writes to the new schema, and there is a way back', async () => {
  const database = await testDatabase()
  const db = createDb({ url: database.url, poolSize: 2 })
  const old = {
    name: '',
    text: `INSERT INTO audit_log (id, actor, action, resource, outcome, ip_address, user_agent, request_id, details, created_at)
      VALUES (gen_random_uuid(), 'system', 'test.old', 'test', 'success', NULL, NULL, NULL, '{"a":1}', now())`,
    values: [],
  }
  const seqs = () =>
    db.many<{ seq: number }>({
      name: '',
      text: 'SELECT seq FROM audit_log ORDER BY seq',
      values: [],
    })
  await db.run(old)
  await appendAudit(needs, db, entry)
  assert.deepEqual(await seqs(), [{ seq: 1 }, { seq: 2 }])
  await migrateDown(database.url, await migrationsSince(database.url, '0005_audit'))
  await db.run(old)
  await migrateUp(database.url)
  await db.run(old)
  assert.deepEqual(
    await seqs(),
    [1, 2, 3, 4].map((seq) => ({ seq })),
  )
  assert.equal((await listAudit(db, { filter: { action: 'test.*' }, limit: 10 })).records.length, 4)
  await db.close()
  await database.close()
})

async function migrationsSince(url: string, name: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT name FROM schema_migrations ORDER BY id')
  await client.end()
  return rows.length - rows.findIndex((row) => row.name === name)
}

/** The statements of the guide, for a role of this test. */
async function roleStatements(role: string): Promise<string> {
  const guide = await readFile(new URL('../../docs/guide/audit.md', import.meta.url), 'utf8')
  const [, sql = ''] = /<!-- test: role -->\n```sql\n([\s\S]*?)```/.exec(guide) ?? []
  assert.match(sql, /CREATE ROLE cardea_server/)
  return sql.replaceAll('cardea_server', role)
}

test('a server with the role of the guide works, and cannot change what is written', async () => {
  const database = await testDatabase()
  const role = `cardea_server_${randomBytes(4).toString('hex')}`
  const asOwner = new Client({ connectionString: database.url })
  await asOwner.connect()
  await asOwner.query(await roleStatements(role))
  const url = database.url.replace(/\/\/[^@]*@/, `//${role}:change-me@`)
  const db: Db = createDb({ url, poolSize: 4 })
  try {
    const lines: string[] = []
    const app = await createApp({
      config: server.config,
      databaseUrl: url,
      masterKeys: [masterKey],
      log: createLog({
        level: 'info',
        format: 'json',
        destination: { write: (line) => void lines.push(line) },
      }),
    })
    await appendAudit(needs, app.db, entry)
    await app.audit.seal()
    assert.equal((await listAudit(app.db, { filter: {}, limit: 10 })).records.length, 1)
    const keys = chainKeys([masterKey])
    assert.deepEqual((await verifyChain({ db: app.db, keys })).problems, [])
    const rule = { ...needs, keys, retention: 0, log: { warn: () => undefined } }
    await assert.rejects(maintainLog({ ...rule, db: app.db }), isPermissionDenied)
    await app.close()

    await asOwner.query(`SELECT audit_add_month('2031-05-01')`)
    const { rows } = await asOwner.query<{ part: string }>(
      `SELECT inhrelid::regclass::text AS part FROM pg_inherits WHERE inhparent = 'audit_log'::regclass`,
    )
    const parts = rows.map(({ part }) => part)
    assert.ok(parts.includes('audit_log_2031_05'))
    const refused = [
      ...[
        'audit_log',
        'audit_batches',
        'audit_locators',
        'audit_keys',
        'audit_prunes',
        ...parts,
      ].flatMap((table) => [`DELETE FROM ${table}`, `TRUNCATE ${table}`, `DROP TABLE ${table}`]),
      ...['audit_log', ...parts].map((table) => `UPDATE ${table} SET actor = 'user:me'`),
      ...parts.map((table) => `SELECT 1 FROM ${table}`),
      `UPDATE audit_batches SET digest = ''`,
      `INSERT INTO audit_prunes (month) VALUES ('2026-01-01')`,
      `SELECT setval('audit_log_seq', 1)`,
      `SELECT audit_add_month('2031-06-01')`,
      `SELECT audit_drop_month('2031-05-01')`,
      'ALTER TABLE audit_log DISABLE TRIGGER ALL',
    ]
    for (const text of refused) {
      await assert.rejects(db.run({ name: '', text, values: [] }), isPermissionDenied, text)
    }
  } finally {
    await db.close()
    await asOwner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await asOwner.end()
    await database.close()
  }
})
