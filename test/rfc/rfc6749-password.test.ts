import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { sql } from '../../src/db/index.ts'
import { administrator } from '../harness/administrator.ts'
import { postJson } from '../harness/json.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { introspect, post, refresh } from '../harness/oauth.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let client: TestClient
let user: TestUser
const lines: string[] = []

before(async () => {
  server = await testServer({
    env: { CARDEA_PROTOCOL_PASSWORD_GRANT: 'true' },
    log: (line) => lines.push(line),
  })
  user = await server.user({ username: 'ada' })
  client = await makeClient()
})
after(() => server.close())

const makeClient = (metadata: Parameters<TestServer['client']>[0] = {}) =>
  server.client({
    redirect_uris: [],
    grant_types: ['password', 'refresh_token'],
    scope: 'openid profile email offline_access',
    ...metadata,
  })

const ask = (fields: Fields = {}, by = client, at = server): Promise<Answer> =>
  post(at, '/oauth/token', by, {
    grant_type: 'password',
    username: 'ada',
    password: user.password,
    scope: 'openid profile',
    ...fields,
  })

test('§4.3.3: username and password give tokens that hang on no browser session', async () => {
  const { status, body, headers } = await ask()
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(body.scope, 'openid profile')
  const claims = decodeJwt(String(body.id_token))
  assert.deepEqual([claims.sub, claims.amr, claims.sid], [user.id, ['pwd'], undefined])
  assert.equal((await introspect(server, client, body.access_token)).active, true)
  const next = await refresh(server, client, body.refresh_token)
  assert.equal(next.status, 200)
  const sessions = await server.app.db.many(sql`SELECT 1 FROM sessions`)
  assert.equal(sessions.length, 0)
  // By email address as at the sign-in.
  assert.equal((await ask({ username: user.email ?? '' })).status, 200)
})

test('RFC 9700 §2.4: each use is warned of in the log and noted in the audit', async () => {
  assert.ok(lines.some((line) => line.includes('password grant') && line.includes(client.id)))
  assert.ok(!lines.some((line) => line.includes(user.password)))
  const entries = await server.app.db.many(
    sql`SELECT details FROM audit_log WHERE action = 'password_grant.use'`,
  )
  assert.ok(entries.length > 0)
})

test('§4.3.2: without the grant, or with wrong scopes or parameters, nothing is tried', async () => {
  const error = async (answer: Promise<Answer>) => (await answer).body.error
  assert.equal(await error(ask({}, await server.client())), 'unauthorized_client')
  assert.equal(await error(ask({ scope: 'openid phone' })), 'invalid_scope')
  assert.equal(await error(ask({ password: undefined })), 'invalid_request')
  assert.equal(await error(ask({ username: undefined })), 'invalid_request')
  assert.equal(await error(ask({ resource: 'https://no.example' })), 'invalid_target')
  const plain = await makeClient({ grant_types: ['password'] })
  const { body } = await ask({ scope: undefined }, plain)
  assert.equal(body.scope, 'openid profile email')
  assert.equal(body.refresh_token, undefined)
})

test('§5.2: every wrong proof is answered alike: unknown, wrong, deactivated', async () => {
  const gone = await server.user({ username: 'gone' })
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${gone.id}`)
  const answers = await Promise.all([
    ask({ password: 'wrong' }),
    ask({ username: 'nobody' }),
    ask({ username: 'gone', password: gone.password }),
  ])
  for (const { status, body } of answers) {
    assert.equal(status, 400)
    assert.deepEqual(body, answers[0]?.body)
    assert.equal(body.error, 'invalid_grant')
  }
})

test('a person with a second factor is refused, and only whoever knows the password learns why', async () => {
  await setPolicy(server, {})
  const person = await server.user({ username: 'grace' })
  await giveTotp(server, person)
  const right = await ask({ username: 'grace', password: person.password })
  assert.deepEqual([right.status, right.body.error], [400, 'invalid_grant'])
  assert.match(String(right.body.error_description), /needs more than a password/)
  const wrong = await ask({ username: 'grace', password: 'wrong' })
  assert.match(String(wrong.body.error_description), /not correct/)
})

test('taking back the access of the client ends what it holds', async () => {
  const { body } = await ask({}, client)
  const { username: identifier, password } = user
  const url = `${server.url}/api/v1/auth/login`
  const token = String((await postJson(url, { identifier, password })).body.access_token)
  const answer = await fetch(`${server.url}/api/v1/users/me/consents/${client.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(answer.status, 204)
  assert.equal((await refresh(server, client, body.refresh_token)).body.error, 'invalid_grant')
})

test('guessing passwords is slowed down as at the sign-in', async () => {
  const strict = await testServer({
    env: { CARDEA_PROTOCOL_PASSWORD_GRANT: 'true', CARDEA_LIMITS_ENABLED: 'true' },
  })
  try {
    const person = await strict.user({ username: 'ada' })
    const old = await strict.client({ redirect_uris: [], grant_types: ['password'] })
    const tries: number[] = []
    for (let i = 0; i < 12; i += 1) tries.push((await ask({ password: 'no' }, old, strict)).status)
    assert.ok(tries.includes(429), tries.join())
    const late = await ask({ password: person.password }, old, strict)
    assert.equal(late.status, 429)
    assert.ok(Number(late.headers.get('retry-after')) > 0)
    const metadata = async (at: TestServer) => {
      const response = await fetch(`${at.url}/.well-known/openid-configuration`)
      return ((await response.json()) as { grant_types_supported: string[] }).grant_types_supported
    }
    assert.ok((await metadata(strict)).includes('password'))
  } finally {
    await strict.close()
  }
})

test('where the operator does not allow it, the grant is unknown and not advertised', async () => {
  const plain = await testServer()
  try {
    const old = await plain.client({ redirect_uris: [], grant_types: ['password'] })
    const { status, body } = await ask({}, old, plain)
    assert.deepEqual([status, body.error], [400, 'unsupported_grant_type'])
    const response = await fetch(`${plain.url}/.well-known/openid-configuration`)
    const metadata = (await response.json()) as { grant_types_supported: string[] }
    assert.ok(!metadata.grant_types_supported.includes('password'))
  } finally {
    await plain.close()
  }
})

test('RFC 9700 §4.14.2: what ends everything that a person is signed in to ends these grants, too', async () => {
  const other = await server.user()
  const by = { username: other.username, password: other.password }
  const { body } = await ask(by)
  const { body: spare } = await ask(by)
  const owner = await administrator(server, 'owner')
  for (const what of ['deactivate', 'reactivate']) {
    const { status } = await owner.send(`POST /admin/users/${other.id}/${what}`, {}, {})
    assert.ok(status < 300, `${what} ${status}`)
  }
  assert.equal((await refresh(server, client, body.refresh_token)).status, 400)
  assert.equal((await introspect(server, client, spare.access_token)).active, false)
})
