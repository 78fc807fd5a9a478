import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import { createClientCache, findClient, sweepClientSecrets } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { createMemoryKv } from '../../src/kv/index.ts'
import { runCommand } from '../harness/command.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { introspect, obtainTokens, post, refresh } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/api/v1/admin/clients'
let server: TestServer
let owner: Awaited<ReturnType<typeof administrator>>

before(async () => {
  server = await testServer({ clock })
  owner = await administrator('root', 'owner')
})
after(() => server?.close())

type Send = (
  method: string,
  at: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<JsonAnswer>

async function tokenOf({ username: identifier, password }: TestUser): Promise<string> {
  const login = `${server.url}/api/v1/auth/login`
  return (await postJson(login, { identifier, password })).body.access_token
}

async function administrator(username: string, role: string) {
  const user = await server.user({ username })
  await assignRole(server.app.db, user.id, role, clock.now())
  const token = await tokenOf(user)
  const send: Send = (method, at, body, headers = {}) =>
    postJson(server.url + at, body, { method, token, headers })
  return { user, token, send }
}

const machine = { client_name: 'Machine', grant_types: ['client_credentials' as const], scope: '' }

/** Whether a client gets a token for itself by a secret. */
async function proves(client: Pick<TestClient, 'id'>, secret: unknown): Promise<boolean> {
  const known = { ...client, secret: String(secret) } as TestClient
  const fields = { grant_type: 'client_credentials', client_id: undefined }
  return (await post(server, '/oauth/token', known, fields)).status === 200
}

async function audited(action: string, id: string) {
  const rows = await server.app.db.many<{ actor: string; details: Record<string, unknown> }>(sql`
    SELECT actor, details FROM audit_log WHERE action = ${action} AND resource = ${`client:${id}`}`)
  return rows
}

test('clients are listed page by page, and found by name, client_id, state and grant', async () => {
  const made = []
  for (const name of ['Alpha Shop', 'Beta Shop', 'Gamma']) {
    made.push(await server.client({ client_name: name }))
    clock.advance(0.01)
  }
  const batch = await server.client({ ...machine, client_name: 'Batch 100% _' })
  const first = await owner.send('GET', `${path}?limit=2`)
  assert.deepEqual(
    first.body.items.map((one: { client_id: string }) => one.client_id),
    [batch.id, made[2]?.id],
  )
  const link = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  const second = await owner.send('GET', link.slice(server.url.length))
  assert.deepEqual(
    second.body.items.map((one: { client_id: string }) => one.client_id),
    [made[1]?.id, made[0]?.id],
  )
  const names = async (query: string) =>
    (await owner.send('GET', `${path}?${query}`)).body.items.map(
      (one: { client_name: string }) => one.client_name,
    )
  assert.deepEqual(await names('search=shop'), ['Beta Shop', 'Alpha Shop'])
  assert.deepEqual(await names('search=alpha'), ['Alpha Shop'])
  assert.deepEqual(await names(`search=${made[2]?.id}`), ['Gamma'])
  assert.deepEqual(await names('search=%25%20_'), ['Batch 100% _'], 'nothing is a wildcard')
  assert.deepEqual(await names('search=%00'), [])
  assert.deepEqual(await names('grant_type=client_credentials'), ['Batch 100% _'])
  await owner.send('POST', `${path}/${batch.id}/deactivate`)
  assert.deepEqual(await names('active=false'), ['Batch 100% _'])
  for (const query of ['limit=0', 'limit=201', 'active=maybe', 'grant_type=none', 'nme=x']) {
    assert.equal((await owner.send('GET', `${path}?${query}`)).status, 400, query)
  }
  assert.equal((await owner.send('GET', `${path}?after=AAAA`)).body.code, 'invalid_cursor')
})

test('all metadata can be replaced or patched, based on a version, with before and after in the log', async () => {
  const input = {
    client_name: 'Shop',
    redirect_uris: [callback],
    logo_uri: 'https://app.example.com/logo.svg',
    contacts: ['dev@example.com'],
    software_id: '4NRB1-0XZABZI9E6-5SM3R',
    software_version: '2.1',
    allowed_origins: ['https://spa.example.com'],
  }
  const made = await owner.send('POST', path, input)
  assert.equal(made.status, 201)
  for (const [name, value] of Object.entries(input)) assert.deepEqual(made.body[name], value, name)
  const at = `${path}/${made.body.client_id}`
  const etag = made.headers.get('etag') ?? ''
  assert.equal((await owner.send('PATCH', at, { scope: 'openid' })).status, 428)
  const patch = { scope: 'openid', logo_uri: null }
  const patched = await owner.send('PATCH', at, patch, { 'if-match': etag })
  assert.equal(patched.status, 200, JSON.stringify(patched.body))
  assert.equal(patched.body.scope, 'openid')
  assert.equal('logo_uri' in patched.body, false)
  assert.equal('client_secret' in patched.body, false)
  const late = await owner.send('PUT', at, input, { 'if-match': etag })
  assert.equal(late.body.code, 'precondition_failed')
  const any = { 'if-match': '*' }
  const put = await owner.send('PUT', at, { client_name: 'S', redirect_uris: [callback] }, any)
  assert.equal(put.body.contacts, undefined)
  assert.equal(put.headers.get('etag'), '"3"')
  await owner.send('PATCH', at, { access_claims: { in: ['id_token'], always: true } }, any)
  const nested = await owner.send('PATCH', at, { access_claims: { always: false } }, any)
  assert.deepEqual(nested.body.access_claims, { in: ['id_token'], always: false })
  const same = await owner.send('PATCH', at, { client_name: 'S' }, any)
  assert.equal(same.headers.get('etag'), '"5"', 'what changes nothing is no new version')
  const [first] = await audited('client.update', made.body.client_id)
  assert.equal(first?.actor, `user:${owner.user.id}`)
  assert.deepEqual(first?.details.changes, {
    scope: { from: 'openid profile email address phone offline_access', to: 'openid' },
    logo_uri: { from: 'https://app.example.com/logo.svg', to: null },
  })
  assert.equal((await audited('client.update', made.body.client_id)).length, 4)
})

test('metadata that is not sound is refused with its pointers, and nothing is changed', async () => {
  const client = await server.client()
  const at = `${path}/${client.id}`
  const any = { 'if-match': '*' }
  const wrong: readonly (readonly [object, string])[] = [
    [{ allowed_origins: ['https://a.example.com/'] }, '/allowed_origins/0'],
    [{ allowed_origins: ['https://a.example.com', 'http://a.example.com'] }, '/allowed_origins/1'],
    [{ allowed_origins: ['*'] }, '/allowed_origins/0'],
    [{ allowed_origins: ['https://A.example.com'] }, '/allowed_origins/0'],
    [{ allowed_origins: ['https://a.example.com:443'] }, '/allowed_origins/0'],
    [{ allowed_origins: ['null'] }, '/allowed_origins/0'],
    [{ logo_uri: 'javascript:alert(1)' }, '/logo_uri'],
    [{ redirect_uris: ['http://app.example.com/'] }, '/redirect_uris/0'],
    [{ redirect_uris: null }, '/redirect_uris'],
    [{ token_endpoint_auth_method: 'private_key_jwt' }, '/jwks'],
    [{ contacts: ['\u0000'] }, '/contacts'],
    [{ client_name: null }, ''],
  ]
  for (const [patch, pointer] of wrong) {
    const { status, body } = await owner.send('PATCH', at, patch, any)
    assert.equal(status, 400, JSON.stringify(patch))
    assert.equal(body.errors?.[0]?.pointer, pointer, JSON.stringify(body))
  }
  for (const patch of [{}, { is_active: false }, { client_secret: 'mine' }, { scope: 1 }]) {
    assert.equal((await owner.send('PATCH', at, patch, any)).status, 400, JSON.stringify(patch))
  }
  const loopback = { allowed_origins: ['http://localhost:5173', 'http://127.0.0.1:3000'] }
  assert.equal((await owner.send('PATCH', at, loopback, any)).headers.get('etag'), '"2"')
})

test('a client that changes how it proves itself gets a secret, or loses it', async () => {
  const client = await server.client(machine)
  const at = `${path}/${client.id}`
  const any = { 'if-match': '*' }
  assert.ok(await proves(client, client.secret))
  const other = { token_endpoint_auth_method: 'client_secret_post' }
  const kept = await owner.send('PATCH', at, other, any)
  assert.equal(kept.body.client_secret, undefined, 'another way to send it is no new secret')
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] }
  const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks }
  assert.equal((await owner.send('PATCH', at, keys, any)).status, 200)
  const none = await owner.send('GET', `${at}/secrets`)
  assert.deepEqual(none.body, { secrets: [] })
  assert.equal((await owner.send('POST', `${at}/rotate-secret`)).body.code, 'no_secret')
  const back = { token_endpoint_auth_method: 'client_secret_basic', jwks: null }
  const secret = (await owner.send('PATCH', at, back, any)).body.client_secret
  assert.match(secret, /^cs_/)
  assert.ok(await proves(client, secret))
  assert.equal(await proves(client, client.secret), false)
})

