import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import type { UserId } from '../../src/base/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { createClientCache } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { createMemoryKv } from '../../src/kv/index.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { introspect, obtainCode, obtainTokens, redeem, refresh } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const admin = '/api/v1/admin'
let server: TestServer
let owner: Awaited<ReturnType<typeof person>>

before(async () => {
  server = await testServer({ env: { CARDEA_METRICS_TOKEN: 'a-very-secret-token' } })
  owner = await person('root', 'owner')
})
after(() => server?.close())

async function person(username: string, role?: string) {
  const user = await server.user({ username })
  if (role !== undefined) await assignRole(server.app.db, user.id, role, systemClock.now())
  const login = { identifier: username, password: user.password }
  const answer = await postJson(`${server.url}/api/v1/auth/login`, login)
  const token: string = answer.body.access_token
  const send = (method: string, at: string, body?: object): Promise<JsonAnswer> =>
    postJson(server.url + at, body, { method, token })
  return { user, token, send }
}

async function audited(action: string, resource: string) {
  return server.app.db.many<{ actor: string; details: Record<string, unknown> }>(sql`
    SELECT actor, details FROM audit_log WHERE action = ${action} AND resource = ${resource}`)
}

const firstParty = { require_consent: false, client_name: 'Ours' }

test('a consent that an administrator takes back ends what the client holds, and is asked for again', async () => {
  const client = await server.client({ client_uri: 'https://app.example.com/' })
  const { user } = await person('ada')
  const tokens = await obtainTokens(server, client, user)
  const other = await obtainTokens(server, await server.client(firstParty), user)
  const open = await obtainCode(server, client, user, { browser: tokens.browser })
  const at = `${admin}/users/${user.id}/consents`
  const listed = await owner.send('GET', at)
  assert.equal(listed.status, 200, JSON.stringify(listed.body))
  const seen = listed.body.items.find((one: { client_id: string }) => one.client_id === client.id)
  assert.deepEqual(seen.scopes.toSorted(), ['email', 'offline_access', 'openid', 'profile'])
  assert.equal(seen.client_uri, 'https://app.example.com/')
  assert.equal(seen.grants, 1)
  assert.equal(seen.offline, true)
  const ours = listed.body.items.find((one: { granted_at: unknown }) => one.granted_at === null)
  assert.equal(ours.client_name, 'Ours')
  assert.equal((await owner.send('GET', `${at}?limit=1`)).headers.has('link'), true)

  assert.equal((await owner.send('DELETE', `${at}/${client.id}`)).status, 204)
  const reader = await server.client({ client_name: 'Reader' })
  assert.equal((await introspect(server, reader, tokens.access_token)).active, false)
  assert.equal((await refresh(server, client, tokens.refresh_token)).body.error, 'invalid_grant')
  const late = await redeem(server, client, open.code, open.proof.verifier)
  assert.equal(late.body.error, 'invalid_grant', 'a code that was not redeemed yet ends as well')
  assert.equal((await introspect(server, reader, other.access_token)).active, true)
  const page = await tokens.browser.open(
    `/oauth/authorize?${new URLSearchParams({
      client_id: client.id,
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: open.proof.challenge,
      code_challenge_method: 'S256',
    }).toString()}`,
  )
  assert.match(page.url, /\/consent/)
  const [entry] = await audited('consent.revoke', `user:${user.id}`)
  assert.equal(entry?.actor, `user:${owner.user.id}`)
  assert.deepEqual(entry?.details, { client: client.id, grants: 1 })
  assert.equal((await owner.send('DELETE', `${at}/${client.id}`)).status, 404)
  const all = await owner.send('DELETE', at)
  assert.deepEqual(all.body, { consents: 0, grants: 1 })
  assert.equal((await introspect(server, reader, other.access_token)).active, false)
})

test('people see and take back their own consents, and never those of others', async () => {
  const client = await server.client()
  const bea = await person('bea')
  const eve = await person('eve')
  const tokens = await obtainTokens(server, client, bea.user)
  const mine = '/api/v1/users/me/consents'
  assert.equal((await bea.send('GET', mine)).body.items[0].client_id, client.id)
  assert.deepEqual((await eve.send('GET', mine)).body, { items: [], next: null })
  assert.equal((await eve.send('DELETE', `${mine}/${client.id}`)).status, 404)
  assert.equal((await bea.send('DELETE', `${mine}/%00`)).status, 404)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
  assert.equal((await bea.send('DELETE', `${mine}/${client.id}`)).status, 204)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 400)
  assert.deepEqual((await bea.send('GET', mine)).body.items, [])
  await obtainTokens(server, client, bea.user)
  assert.deepEqual((await bea.send('DELETE', mine)).body, { consents: 1, grants: 1 })
  assert.equal((await bea.send('GET', '/api/v1/users/me')).status, 200, 'the session stays')
  assert.equal((await postJson(server.url + mine, undefined, { method: 'GET' })).status, 401)
})

