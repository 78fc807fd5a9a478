import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { manualClock, secureRandom } from '../../src/base/index.ts'
import { createClient } from '../../src/clients/index.ts'
import { sql } from '../../src/db/index.ts'
import { createSealer, openLastingSecret } from '../../src/keys/index.ts'
import {
  authorizePath,
  introspect,
  obtainCode,
  obtainTokens,
  pkce,
  query,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, masterKey, testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const pairwise = { subject_type: 'pairwise', require_consent: false } as const
let server: TestServer
let user: TestUser
let client: TestClient
let sibling: TestClient
let stranger: TestClient
let plain: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  client = await server.client(pairwise)
  sibling = await server.client({
    ...pairwise,
    redirect_uris: [callback, 'https://app.example.com/other'],
  })
  stranger = await server.client({
    ...pairwise,
    sector_identifier_uri: 'https://sector.example/uris.json',
  })
  plain = await server.client({ require_consent: false })
})
after(() => server.close())

const subOf = async (who: TestClient, person = user) =>
  String(decodeJwt(String((await obtainTokens(server, who, person)).id_token)).sub)

async function userinfo(token: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${String(token)}` }
  const answer = await fetch(`${server.url}/oauth/userinfo`, { headers })
  assert.equal(answer.status, 200)
  return answer.json()
}

test('OIDC Core §8.1: a person is another one in every sector, and the same within one', async () => {
  const sub = await subOf(client)
  assert.match(sub, /^[\w-]{43}$/)
  assert.equal(await subOf(client), sub)
  assert.equal(await subOf(sibling), sub, 'the same host')
  const others = [await subOf(stranger), await subOf(client, await server.user()), user.id]
  assert.equal(new Set([sub, ...others]).size, 4)
  assert.equal(await subOf(plain), user.id)
})

test('OIDC Core §8.1: no answer tells a pairwise client the public identifier', async () => {
  const tokens = await obtainTokens(server, client, user)
  const sub = decodeJwt(String(tokens.id_token)).sub
  const next = await refresh(server, client, tokens.refresh_token)
  const told = [
    decodeJwt(String(tokens.access_token)),
    decodeJwt(String(next.body.id_token)),
    decodeJwt(String(next.body.access_token)),
    await userinfo(next.body.access_token),
    await introspect(server, client, next.body.access_token),
    await introspect(server, client, next.body.refresh_token),
  ]
  for (const answer of told) {
    assert.equal(answer.sub, sub)
    assert.ok(!JSON.stringify(answer).includes(user.id), JSON.stringify(answer))
  }
  const metadata = await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()
  assert.deepEqual(metadata.subject_types_supported, ['public', 'pairwise'])
})

test('OIDC Core §3.1.2.1: the client names the person by its own identifier', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const silent = { prompt: 'none', id_token_hint: String(id_token) }
  const known = await browser.open(authorizePath(client, pkce(), silent))
  assert.ok(known.left?.searchParams.get('code'), String(known.left))
  const sub = decodeJwt(String(id_token)).sub
  const claims = (value: unknown) => JSON.stringify({ id_token: { sub: { value } } })
  const asked = await browser.open(
    authorizePath(client, pkce(), { prompt: 'none', claims: claims(sub) }),
  )
  assert.ok(asked.left?.searchParams.get('code'), String(asked.left))
  const byPublic = await browser.open(
    authorizePath(client, pkce(), { prompt: 'none', claims: claims(user.id) }),
  )
  assert.equal(byPublic.left?.searchParams.get('error'), 'login_required')
  const other = await obtainTokens(server, client, await server.user())
  const foreign = { prompt: 'none', id_token_hint: String(other.id_token) }
  const refused = await browser.open(authorizePath(client, pkce(), foreign))
  assert.equal(refused.left?.searchParams.get('error'), 'login_required')
})

test('RP-Initiated Logout §2: a hint with a pairwise subject is one of the session', async () => {
  const { browser, id_token } = await obtainTokens(server, client, user)
  const page = await browser.open(`/oauth/logout?${query({ id_token_hint: String(id_token) })}`)
  assert.match(page.body, /You are signed out/)
})

test('OIDC Core §8.1: the secret outlives the master key, and processes that start at once share one', async () => {
  const { db } = server.app
  const rotated = Buffer.alloc(32, 8)
  const both = createSealer([rotated, masterKey], secureRandom)
  const needs = { db, clock, random: secureRandom }
  const name = 'pairwise subjects'
  const [before] = await db.many(sql`SELECT sealed FROM lasting_secrets WHERE name = ${name}`)
  const secret = await openLastingSecret({ ...needs, sealer: both }, name)
  const [after] = await db.many(sql`SELECT sealed FROM lasting_secrets WHERE name = ${name}`)
  assert.notDeepEqual(after, before, 'sealed anew')
  const alone = createSealer([rotated], secureRandom)
  assert.deepEqual(await openLastingSecret({ ...needs, sealer: alone }, name), secret)
  const opened = await Promise.all(
    Array.from({ length: 50 }, () => openLastingSecret({ ...needs, sealer: both }, 'fresh')),
  )
  assert.equal(new Set(opened.map((one) => one.toString('hex'))).size, 1)
})

test('OIDC Core §8.1: the signed subject is that of the sector, which must be clear', async () => {
  const { code, proof } = await obtainCode(server, client, user)
  const { body } = await redeem(server, client, code, proof.verifier)
  const { keys } = await (await fetch(`${server.url}/oauth/jwks`)).json()
  const options = { issuer: server.url, audience: client.id, currentDate: clock.now() }
  const { payload } = await jwtVerify(String(body.id_token), createLocalJWKSet({ keys }), options)
  assert.notEqual(payload.sub, await subOf(stranger))
  const bad = { client_name: 'x', ...pairwise, redirect_uris: [callback, 'https://b.example/cb'] }
  await assert.rejects(createClient(server.app, bad, { actor: 'system' }))
})