test('a secret is replaced without downtime: the one before works until its end', async () => {
  const client = await server.client(machine)
  const at = `${path}/${client.id}`
  const rotate = (body?: object) => owner.send('POST', `${at}/rotate-secret`, body)
  const second = await rotate({ overlap: 60 })
  assert.equal(second.body.previous_expires_at, addSeconds(clock.now(), 60).toISOString())
  assert.ok(await proves(client, client.secret))
  assert.ok(await proves(client, second.body.client_secret))
  assert.equal(await proves(client, 'cs_wrong'), false)
  const { secrets } = (await owner.send('GET', `${at}/secrets`)).body
  assert.deepEqual(
    secrets.map((one: Record<string, unknown>) => [one.name, one.last_used_at !== null]),
    [
      ['current', true],
      ['previous', true],
    ],
  )
  assert.equal(JSON.stringify(secrets).includes('cs_'), false)
  clock.advance(60)
  assert.equal(await proves(client, client.secret), false, 'its time is over')
  assert.ok(await proves(client, second.body.client_secret))
  assert.equal((await owner.send('GET', `${at}/secrets`)).body.secrets.length, 1)
  assert.ok((await sweepClientSecrets(server.app.db, addSeconds(clock.now(), 1), 10)) >= 1)
  assert.equal((await findClient(server.app.db, client.id))?.previousSecretDigest, null)

  const third = await rotate({ overlap: 60 })
  assert.equal((await owner.send('DELETE', `${at}/secrets/previous`)).status, 204)
  assert.equal(await proves(client, second.body.client_secret), false, 'ended at once')
  assert.equal((await owner.send('DELETE', `${at}/secrets/previous`)).status, 404)
  const fourth = await rotate({ overlap: 60 })
  const fifth = await rotate({ overlap: 60 })
  assert.equal(await proves(client, third.body.client_secret), false, 'at most two work')
  assert.ok(await proves(client, fourth.body.client_secret))
  const sixth = await rotate()
  assert.equal('previous_expires_at' in sixth.body, false)
  assert.equal(await proves(client, fifth.body.client_secret), false, 'without overlap, at once')
  assert.ok(await proves(client, sixth.body.client_secret))
  for (const overlap of [-1, 30 * 86_400 + 1, 1.5, '60']) {
    assert.equal((await rotate({ overlap })).status, 400, String(overlap))
  }
  const log = await audited('client.rotate_secret', client.id)
  assert.deepEqual(
    log.map(({ details }) => details.overlap),
    [60, 60, 60, 60, 0],
  )
  assert.equal((await audited('client.end_secret', client.id)).length, 1)
})