test('the page of applications shows what was allowed and takes it back, without JavaScript', async () => {
  const evil = '<img src=x onerror=alert(1)>'
  const client = await server.client({ client_name: evil, scope: 'openid profile custom:thing' })
  const { user } = await person('cara')
  const scope = 'openid profile custom:thing'
  const { browser, ...tokens } = await obtainTokens(server, client, user, { scope })
  const page = await browser.open('/account/applications')
  assert.equal(page.status, 200)
  assert.match(page.body, /<bdi>&[^<]*onerror[^<]*<\/bdi>/)
  assert.equal(page.body.includes(evil), false)
  assert.match(page.body, /See your profile/)
  assert.match(page.body, /custom:thing/)
  const german = await browser.open('/account/applications?ui_locales=de')
  assert.match(german.body, /Zugriff zurücknehmen/)
  const forged = await browser.fetch('/account/applications/revoke', {
    method: 'POST',
    body: new URLSearchParams({ ...hiddenFields(page.body), csrf: 'x' }),
  })
  assert.equal(forged.status, 403)
  const done = await browser.submit(page, {})
  assert.match(done.url, /\/account\/applications\?notice=access-revoked/)
  assert.match(done.body, /No application may act for you/)
  assert.equal(String(tokens.access_token).length > 0, true)
  const again = await browser.submit(page, {})
  assert.equal(again.status, 200, 'a second time is as good')
  const anonymous = await server.browser().open('/account/applications')
  assert.match(anonymous.url, /\/login/)
})

test('of 50 who take back a consent at a time one does, and codes redeemed meanwhile leave nothing alive', async () => {
  const client = await server.client()
  const { user } = await person('dora')
  await obtainTokens(server, client, user)
  const { code, proof } = await obtainCode(server, client, user)
  const at = `${admin}/users/${user.id}/consents/${client.id}`
  const [redeemed, ...answers] = await Promise.all([
    redeem(server, client, code, proof.verifier),
    ...Array.from({ length: 50 }, () => owner.send('DELETE', at)),
  ])
  assert.ok(answers.some(({ status }) => status === 204))
  assert.ok(answers.every(({ status }) => status === 204 || status === 404))
  const entries = await audited('consent.revoke', `user:${user.id}`)
  assert.equal(entries.length, answers.filter(({ status }) => status === 204).length)
  if (redeemed.status === 200) {
    await owner.send('DELETE', at)
    assert.equal((await refresh(server, client, redeemed.body.refresh_token)).status, 400)
  }
})

test('grants are listed for a user and for a client, page by page, and ended one by one', async () => {
  const client = await server.client(firstParty)
  const gus = await person('gus')
  const tokens = []
  for (let i = 0; i < 3; i += 1) tokens.push(await obtainTokens(server, client, gus.user))
  const ofUser = `${admin}/users/${gus.user.id}/tokens`
  const ofClient = `${admin}/clients/${client.id}/tokens`
  const all = await owner.send('GET', ofUser)
  assert.deepEqual(
    all.body.items.map((one: { kind: string }) => one.kind),
    ['oauth', 'oauth', 'oauth', 'api'],
    'with the sign-in at our own API',
  )
  const first = await owner.send('GET', `${ofClient}?limit=2`)
  assert.equal(first.body.items.length, 2)
  const second = await owner.send('GET', `${ofClient}?limit=2&after=${first.body.next}`)
  assert.equal(second.body.items.length, 1)
  assert.equal(second.body.next, null)
  const [oldest] = second.body.items
  assert.equal(oldest.user_id, gus.user.id)
  assert.equal(oldest.client_id, client.id)
  assert.deepEqual(oldest.scopes, ['openid', 'profile', 'email', 'offline_access'])
  assert.ok(oldest.expires_at > oldest.created_at)

  assert.equal((await owner.send('DELETE', `${ofClient}/${oldest.id}`)).status, 204)
  assert.equal((await refresh(server, client, tokens[0]?.refresh_token)).status, 400)
  assert.equal((await refresh(server, client, tokens[1]?.refresh_token)).status, 200)
  const [mine] = first.body.items
  const other = await person('hal')
  const foreign = `${admin}/users/${other.user.id}/tokens/${mine.id}`
  assert.equal((await owner.send('DELETE', foreign)).status, 404, 'not of this user')
  const unrelated = await server.client()
  const wrong = `${admin}/clients/${unrelated.id}/tokens/${mine.id}`
  assert.equal((await owner.send('DELETE', wrong)).status, 404, 'not of this client')
  assert.equal((await owner.send('DELETE', `${ofUser}/${mine.id}`)).status, 204)
  assert.equal((await refresh(server, client, tokens[2]?.refresh_token)).status, 400)
  assert.equal((await audited('grant.revoke', `user:${gus.user.id}`)).length, 2)

  const ended = await owner.send('DELETE', ofClient)
  assert.deepEqual(ended.body, { ended: 1 })
  assert.equal((await refresh(server, client, tokens[1]?.refresh_token)).status, 400)
  const [entry] = await audited('client.revoke_tokens', `client:${client.id}`)
  assert.deepEqual(entry?.details, { count: 1 })
})

