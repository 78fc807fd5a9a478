import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { setClientActive } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { obtainCode, query } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const spa = 'https://spa.example.com'
const app = 'https://app.example.com'
const dev = 'http://localhost:5173'
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let client: TestClient

before(async () => {
  server = await testServer({ clock })
  client = await server.client({
    token_endpoint_auth_method: 'none',
    redirect_uris: [
      `${app}/callback`,
      'com.example.app:/callback',
      'https://APP2.example.com:443/',
    ],
    allowed_origins: [spa, dev],
  })
})
after(() => server?.close())

type Ask = { readonly method?: string; readonly headers?: Readonly<Record<string, string>> }

async function ask(
  path: string,
  origin: string | undefined,
  { method = 'GET', headers }: Ask = {},
) {
  const answer = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    headers: { ...(origin !== undefined && { origin }), ...headers },
  })
  await answer.arrayBuffer()
  const cors = [...answer.headers].filter(([name]) => name.startsWith('access-control-'))
  return { status: answer.status, headers: answer.headers, cors: Object.fromEntries(cors) }
}

const preflight = (
  path: string,
  origin: string,
  wanted = 'POST',
  wantedHeaders = 'authorization',
) =>
  ask(path, origin, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': wanted,
      'access-control-request-headers': wantedHeaders,
    },
  })

const callable = [
  '/oauth/token',
  '/oauth/par',
  '/oauth/revoke',
  '/oauth/userinfo',
  '/api/v1/users/me',
]

test('Fetch §3.3: a registered origin is answered by its exact name, without credentials', async () => {
  for (const origin of [spa, app, dev, 'https://app2.example.com']) {
    for (const path of callable) {
      const { status, cors, headers } = await preflight(path, origin)
      assert.equal(status, 204, path)
      assert.equal(cors['access-control-allow-origin'], origin)
      assert.equal(headers.get('vary'), 'Origin')
      const allowed = (cors['access-control-allow-headers'] ?? '').split(', ')
      const needed = ['authorization', 'content-type', 'dpop', 'if-match', 'idempotency-key']
      assert.deepEqual(allowed.sort(), needed.sort())
      assert.match(cors['access-control-allow-methods'] ?? '', /POST/)
      assert.equal(cors['access-control-max-age'], '600')
      assert.equal('access-control-allow-credentials' in cors, false)
      const real = await ask(path, origin)
      assert.equal(real.cors['access-control-allow-origin'], origin, path)
      assert.match(real.cors['access-control-expose-headers'] ?? '', /etag.*www-authenticate/)
      assert.equal('access-control-allow-credentials' in real.cors, false)
    }
  }
})

test('an origin that nobody registered learns nothing, and caches are told', async () => {
  const strangers = [
    'https://evil.example.com',
    'https://spa.example.com.evil.example',
    'https://sub.spa.example.com',
    'http://spa.example.com',
    'https://spa.example.com:8443',
    'http://localhost:5174',
    'com.example.app://callback',
    'null',
    'https://SPA.example.com',
    'https://spa.example.com/',
    `https://${'a'.repeat(400)}.example`,
    `${spa}\u00e9`,
    server.url,
  ]
  for (const origin of strangers) {
    for (const path of callable) {
      const before = await preflight(path, origin)
      assert.equal(before.status, 405, `${origin} ${path}`)
      assert.deepEqual(before.cors, {}, `${origin} ${path}`)
      const real = await ask(path, origin)
      assert.deepEqual(real.cors, {}, `${origin} ${path}`)
      assert.equal(real.headers.get('vary'), 'Origin')
    }
  }
  assert.equal((await ask('/api/v1/users/me', undefined)).headers.get('vary'), 'Origin')
})

test('pages, the authorization endpoint and the server of introspection are for no script of others', async () => {
  const closed = [
    '/oauth/authorize',
    '/oauth/logout',
    '/oauth/introspect',
    '/',
    '/login',
    '/consent',
    '/account',
    '/account/applications',
    '/setup',
    '/health/ready',
    '/metrics',
    '/api/v1',
    '/nothing',
    '/oauth/token/',
    '/oauth/authorize/../token',
  ]
  for (const path of closed) {
    for (const answer of [await ask(path, spa), await preflight(path, spa)]) {
      const isToken = path.includes('..')
      if (!isToken) assert.deepEqual(answer.cors, {}, path)
    }
  }
})