test('of 50 rotations at a time two secrets work at the end, and one wins when it names the version', async () => {
  const client = await server.client(machine)
  const at = `${path}/${client.id}/rotate-secret`
  const fifty = <T>(make: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, make))
  const answers = await fifty(() => owner.send('POST', at, { overlap: 600 }))
  const found = await findClient(server.app.db, client.id)
  assert.equal(found?.version, 51)
  const working = await Promise.all(answers.map(({ body }) => proves(client, body.client_secret)))
  assert.equal(working.filter(Boolean).length, 2)
  const version = { 'if-match': '"51"' }
  const guarded = await fifty(() => owner.send('POST', at, { overlap: 600 }, version))
  assert.equal(guarded.filter(({ status }) => status === 200).length, 1)
  assert.equal(guarded.filter(({ status }) => status === 412).length, 49)
})

test('a secret that a server of before replaces ends the one before', async () => {
  const client = await server.client(machine)
  const at = `${path}/${client.id}`
  await owner.send('POST', `${at}/rotate-secret`, { overlap: 60 })
  const { db } = server.app
  await db.run(sql`UPDATE clients SET secret_digest = sha256('x'), updated_at = ${clock.now()}
    WHERE client_id = ${client.id}`)
  clock.advance(2)
  assert.equal(await proves(client, client.secret), false)
  assert.equal((await owner.send('GET', `${at}/secrets`)).body.secrets.length, 1)
})

