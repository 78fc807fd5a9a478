import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { generateKeyPair, UnsecuredJWT } from 'jose'
import type { TrustedIssuerInput } from '../../src/oauth/index.ts'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import type { Claims, TestIssuer } from '../harness/issuer.ts'
import { testIssuer } from '../harness/issuer.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { introspect, post } from '../harness/oauth.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let owner: Administrator
let partner: TestIssuer
let client: TestClient
let person: TestUser

before(async () => {
  server = await testServer({ clock })
  owner = await administrator(server, 'owner')
  partner = await testIssuer('https://login.partner.example', () => clock.now())
  await trust(partner, { subject: 'user_id' })
  client = await machine()
  person = await server.user()
})
after(() => server?.close())

const machine = (input: Parameters<TestServer['client']>[0] = {}) =>
  server.client({ grant_types: [grantType], redirect_uris: [], scope: 'read write', ...input })

const trust = async (by: TestIssuer, input: Partial<TrustedIssuerInput>) => {
  const body = { issuer: by.issuer, jwks: by.jwks, ...input }
  const answer = await owner.send('POST /admin/trusted-issuers', body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return `/admin/trusted-issuers/${answer.body.id}`
}

/** A new issuer that is trusted in this way. */
async function another(input: Partial<TrustedIssuerInput>) {
  issuers += 1
  clock.advance(1) // The youngest comes first in lists.
  const by = await testIssuer(`https://issuer${issuers}.example`, () => clock.now())
  return { by, at: await trust(by, input) }
}
let issuers = 0

const assertionOf = (by: TestIssuer, claims: Claims = {}, how = {}) =>
  by.sign({ sub: person.id, aud: server.url, ...claims }, how)

const send = (assertion: string | undefined, fields: Fields = {}, as = client): Promise<Answer> =>
  post(server, '/oauth/token', as, { grant_type: grantType, assertion, ...fields })

async function refused(assertion: string, why: string, as = client) {
  const { status, body } = await send(assertion, {}, as)
  assert.deepEqual([status, body.error], [400, 'invalid_grant'], `${why}: ${JSON.stringify(body)}`)
}

test('RFC 7523 §2.1: an assertion about a person gives an access token, and nothing that lasts longer', async () => {
  const { status, body } = await send(await assertionOf(partner))
  assert.equal(status, 200, JSON.stringify(body))
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
  assert.equal(body.scope, 'read write')
  const seen = await introspect(server, client, body.access_token)
  assert.equal(seen.active, true)
  assert.equal(seen.sub, person.id)
  assert.equal(seen.username, person.username)
  assert.equal(seen.client_id, client.id)
  assert.equal(seen.aud, server.url)
})

test('RFC 7523 §2.1: what is given for a person ends when the person does', async () => {
  const short = await server.user()
  const { body } = await send(await assertionOf(partner, { sub: short.id }))
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${short.id}`)
  assert.equal((await introspect(server, client, body.access_token)).active, false)
  await refused(await assertionOf(partner, { sub: short.id }), 'deactivated')
})

test('RFC 7523 §3: what does not verify is no grant', async () => {
  const now = numericDate(clock.now())
  const { privateKey: stranger } = await generateKeyPair('ES256')
  const cases: [string, Claims, object?][] = [
    ['another issuer', { iss: 'https://nobody.example' }],
    ['no issuer', { iss: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['an unknown subject', { sub: 'somebody' }],
    ['nobody by this id', { sub: '01960d2c-7c00-7000-8000-0000000000aa' }],
    ['another audience', { aud: 'https://other.example' }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['expired', { exp: now - 60 }],
    ['living too long', { exp: now + 86_400 }],
    ['not yet valid', { nbf: now + 600 }],
    ['from the future', { iat: now + 600 }],
    ['the key of a stranger', {}, { key: stranger }],
  ]
  for (const [why, claims, how] of cases) {
    await refused(await assertionOf(partner, claims, how), why)
  }
  const payload = { iss: partner.issuer, sub: person.id, aud: server.url, exp: now + 60 }
  await refused(new UnsecuredJWT(payload).encode(), 'unsigned')
  for (const text of ['x', 'a.b.c', 'e30.e30.', '\0', `${'a'.repeat(9000)}.e30.x`]) {
    const { status, body } = await send(text)
    assert.equal(status, 400, text.slice(0, 10))
    assert.ok(['invalid_grant', 'invalid_request'].includes(String(body.error)), text.slice(0, 10))
  }
})

test('RFC 7521 §4.1: the assertion is a required parameter, and the client must have the grant', async () => {
  assert.equal((await send(undefined)).body.error, 'invalid_request')
  const other = await machine({ grant_types: ['client_credentials'] })
  const answer = await send(await assertionOf(partner), {}, other)
  assert.equal(answer.body.error, 'unauthorized_client')
  const wrong = await send(await assertionOf(partner), {}, { ...client, secret: 'wrong' })
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client'])
})

test('RFC 7523 §3: the clocks of others may be a little wrong, and the audience may be the endpoint', async () => {
  const now = numericDate(clock.now())
  for (const claims of [
    { exp: now - 2 },
    { nbf: now + 2, iat: now + 2 },
    { aud: `${server.url}/oauth/token` },
    { aud: ['https://other.example', server.url] },
  ]) {
    const { status, body } = await send(await assertionOf(partner, claims))
    assert.equal(status, 200, JSON.stringify([claims, body]))
  }
})

test('RFC 7523 §3: an assertion counts once, by its jti or else by itself; replays are audited', async () => {
  const assertion = await assertionOf(partner, { jti: 'once' })
  assert.equal((await send(assertion, { scope: 'profile' })).body.error, 'invalid_scope')
  assert.equal((await send(assertion)).status, 200, 'what was refused for its scope is not used up')
  await refused(assertion, 'again')
  await refused(await assertionOf(partner, { jti: 'once', scope: 'x' }), 'the same jti')
  const nameless = await assertionOf(partner, { jti: undefined })
  assert.equal((await send(nameless)).status, 200)
  await refused(nameless, 'again, without a jti')
  const entries = await server.app.db.many<{ actor: string; outcome: string }>(
    sql`SELECT actor, outcome FROM audit_log WHERE action = 'assertion.replay'`,
  )
  assert.deepEqual(entries[0], { actor: `client:${client.id}`, outcome: 'refused' })
  assert.equal(entries.length, 3)
})

test('RFC 7523 §3: of 50 who show one assertion at a time, one gets a token', async () => {
  const assertion = await assertionOf(partner)
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(assertion)))
  const given = answers.filter(({ status }) => status === 200)
  assert.equal(given.length, 1)
  assert.ok(answers.every(({ status, body }) => status === 200 || body.error === 'invalid_grant'))
})

test('the issuer says whom its subjects name: by username, or by an address that both sides verified', async () => {
  const byName = await another({ subject: 'username' })
  const named = await send(await assertionOf(byName.by, { sub: person.username }))
  assert.equal(named.status, 200)
  await refused(await assertionOf(byName.by, { sub: person.email }), 'an address is no username')
  await refused(await assertionOf(byName.by), 'an id is no username')

  const { by } = await another({ subject: 'email' })
  const email = { sub: 'their-id', email: person.email, email_verified: true }
  const mailed = await send(await assertionOf(by, email))
  assert.equal((await introspect(server, client, mailed.body.access_token)).sub, person.id)
  await refused(await assertionOf(by, { ...email, email_verified: false }), 'not verified there')
  await refused(await assertionOf(by, { ...email, email_verified: undefined }), 'not said')
  await refused(await assertionOf(by, { ...email, email: person.username }), 'no address')
  const unsure = await server.user()
  await server.app.db.run(sql`UPDATE users SET email_verified = false WHERE id = ${unsure.id}`)
  await refused(await assertionOf(by, { ...email, email: unsure.email }), 'not verified here')
})

test('the issuer is believed for its clients, scopes, subjects, audiences and algorithms only', async () => {
  const other = await machine({ scope: 'read write extra' })
  const { by, at } = await another({
    subject: 'user_id',
    client_ids: [other.id],
    scopes: ['read', 'admin'],
    subjects: [person.id],
    audiences: ['https://us.example'],
  })
  const fine = { aud: 'https://us.example' }
  const { status, body } = await send(await assertionOf(by, fine), {}, other)
  assert.deepEqual([status, body.scope], [200, 'read'])
  await refused(await assertionOf(by, fine), 'another client')
  await refused(await assertionOf(by), 'our own name is none of its audiences', other)
  const somebody = await server.user()
  await refused(await assertionOf(by, { ...fine, sub: somebody.id }), 'another subject', other)
  const wide = await send(await assertionOf(by, fine), { scope: 'read write' }, other)
  assert.equal(wide.body.error, 'invalid_scope', 'the issuer gives no more than it may')
  const patched = await owner.send(`PATCH ${at}`, { algorithms: ['RS256'] })
  assert.equal(patched.status, 200)
  await refused(await assertionOf(by, fine), 'another algorithm', other)
  await owner.send(`PATCH ${at}`, { algorithms: null, enabled: false })
  await refused(await assertionOf(by, fine), 'disabled', other)
})

test('a client acts for itself by an assertion about a subject that it is registered with', async () => {
  const missing = await owner.send('POST /admin/trusted-issuers', {
    issuer: 'https://ci.example',
    subject: 'client',
  })
  assert.deepEqual(
    missing.body.errors?.map((one: { pointer: string }) => one.pointer),
    ['/subjects'],
  )
  const { by } = await another({ subject: 'client', subjects: ['job'] })
  const { body } = await send(await assertionOf(by, { sub: 'job' }))
  const seen = await introspect(server, client, body.access_token)
  assert.deepEqual([seen.active, seen.sub, seen.client_id], [true, client.id, client.id])
  await refused(await assertionOf(by, { sub: 'another job' }), 'a stranger')
  const open = await machine({ token_endpoint_auth_method: 'none' })
  await refused(await assertionOf(by, { sub: 'job' }), 'a client that proves nothing', open)
  const personal = await machine({ scope: 'read openid profile' })
  const narrow = await send(await assertionOf(by, { sub: 'job' }), {}, personal)
  assert.equal(narrow.body.scope, 'read')
})

test('ASVS 6.8.4: whom the policy asks for a second factor gets nothing, unless the issuer is trusted with it', async () => {
  const guarded = await server.user()
  await giveTotp(server, guarded)
  const { by, at } = await another({ subject: 'user_id' })
  const claims = { sub: guarded.id, acr: 'their:mfa' }
  await refused(await assertionOf(by, claims), 'a second factor is missing')
  await owner.send(`PATCH ${at}`, { second_factor_acr_values: ['their:mfa'] })
  assert.equal((await send(await assertionOf(by, claims))).status, 200)
  await refused(await assertionOf(by, { ...claims, acr: 'their:password' }), 'another strength')
  await refused(await assertionOf(by, { ...claims, acr: undefined }), 'none said')
  await setPolicy(server, { mode: 'required', enrolment_grace: 0 })
  try {
    await refused(await assertionOf(by), 'one must be set up')
  } finally {
    await setPolicy(server, {})
  }
})

test('administrators say whom we trust: listed, changed with If-Match, audited, and gone at once', async () => {
  const { by, at } = await another({ subject: 'user_id' })
  const again = { issuer: by.issuer, subject: 'user_id', jwks: by.jwks }
  const taken = await owner.send('POST /admin/trusted-issuers', again)
  assert.deepEqual([taken.status, taken.body.code], [409, 'issuer_taken'])
  const seen = await owner.send(`GET ${at}`, undefined, {})
  assert.equal(seen.headers.get('etag'), '"1"')
  assert.deepEqual(seen.body.audiences, [])
  assert.equal((await owner.send(`PATCH ${at}`, { enabled: false }, {})).status, 428)
  assert.equal(
    (await owner.send(`PATCH ${at}`, { enabled: false }, { 'if-match': '"7"' })).status,
    412,
  )
  const changed = await owner.send(`PATCH ${at}`, { enabled: false }, { 'if-match': '"1"' })
  assert.deepEqual([changed.status, changed.headers.get('etag')], [200, '"2"'])
  assert.equal((await owner.send(`PATCH ${at}`, { subject: null })).status, 400)
  assert.equal((await owner.send(`PATCH ${at}`, { issuer: 'https://x.example' })).status, 400)
  const page = await owner.send('GET /admin/trusted-issuers?limit=1', undefined, {})
  assert.equal(page.body.items[0].issuer, by.issuer)
  const next = await owner.send(`GET /admin/trusted-issuers?after=${page.body.next}`, undefined, {})
  assert.ok(next.body.items.length > 0)
  assert.ok(next.body.items.every((one: { issuer: string }) => one.issuer !== by.issuer))
  assert.equal((await owner.send(`DELETE ${at}`)).status, 204)
  assert.equal((await owner.send(`GET ${at}`, undefined, {})).status, 404)
  await refused(await assertionOf(by), 'gone')
  const audited = await server.app.db.many<{ action: string; actor: string; details: Claims }>(sql`
    SELECT action, actor, details FROM audit_log
    WHERE resource = ${`trusted_issuer:${at.split('/').at(-1) ?? ''}`} ORDER BY action`)
  assert.deepEqual(
    audited.map(({ action }) => action),
    ['trusted_issuer.create', 'trusted_issuer.delete', 'trusted_issuer.update'],
  )
  assert.ok(audited.every(({ actor }) => actor === `user:${owner.user.id}`))
  assert.deepEqual(audited[2]?.details, { changes: { enabled: { from: true, to: false } } })
})

test('what cannot be an issuer is not trusted, and only administrators trust', async () => {
  const wrong: [string, object][] = [
    ['/issuer', { issuer: 'not an address', subject: 'user_id' }],
    ['/issuer', { issuer: 'https://a.example?x=1', subject: 'user_id' }],
    ['/issuer', { issuer: 'http://a.example', subject: 'user_id' }],
    ['/issuer', { issuer: server.url, subject: 'user_id' }],
    ['/issuer', { issuer: 'urn:x\u0000', jwks: partner.jwks, subject: 'user_id' }],
    ['/jwks_uri', { issuer: 'https://a.example', jwks_uri: 'file:///etc', subject: 'user_id' }],
    ['/jwks', { issuer: 'urn:x', jwks: { keys: [{ kty: 'oct', k: 'AA' }] }, subject: 'user_id' }],
  ]
  for (const [pointer, body] of wrong) {
    const answer = await owner.send('POST /admin/trusted-issuers', body)
    assert.equal(answer.status, 400, pointer)
    const pointers = answer.body.errors?.map((one: { pointer: string }) => one.pointer)
    assert.ok(pointers?.includes(pointer), JSON.stringify(answer.body))
  }
  const auditor = await administrator(server, 'auditor')
  assert.equal((await auditor.send('GET /admin/trusted-issuers', undefined, {})).status, 200)
  const body = { issuer: 'urn:mine', jwks: partner.jwks, subject: 'user_id' }
  assert.equal((await auditor.send('POST /admin/trusted-issuers', body)).status, 403)
  const nobody = await administrator(server)
  assert.equal((await nobody.send('GET /admin/trusted-issuers', undefined, {})).status, 403)
})
