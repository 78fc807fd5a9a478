import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { manualClock } from '../../src/base/index.ts'
import { setClientActive } from '../../src/clients/index.ts'
import { setUserActive } from '../../src/identity/index.ts'
import {
  basic,
  introspect,
  obtainCode,
  obtainTokens,
  post,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const inactive = { active: false }
let server: TestServer
let user: TestUser
let client: TestClient
let other: TestClient
let publicClient: TestClient
let machine: TestClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  client = await server.client()
  other = await server.client({ client_name: 'Other' })
  publicClient = await server.client({ token_endpoint_auth_method: 'none' })
  machine = await server.client({ grant_types: ['client_credentials'], scope: 'read' })
})
after(() => server.close())

const revoke = (token: unknown, as: TestClient | undefined = client, hint?: string) =>
  post(server, '/oauth/revoke', as, { token: String(token), token_type_hint: hint })

const userinfo = async (token: unknown) =>
  (
    await fetch(`${server.url}/oauth/userinfo`, {
      headers: { authorization: `Bearer ${String(token)}` },
    })
  ).status

async function machineToken(): Promise<unknown> {
  const answer = await post(server, '/oauth/token', machine, { grant_type: 'client_credentials' })
  return answer.body.access_token
}

test('RFC 7009 §2.1: a revoked access token is dead at once, its refresh token is not', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, client, user)
  assert.equal(await userinfo(access_token), 200)
  const { status, headers } = await revoke(access_token)
  assert.equal(status, 200)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.equal(await userinfo(access_token), 401)
  assert.equal((await refresh(server, client, refresh_token)).status, 200)
})

test('RFC 7009 §2.1: a revoked refresh token takes its family along', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, client, user)
  const next = await refresh(server, client, refresh_token)
  assert.equal((await revoke(next.body.refresh_token)).status, 200)
  for (const token of [access_token, next.body.access_token, next.body.refresh_token]) {
    assert.deepEqual(await introspect(server, client, token), inactive)
  }
  assert.equal(await userinfo(next.body.access_token), 401)
  const again = await refresh(server, client, next.body.refresh_token)
  assert.equal(again.body.error, 'invalid_grant')
})

test('RFC 7009 §2.1: an earlier refresh token of the family revokes it as well', async () => {
  const { refresh_token } = await obtainTokens(server, client, user)
  const next = await refresh(server, client, refresh_token)
  assert.equal((await revoke(refresh_token)).status, 200)
  assert.deepEqual(await introspect(server, client, next.body.access_token), inactive)
})

test('RFC 7009 §2.1: other families of the same person live on', async () => {
  const first = await obtainTokens(server, client, user)
  const second = await obtainTokens(server, client, user)
  await revoke(first.refresh_token)
  assert.equal((await introspect(server, client, second.access_token)).active, true)
})

test('RFC 7009 §2.2: what is unknown, broken, expired or revoked before counts as revoked', async () => {
  const { access_token, refresh_token, id_token } = await obtainTokens(server, client, user)
  const tokens = [
    'garbage',
    'a.b.c',
    `${String(refresh_token)}x`,
    `x${String(access_token)}`,
    id_token,
  ]
  for (const token of tokens) assert.equal((await revoke(token)).status, 200, String(token))
  assert.equal((await introspect(server, client, access_token)).active, true, 'nothing happened')
  for (let i = 0; i < 2; i += 1) assert.equal((await revoke(refresh_token)).status, 200)
  for (let i = 0; i < 2; i += 1) assert.equal((await revoke(access_token)).status, 200)
})

test('RFC 7009 §2.1: a token_type_hint is only a hint', async () => {
  for (const hint of ['refresh_token', 'access_token', 'frobnicate']) {
    const { access_token, refresh_token } = await obtainTokens(server, client, user)
    assert.equal((await revoke(access_token, client, hint)).status, 200)
    assert.deepEqual(await introspect(server, client, access_token), inactive, hint)
    assert.equal((await revoke(refresh_token, client, hint)).status, 200)
    assert.deepEqual(await introspect(server, client, refresh_token), inactive, hint)
  }
})