test('a client that is stopped has no tokens until it goes on', async () => {
  const client = await server.client()
  const tokens = await obtainTokens(server, client, await server.user())
  const at = `${path}/${client.id}`
  const reader = await server.client({ ...machine })
  assert.equal((await introspect(server, reader, tokens.access_token)).active, true)
  for (const _twice of [1, 2]) {
    assert.equal((await owner.send('POST', `${at}/deactivate`)).status, 204)
  }
  assert.equal((await introspect(server, reader, tokens.access_token)).active, false)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 401)
  assert.equal((await owner.send('GET', at)).body.is_active, false)
  assert.equal((await audited('client.deactivate', client.id)).length, 1)
  assert.equal((await owner.send('POST', `${at}/reactivate`)).status, 204)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
})

test('a client that is deleted takes along everything that was given to it', async () => {
  const client = await server.client()
  const tokens = await obtainTokens(server, client, await server.user())
  const at = `${path}/${client.id}`
  const reader = await server.client({ ...machine })
  assert.equal((await owner.send('DELETE', at)).status, 204)
  assert.equal((await introspect(server, reader, tokens.access_token)).active, false)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 401)
  const userinfo = await fetch(`${server.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${String(tokens.access_token)}` },
  })
  assert.equal(userinfo.status, 401)
  for (const [method, to] of [
    ['GET', at],
    ['DELETE', at],
    ['GET', `${at}/secrets`],
    ['POST', `${at}/rotate-secret`],
    ['POST', `${at}/deactivate`],
    ['GET', `${at}/service-account`],
    ['GET', `${at}/tokens`],
    ['DELETE', `${at}/tokens`],
    ['GET', `${path}/%00`],
  ] as const) {
    assert.equal((await owner.send(method, to)).status, 404, `${method} ${to}`)
  }
  const [entry] = await audited('client.delete', client.id)
  const kept = entry?.details.before as Record<string, unknown>
  assert.equal(kept.client_name, 'Example App')
  const rest = await server.app.db.many(sql`
    SELECT 1 FROM consents WHERE client_id = ${client.id}
    UNION ALL SELECT 1 FROM token_families WHERE client_id = ${client.id}
    UNION ALL SELECT 1 FROM authorization_codes WHERE client_id = ${client.id}`)
  assert.deepEqual(rest, [])
})

test('a service account shows its roles, and only who has them as well may change it', async () => {
  const client = await server.client(machine)
  const at = `${path}/${client.id}`
  const { db } = server.app
  await db.run(sql`INSERT INTO role_assignments (role_id, client_id, created_at)
    SELECT id, ${client.id}, now() FROM roles WHERE name = 'owner'`)
  server.app.access.changed()
  const seen = await owner.send('GET', `${at}/service-account`)
  assert.deepEqual(seen.body, {
    client_id: client.id,
    enabled: true,
    roles: ['owner'],
    permissions: ['*:*'],
    limited: [],
  })
  const admin = await administrator('lesser', 'admin')
  const any = { 'if-match': '*' }
  const refused = [
    await admin.send('POST', `${at}/rotate-secret`),
    await admin.send('PATCH', at, { client_name: 'Mine' }, any),
    await admin.send('PUT', at, machine, any),
    await admin.send('POST', `${at}/deactivate`),
    await admin.send('POST', `${at}/reactivate`),
    await admin.send('DELETE', `${at}/secrets/previous`),
    await admin.send('DELETE', `${at}/tokens`),
    await admin.send('DELETE', at),
  ]
  for (const { status, body } of refused) assert.equal(status, 403, JSON.stringify(body))
  assert.equal((await admin.send('GET', at)).status, 200)
  const app = await server.client()
  const appAt = `${path}/${app.id}`
  assert.equal((await admin.send('PATCH', appAt, { client_name: 'A' }, any)).status, 200)
})

