import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { secureRandom } from '../base/index.ts'
import { createDb } from '../db/index.ts'
import { appendAudit } from './append.ts'
import type { AuditBench } from './audit.fixture.ts'
import { auditBench } from './audit.fixture.ts'
import { changes } from './changes.ts'
import { withoutSecrets } from './redact.ts'

let bench: AuditBench

before(async () => {
  bench = await auditBench()
})
after(() => bench?.close())

test('what an impersonator does is the impersonator’s, on behalf of the person', async () => {
  await bench.append(1, { actor: 'user:1', origin: { impersonator: 'user:9' } })
  await bench.append(1, { actor: 'user:1', origin: { ip: '192.0.2.1' } })
  assert.deepEqual(await bench.rows('SELECT actor, on_behalf_of FROM audit_log ORDER BY seq'), [
    { actor: 'user:9', on_behalf_of: 'user:1' },
    { actor: 'user:1', on_behalf_of: null },
  ])
})

test('an entry is one statement', async () => {
  const statements: string[] = []
  const db = createDb({
    url: bench.url,
    poolSize: 1,
    onStatement: (text) => void statements.push(text),
  })
  const entry = { actor: 'system', action: 'a.b', resource: 'c', outcome: 'success' } as const
  await appendAudit({ clock: bench.clock, random: secureRandom }, db, entry)
  await db.close()
  assert.equal(statements.length, 1)
})

test('details that bear the name of a secret do not reach the table', async () => {
  const secret = 'hunter2-hunter2'
  const names =
    'password new_password clientSecret client_secret token refresh_token idToken code key apiKey backup_codes otp Authorization cookie'
  await bench.append(1, {
    details: {
      ...Object.fromEntries(names.split(' ').map((name) => [name, secret])),
      nested: { list: [{ secrets: [secret] }], client_secret: { from: secret, to: secret } },
    },
  })
  const [row] = await bench.rows<{ text: string }>(
    'SELECT details::text AS text FROM audit_log ORDER BY seq DESC LIMIT 1',
  )
  assert.ok(row && !row.text.includes(secret) && row.text.includes('[redacted]'))
})

test('facts about secrets are no secrets', () => {
  const facts = {
    withPasswordHashes: true,
    token_endpoint_auth_method: 'none',
    access_token_lifetime: { from: 600, to: 300 },
    keyId: 'abc',
    password_changed_at: '2026-01-01',
    tokens: 3,
    backup_codes: null,
    country_code: 'DE',
    keyboard: 'de',
  }
  assert.deepEqual(withoutSecrets(facts), facts)
})

test('changes names what differs, from and to, and no secret', () => {
  const before = { name: 'a', tags: ['x'], same: { a: 1, b: 2 }, gone: 1, client_secret: 'one' }
  const after = {
    name: 'b',
    tags: ['x', 'y'],
    same: { b: 2, a: 1 },
    added: null,
    client_secret: 'two',
  }
  assert.deepEqual(changes(before, after), {
    name: { from: 'a', to: 'b' },
    tags: { from: ['x'], to: ['x', 'y'] },
    gone: { from: 1, to: null },
  })
})