test('RFC 7009 §2.1: a token of another client is refused and stays alive', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, client, user)
  for (const as of [other, publicClient]) {
    for (const token of [access_token, refresh_token]) {
      const { status, body } = await revoke(token, as)
      assert.deepEqual([status, body.error], [400, 'invalid_grant'])
    }
  }
  assert.equal((await introspect(server, client, access_token)).active, true)
  assert.equal((await introspect(server, client, refresh_token)).active, true)
})

test('RFC 7009 §2.1: a public client may revoke what is its own', async () => {
  const { access_token, refresh_token } = await obtainTokens(server, publicClient, user)
  assert.equal((await revoke(access_token, publicClient)).status, 200)
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.equal((await revoke(refresh_token, publicClient)).status, 200)
  const again = await refresh(server, publicClient, refresh_token)
  assert.equal(again.body.error, 'invalid_grant')
})

test('RFC 7009 §2.1: a machine revokes its token', async () => {
  const token = await machineToken()
  assert.equal((await introspect(server, client, token)).active, true)
  assert.equal((await revoke(token, machine)).status, 200)
  assert.deepEqual(await introspect(server, client, token), inactive)
})

test('RFC 7009 §2.2.1: the request needs a token and a client that authenticates', async () => {
  for (const path of ['/oauth/revoke', '/oauth/introspect']) {
    const missing = await post(server, path, client, {})
    assert.deepEqual([missing.status, missing.body.error], [400, 'invalid_request'], path)
    const nobody = await post(server, path, undefined, { token: 'x' })
    assert.deepEqual([nobody.status, nobody.body.error], [401, 'invalid_client'], path)
    const wrong = await post(server, path, { ...client, secret: 'wrong' }, { token: 'x' })
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client'], path)
    assert.ok(wrong.headers.has('www-authenticate'), path)
    const unproved = await post(server, path, { ...client, secret: '' }, { token: 'x' })
    assert.deepEqual([unproved.status, unproved.body.error], [401, 'invalid_client'], path)
    const get = await fetch(`${server.url}${path}?token=x`, { headers: basic(client) })
    assert.equal(get.status, 405, path)
    assert.equal(get.headers.get('allow'), 'POST', path)
  }
})

test('RFC 7662 §2.2: the fields of an active token of a person', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  const claims = decodeJwt(String(access_token))
  const now = Math.floor(clock.now().getTime() / 1000)
  for (const asker of [client, other, machine]) {
    assert.deepEqual(await introspect(server, asker, access_token), {
      active: true,
      iss: server.url,
      sub: user.id,
      aud: server.url,
      client_id: client.id,
      username: user.username,
      token_type: 'Bearer',
      scope: 'openid profile email offline_access',
      exp: now + 600,
      iat: now,
      auth_time: now,
      acr: 'urn:cardea:aal1',
      amr: ['pwd'],
      jti: claims.jti,
    })
  }
})

test('RFC 7662 §2.2: the fields of an active token of a machine', async () => {
  const answer = await introspect(server, client, await machineToken())
  const { active, client_id, sub, scope, username } = answer
  assert.deepEqual([active, client_id, sub, scope], [true, machine.id, machine.id, 'read'])
  assert.equal(username, undefined)
})

test('RFC 7662 §2.1: only a confidential client may ask', async () => {
  const { access_token } = await obtainTokens(server, publicClient, user)
  const asked = await post(server, '/oauth/introspect', publicClient, {
    token: String(access_token),
  })
  assert.deepEqual([asked.status, asked.body.error], [401, 'invalid_client'])
})

test('RFC 7662 §2.2: nothing but active=false is said of what is not a token of ours', async () => {
  const { access_token, id_token, refresh_token } = await obtainTokens(server, client, user)
  const [head, body] = String(access_token).split('.')
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  const tokens = ['garbage', 'a.b.c', id_token, `${none}.${body}.`, `${head}.${body}.AAAA`]
  for (const token of [...tokens, `${String(access_token)}x`, `${String(refresh_token)}x`]) {
    assert.deepEqual(await introspect(server, client, token), inactive, String(token))
  }
})

