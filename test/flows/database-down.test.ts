import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from '../../src/app.ts'
import { createApp } from '../../src/app.ts'
import { createClient } from '../../src/clients/index.ts'
import { loadConfig } from '../../src/config.ts'
import type { EmbeddedPostgres } from '../../src/db/index.ts'
import { migrateUp, startEmbedded } from '../../src/db/index.ts'
import { createUser } from '../../src/identity/index.ts'
import { createLog } from '../../src/telemetry/index.ts'

let dataDir: string
let postgres: EmbeddedPostgres
let app: App
let url: string
const logged: string[] = []

const startPostgres = () =>
  startEmbedded({ dataDir, log: () => undefined, settings: { fsync: 'off' } })

before(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'cardea-down-'))
  await chmod(dataDir, 0o755) // PostgreSQL runs as another user when this is root
  postgres = await startPostgres()
  await migrateUp(postgres.url)
  const loaded = loadConfig({ CARDEA_ENV: 'test', CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024' })
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'))
  const destination = { write: (line: string) => void logged.push(line) }
  app = await createApp({
    config: loaded.config,
    databaseUrl: postgres.url,
    masterKeys: [Buffer.alloc(32, 7)],
    log: createLog({ level: 'info', format: 'json', destination }),
  })
  url = await app.http.listen({ host: '127.0.0.1', port: 0 })
})
after(async () => {
  await app?.close()
  await postgres?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function ask(where: string, init?: RequestInit) {
  const started = performance.now()
  const response = await fetch(url + where, { ...init, signal: AbortSignal.timeout(15_000) })
  const text = await response.text()
  const { status, headers } = response
  return { status, headers, text, ms: performance.now() - started }
}

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** What an outsider must not learn of the database. */
const details = /ECONN|ENOENT|postgres|\.s\.PGSQL|socket|connect|terminat|57P0|node_modules|src\//i

function unavailable(name: string, { status, headers, text, ms }: Awaited<ReturnType<typeof ask>>) {
  assert.equal(status, 503, `${name}: ${text}`)
  assert.match(headers.get('retry-after') ?? '', /^\d+$/, name)
  assert.doesNotMatch(text, details, name)
  assert.ok(ms < 10_000, `${name} took ${ms} ms`)
}

test('without its database the server says 503, and works again by itself', async () => {
  const password = 'correct horse battery staple'
  const perla = await createUser(app, { username: 'perla', password }, { actor: 'system' })
  const input = { client_name: 'Example', redirect_uris: ['https://app.example.com/cb'] }
  const { client, secret } = await createClient(app, input, { actor: 'system' })
  const credentials = Buffer.from(`${client.clientId}:${secret}`).toString('base64')
  const form = (where: string, fields: Record<string, string>) =>
    ask(where, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams(fields),
    })
  const login = () => ask('/api/v1/auth/login', json({ identifier: 'perla', password }))
  const first = await login()
  assert.equal(first.status, 200, first.text)
  const { refresh_token, access_token } = JSON.parse(first.text)
  const apiRefresh = () => ask('/api/v1/auth/refresh', json({ refresh_token }))
  const tokenRefresh = () => form('/oauth/token', { grant_type: 'refresh_token', refresh_token })
  assert.equal((await ask('/health/ready')).status, 200)
  // Warms the cache of clients, so that later the refusal comes from the grant itself.
  assert.equal((await tokenRefresh()).status, 400)

  await postgres.stop()

  const headers = { authorization: `Bearer ${access_token}` }
  const asked = {
    token: tokenRefresh(),
    introspect: form('/oauth/introspect', { token: refresh_token }),
    revoke: form('/oauth/revoke', { token: refresh_token }),
    'api refresh': apiRefresh(),
    'api login': login(),
    'api me': ask('/api/v1/users/me', { headers }),
    decision: ask('/access/v1/evaluation', {
      ...json({
        subject: { type: 'user', id: perla.id },
        action: { name: 'read' },
        resource: { type: 'document', id: '1' },
      }),
      headers: { ...headers, 'content-type': 'application/json' },
    }),
    setup: ask('/setup?token=x'),
  }
  await Promise.all(Object.values(asked))
  for (const [name, answer] of Object.entries(asked)) unavailable(name, await answer)
  const token = await asked.token
  assert.match(token.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(JSON.parse(token.text).error, 'temporarily_unavailable')
  const ready = await ask('/health/ready')
  unavailable('ready', { ...ready, text: '' })
  assert.deepEqual(JSON.parse(ready.text), {
    status: 'unavailable',
    parts: { database: 'down', kv: 'up' },
  })
  for (const path_ of [
    '/health/live',
    '/oauth/jwks',
    '/.well-known/openid-configuration',
    '/login',
  ])
    assert.equal((await ask(path_)).status, 200, path_)
  const many = await Promise.all(Array.from({ length: 40 }, apiRefresh))
  for (const answer of many) unavailable('many', answer)

  postgres = await startPostgres()

  let waited = 0
  while ((await ask('/health/ready')).status !== 200 && waited < 10_000) {
    await sleep(100)
    waited += 100
  }
  assert.equal((await ask('/health/ready')).status, 200, 'ready again')
  const renewed = await apiRefresh()
  assert.equal(renewed.status, 200, renewed.text)
  assert.equal((await ask('/api/v1/users/me', { headers })).status, 200)
  assert.equal((await tokenRefresh()).status, 400)
  const written = logged.join('')
  assert.ok(written.includes('temporarily_unavailable'))
  assert.ok(!written.includes(refresh_token) && !written.includes(password))
})