test('support and auditors read clients and change none', async () => {
  const client = await server.client()
  const at = `${path}/${client.id}`
  const auditor = await administrator('auditor', 'auditor')
  const nobody = await administrator('nobody', 'user')
  assert.equal((await auditor.send('GET', path)).status, 200)
  assert.equal((await auditor.send('GET', `${at}/secrets`)).status, 200)
  const writes: readonly (readonly [string, string, object?])[] = [
    ['POST', path, { client_name: 'X', redirect_uris: [callback] }],
    ['PUT', at, { client_name: 'X', redirect_uris: [callback] }],
    ['PATCH', at, { client_name: 'X' }],
    ['DELETE', at],
    ['POST', `${at}/rotate-secret`],
    ['DELETE', `${at}/secrets/previous`],
    ['POST', `${at}/deactivate`],
  ]
  for (const [method, to, body] of writes) {
    assert.equal((await auditor.send(method, to, body)).status, 403, `${method} ${to}`)
    const anonymous = await postJson(server.url + to, body, { method })
    assert.equal(anonymous.status, 401, `${method} ${to}`)
  }
  assert.equal((await nobody.send('GET', path)).status, 403)
})

test('the command line finds a client and gives it a new secret', async () => {
  const client = await server.client({ ...machine, client_name: 'Of the command line' })
  const cardea = (...argv: string[]) => runCommand(server.databaseUrl, argv)
  const [listed, rotated, overlapped] = [
    await cardea('client', 'list', '--search', 'OF THE COMMAND'),
    await cardea('client', 'rotate-secret', client.id),
    await cardea('client', 'rotate-secret', client.id, '--overlap', '86400'),
  ]
  assert.equal(listed.output, `${client.id}  active    Of the command line\n`)
  const [, old] = /^client_secret {2}(cs_\S+)$/m.exec(rotated.output) ?? []
  const [, fresh] = /^client_secret {2}(cs_\S+)$/m.exec(overlapped.output) ?? []
  assert.match(overlapped.output, /The one before works until \d{4}-/)
  assert.ok(old && fresh)
  assert.ok(await proves(client, fresh))
  assert.equal(await proves(client, client.secret), false)
  const wrong = await cardea('client', 'rotate-secret', client.id, '--overlap', '-1')
  assert.notEqual(wrong.code, 0)
  assert.equal((await audited('client.rotate_secret', client.id))[0]?.actor, 'system')
})

test('another node forgets a client and its origins as soon as it is told', async () => {
  const kv = createMemoryKv({ clock, maxEntries: 100 })
  const { db } = server.app
  const [here, there] = [1, 2].map(() => createClientCache({ db, clock, kv }))
  assert.ok(here && there)
  const origin = 'https://told.example.com'
  const client = await server.client({ redirect_uris: [`${origin}/cb`] })
  assert.equal((await there.find(client.id))?.name, 'Example App')
  assert.equal(await there.allowsOrigin(origin), true)
  await db.run(sql`UPDATE clients SET is_active = false WHERE client_id = ${client.id}`)
  assert.equal(await there.allowsOrigin(origin), true, 'it may be a second old')
  here.forget(client.id)
  await new Promise((done) => setImmediate(done))
  assert.equal(await there.find(client.id), undefined)
  assert.equal(await there.allowsOrigin(origin), false)
  await Promise.all([here.close(), there.close()])
})