test('all grants of a client end, however many there are', async () => {
  const client = await server.client()
  const { user } = await person('ivy')
  const { db } = server.app
  await db.run(sql`
    INSERT INTO token_families (id, kind, user_id, client_id, scopes, offline, auth_time, amr, acr, created_at,
      rotated_at, expires_at)
    SELECT gen_random_uuid(), 'oauth', ${user.id}, ${client.id}, '{openid}', true, now(), '{pwd}', '1', now(),
      now(), now() + interval '1 day' FROM generate_series(1, 11000)`)
  const at = `${admin}/clients/${client.id}/tokens`
  assert.deepEqual((await owner.send('DELETE', at)).body, { ended: 11_000 })
  const entries = await audited('client.revoke_tokens', `client:${client.id}`)
  assert.deepEqual(
    entries.map(({ details }) => details.count),
    [5000, 5000, 1000],
  )
  await db.run(sql`UPDATE token_families SET revoked_at = NULL WHERE client_id = ${client.id}`)
  assert.equal((await owner.send('DELETE', `${admin}/clients/${client.id}`)).status, 204)
  const rest = await db.many(sql`SELECT 1 FROM token_families WHERE client_id = ${client.id}`)
  assert.deepEqual(rest, [])
  assert.equal((await audited('client.deactivate', `client:${client.id}`)).length, 1)
  assert.equal((await audited('client.delete', `client:${client.id}`)).length, 1)
})

test('the signing keys are listed and rotated, and their secrets stay inside', async () => {
  const listed = await owner.send('GET', `${admin}/keys`)
  assert.deepEqual(
    listed.body.keys
      .map(({ alg, state }: { alg: string; state: string }) => `${alg} ${state}`)
      .sort(),
    ['ECDH-ES signing', 'ES256 signing', 'RS256 signing'],
  )
  assert.equal(JSON.stringify(listed.body).includes('jwk'), false)
  const planned = await owner.send('POST', `${admin}/keys/rotate`)
  assert.equal(planned.status, 200, JSON.stringify(planned.body))
  assert.equal(planned.body.rotated.length, 3)
  assert.deepEqual((await owner.send('POST', `${admin}/keys/rotate`, {})).body.rotated, [])
  const now = await owner.send('POST', `${admin}/keys/rotate`, { now: true })
  assert.deepEqual(now.body.rotated.toSorted(), planned.body.rotated.toSorted())
  const jwks = await postJson(`${server.url}/oauth/jwks`, undefined, { method: 'GET' })
  // Those that sign and those that only verify; of those to encrypt to only the current one.
  assert.equal(jwks.body.keys.length, 5)
  const signing = now.body.keys.filter(({ state }: { state: string }) => state === 'signing')
  assert.equal(signing.length, 3)
  const [entry] = (await audited('key.rotate', `key:${now.body.rotated[0]}`)).slice(-1)
  assert.equal(entry?.actor, `user:${owner.user.id}`)
  assert.deepEqual(entry?.details, { now: true })
  assert.equal((await owner.send('GET', `${admin}/keys`)).status, 200, 'old tokens still count')
})

test('the settings in force are shown without their secrets', async () => {
  const { status, body } = await owner.send('GET', `${admin}/settings`)
  assert.equal(status, 200)
  const of = (name: string) => body.settings.find((one: { name: string }) => one.name === name)
  const token = of('CARDEA_METRICS_TOKEN')
  assert.deepEqual([token.value, token.is_secret, token.is_default], ['[secret]', true, false])
  assert.equal(of('CARDEA_LIMITS_ENABLED').value, 'false')
  assert.equal(of('CARDEA_LIMITS_ENABLED').is_default, false)
  assert.equal(of('CARDEA_SESSION_IDLE_LIFETIME').is_default, true)
  assert.equal(JSON.stringify(body).includes('a-very-secret-token'), false)
})