test('the metadata and the keys are for everybody', async () => {
  for (const path of ['/.well-known/openid-configuration', '/oauth/jwks']) {
    for (const origin of [spa, 'https://evil.example.com']) {
      assert.equal((await ask(path, origin)).cors['access-control-allow-origin'], '*')
    }
  }
})

test('a script of a registered origin redeems a code, and may read why it failed', async () => {
  const fields = { redirect_uri: `${app}/callback` }
  const { code, proof } = await obtainCode(server, client, await server.user(), { fields })
  const redeem = () =>
    fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { origin: spa },
      body: query({
        grant_type: 'authorization_code',
        client_id: client.id,
        code,
        code_verifier: proof.verifier,
        ...fields,
      }),
    })
  const good = await redeem()
  assert.equal(good.status, 200, await good.clone().text())
  assert.equal(good.headers.get('access-control-allow-origin'), spa)
  const bad = await redeem()
  assert.equal(bad.status, 400)
  assert.equal(bad.headers.get('access-control-allow-origin'), spa)
  const refused = await ask('/api/v1/admin/clients', spa)
  assert.equal(refused.status, 401)
  assert.equal(refused.cors['access-control-allow-origin'], spa)
  const missing = await ask('/api/v1/nothing', spa)
  assert.equal(missing.status, 404)
  assert.equal(missing.cors['access-control-allow-origin'], spa)
})

test('a cookie is worth nothing to a script of another origin', async () => {
  const user = await server.user()
  const browser = server.browser()
  const page = await browser.open('/login')
  await browser.submit(page, { identifier: user.username, password: user.password })
  const read = await browser.fetch('/api/v1/users/me', { headers: { origin: spa } })
  assert.equal(read.headers.has('access-control-allow-credentials'), false)
  const write = await browser.fetch('/api/v1/users/me/consents', {
    method: 'DELETE',
    headers: { origin: spa, 'sec-fetch-site': 'same-site' },
  })
  assert.equal(write.status, 403)
})

test('an origin counts while a client that registers it is active, to the second', async () => {
  const origin = 'https://once.example.com'
  const other = await server.client({ redirect_uris: [`${origin}/cb`] })
  const allowed = async () =>
    (await preflight('/oauth/token', origin)).cors['access-control-allow-origin'] === origin
  assert.equal(await allowed(), true)
  await setClientActive(server.app.db, other.id, false, clock.now())
  clock.advance(1.1)
  assert.equal(await allowed(), false)
})

test('many requests of one origin ask the database once, and junk never', async () => {
  clock.advance(2)
  server.statements()
  await Promise.all(Array.from({ length: 20 }, () => preflight('/oauth/token', spa)))
  await preflight('/oauth/token', 'null')
  await preflight('/oauth/token', 'file://x')
  await preflight('/oauth/token', server.url)
  await ask('/oauth/token', undefined, { method: 'OPTIONS' })
  assert.equal(server.statements().filter((text) => text.includes('origins')).length, 1)
})

test('origins are found by an index', async () => {
  const { db } = server.app
  await db.run(sql`INSERT INTO clients (id, client_id, name, metadata, created_at, updated_at)
    SELECT gen_random_uuid(), 'many' || n, 'Many', jsonb_build_object('redirect_uris',
      jsonb_build_array('https://app' || n || '.example.com/cb')), now(), now()
    FROM generate_series(1, 3000) AS n`)
  await db.run(sql`ANALYZE clients`)
  const plan = await db.many<object>(sql`EXPLAIN SELECT 1 FROM clients
    WHERE is_active AND origins @> ARRAY['https://app77.example.com'] LIMIT 1`)
  assert.match(JSON.stringify(plan), /clients_by_origin/)
})

test('without the database no origin is allowed, and the request goes on', async () => {
  const { db } = server.app
  clock.advance(2)
  await db.run(sql`ALTER TABLE clients RENAME COLUMN origins TO gone`)
  const answer = await ask('/api/v1/users/me', spa)
  await db.run(sql`ALTER TABLE clients RENAME COLUMN gone TO origins`)
  assert.equal(answer.status, 401)
  assert.deepEqual(answer.cors, {})
})