test('RFC 7662 §2.2: an expired token is inactive', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  const token = await machineToken()
  clock.advance(599)
  assert.equal((await introspect(server, client, access_token)).active, true)
  clock.advance(1)
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.deepEqual(await introspect(server, client, token), inactive)
})

test('RFC 7662 §2.2: the tokens of a deactivated person are inactive', async () => {
  const leaver = await server.user()
  const { access_token, refresh_token } = await obtainTokens(server, client, leaver)
  await setUserActive(server.app.db, leaver.id, false, clock.now())
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.equal(await userinfo(access_token), 401)
  const refused = await refresh(server, client, refresh_token)
  assert.equal(refused.body.error, 'invalid_grant')
  assert.deepEqual(await introspect(server, client, refresh_token), inactive)
})

test('RFC 7662 §2.2: the tokens of a deactivated client are inactive within a second', async () => {
  const leaving = await server.client()
  const { access_token } = await obtainTokens(server, leaving, user)
  await setClientActive(server.app.db, leaving.id, false, clock.now())
  clock.advance(1)
  assert.deepEqual(await introspect(server, client, access_token), inactive)
  assert.equal(await userinfo(access_token), 401)
})

test('RFC 7662 §2.2: tokens without offline_access are inactive once the session ended', async () => {
  const online = await obtainTokens(server, client, user, { scope: 'openid' })
  assert.equal((await introspect(server, client, online.access_token)).active, true)
  const page = await online.browser.open('/logout')
  await online.browser.submit(page, {})
  assert.deepEqual(await introspect(server, client, online.access_token), inactive)
  assert.deepEqual(await introspect(server, client, online.refresh_token), inactive)
  assert.equal(await userinfo(online.access_token), 401)
})

test('RFC 7662 §2.2: a refresh token that ends with an idle session is not active, as it is not refreshed', async () => {
  const online = await obtainTokens(server, client, user, { scope: 'openid' })
  clock.advance(86_399)
  assert.equal((await introspect(server, client, online.refresh_token)).active, true)
  clock.advance(1)
  assert.deepEqual(await introspect(server, client, online.refresh_token), inactive)
  assert.equal((await refresh(server, client, online.refresh_token)).body.error, 'invalid_grant')
})

test('RFC 7662 §2.2: a refresh token is shown to its own client only', async () => {
  const { refresh_token } = await obtainTokens(server, client, user)
  const answer = await introspect(server, client, refresh_token)
  assert.deepEqual(
    [answer.active, answer.sub, answer.client_id, answer.scope, answer.token_type],
    [true, user.id, client.id, 'openid profile email offline_access', 'refresh_token'],
  )
  assert.deepEqual(await introspect(server, other, refresh_token), inactive)
  const next = await refresh(server, client, refresh_token)
  assert.equal((await introspect(server, client, next.body.refresh_token)).active, true)
  clock.advance(14 * 86_400)
  assert.deepEqual(await introspect(server, client, next.body.refresh_token), inactive, 'idle')
})

test('Budget: introspection and UserInfo of a person take one statement at most', async () => {
  const { access_token } = await obtainTokens(server, client, user)
  await introspect(server, client, access_token)
  server.statements()
  await introspect(server, client, access_token)
  const asked = server.statements()
  assert.ok(asked.length <= 1, asked.join('\n'))
  assert.equal(await userinfo(access_token), 200)
  const told = server.statements()
  assert.ok(told.length <= 1, told.join('\n'))
})

test('Budget: redeeming a code and refreshing are one transaction each', async () => {
  const { code, proof } = await obtainCode(server, client, user)
  server.statements()
  const { body } = await redeem(server, client, code, proof.verifier)
  const redeemed = server.statements()
  assert.equal(redeemed.filter((text) => /^\s*BEGIN/i.test(text)).length, 1, redeemed.join('\n'))
  await refresh(server, client, body.refresh_token)
  const refreshed = server.statements()
  assert.equal(refreshed.filter((text) => /^\s*BEGIN/i.test(text)).length, 1, refreshed.join('\n'))
})