test('dead jobs are listed, tried again and dropped', async () => {
  const { db } = server.app
  const ids = ['1', '2', '3', '4'].map((digit) => `00000000-0000-7000-8000-00000000000${digit}`)
  for (const id of ids) {
    await db.run(sql`
      INSERT INTO queued_jobs (id, kind, payload, attempts, run_at, created_at, died_at, last_error)
      VALUES (${id}, 'test.kind', 'sealed', 3, now(), now(), '2026-11-24T10:00:00Z', 'no such mailbox')`)
  }
  const path = `${admin}/jobs/dead`
  const first = await owner.send('GET', `${path}?limit=3`)
  assert.deepEqual(
    first.body.items.map(({ id }: { id: string }) => id),
    ids.slice(0, 3),
  )
  assert.equal(first.body.items[0].last_error, 'no such mailbox')
  assert.equal('payload' in first.body.items[0], false)
  const second = await owner.send('GET', `${path}?limit=3&after=${first.body.next}`)
  assert.deepEqual(
    second.body.items.map(({ id }: { id: string }) => id),
    ids.slice(3),
  )
  assert.equal((await owner.send('POST', `${path}/${ids[0]}/retry`)).status, 204)
  assert.equal((await owner.send('POST', `${path}/${ids[0]}/retry`)).status, 404)
  assert.equal((await owner.send('DELETE', `${path}/${ids[1]}`)).status, 204)
  assert.equal((await owner.send('DELETE', `${path}/${ids[1]}`)).status, 404)
  assert.equal((await owner.send('DELETE', `${path}/x`)).status, 400)
  assert.deepEqual((await owner.send('POST', `${path}/retry`)).body, { retried: 2 })
  assert.deepEqual((await owner.send('GET', path)).body, { items: [], next: null })
  assert.equal((await audited('job.retry', `job:${ids[0]}`)).length, 1)
  assert.equal((await audited('job.drop', `job:${ids[1]}`)).length, 1)
})

test('who may only read changes nothing, and a role for one user reaches no other', async () => {
  const client = await server.client()
  const { user } = await person('jan')
  const auditor = await person('auditor', 'auditor')
  const nobody = await person('kim')
  const user1: TestUser = user
  const reads = [
    `users/${user1.id}/consents`,
    `users/${user1.id}/tokens`,
    `clients/${client.id}/tokens`,
    'keys',
    'settings',
    'jobs/dead',
  ]
  for (const at of reads) {
    assert.equal((await auditor.send('GET', `${admin}/${at}`)).status, 200, at)
    assert.equal((await nobody.send('GET', `${admin}/${at}`)).status, 403, at)
  }
  const writes = [
    ['DELETE', `users/${user1.id}/consents`],
    ['DELETE', `users/${user1.id}/consents/${client.id}`],
    ['DELETE', `users/${user1.id}/tokens/${user1.id}`],
    ['DELETE', `clients/${client.id}/tokens`],
    ['DELETE', `clients/${client.id}/tokens/${user1.id}`],
    ['POST', 'keys/rotate'],
    ['POST', 'jobs/dead/retry'],
    ['DELETE', `jobs/dead/${user1.id}`],
  ] as const
  for (const [method, at] of writes) {
    assert.equal((await auditor.send(method, `${admin}/${at}`)).status, 403, at)
  }
  await limited(nobody.user.id, user1.id)
  assert.equal((await nobody.send('GET', `${admin}/users/${user1.id}/tokens`)).status, 200)
  const other = `${admin}/users/${auditor.user.id}/tokens`
  assert.equal((await nobody.send('GET', other)).status, 403)
  const unknown = `${admin}/users/00000000-0000-7000-8000-000000000000/tokens`
  assert.equal((await owner.send('GET', unknown)).status, 404)
})

/** An auditor of the tokens of one user only. */
async function limited(who: UserId, of: UserId): Promise<void> {
  await server.app.db.run(sql`
    INSERT INTO role_assignments (role_id, user_id, resource_type, resource_id, created_at)
    SELECT id, ${who}, 'cardea.token', ${of}, now() FROM roles WHERE name = 'auditor'`)
  server.app.access.changed()
}

test('a cache without a way to hear of others still works', async () => {
  const { db } = server.app
  const kv = createMemoryKv({ clock: systemClock, maxEntries: 10 })
  const deaf = { ...kv, subscribe: () => Promise.reject(new Error('gone')) }
  const mute = { ...deaf, publish: () => Promise.reject(new Error('gone')) }
  const cache = createClientCache({ db, clock: systemClock, kv: mute })
  const client = await server.client()
  assert.equal((await cache.find(client.id))?.clientId, client.id)
  cache.forget(client.id)
  await cache.close()
})
