import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { manualClock } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import type { Told } from '../harness/front-channel.ts'
import {
  allResponseTypes,
  frontClient,
  inForm,
  inFragment,
  inQuery,
} from '../harness/front-channel.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, introspect, passPages, pkce, post, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testResource } from '../harness/resources.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-02-01T00:00:00Z'))
let server: TestServer
let user: TestUser
let client: TestClient
let browser: Browser

before(async () => {
  server = await testServer({ clock, env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
  user = await server.user()
  client = await frontClient(server)
  browser = await signIn(server, user)
})
after(() => server?.close())

const proof = pkce()
const path = (response_type: string, fields: Fields = {}, as = client) =>
  authorizePath(as, proof, { response_type, ...fields })
const ask = async (response_type: string, fields: Fields = {}, as = client): Promise<Told> =>
  inFragment(await browser.open(path(response_type, fields, as)))
const bare = { code_challenge: undefined, code_challenge_method: undefined }

async function userinfo(
  token: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${String(token)}` }
  const response = await fetch(`${server.url}/oauth/userinfo`, { headers })
  return { status: response.status, body: await response.json() }
}

const tokenPart = ['access_token', 'expires_in', 'scope', 'token_type']
const always = ['iss', 'session_state', 'state']

for (const [type, members] of [
  ['id_token', ['id_token']],
  ['id_token token', ['id_token', ...tokenPart]],
  ['code id_token', ['code', 'id_token']],
  ['code token', ['code', ...tokenPart]],
  ['code id_token token', ['code', 'id_token', ...tokenPart]],
] as const) {
  test(`Multiple Response Types §3, §5: ${type} is answered in the fragment with just that`, async () => {
    const page = await browser.open(path(type))
    assert.equal(page.status, 303)
    assert.equal(page.left?.search, '')
    assert.equal(`${page.left?.origin}${page.left?.pathname}`, callback)
    const told = inFragment(page)
    assert.deepEqual(Object.keys(told).sort(), [...members, ...always].sort())
    assert.deepEqual([told.state, told.iss], ['st-1', server.url])
    if ('access_token' in told) {
      assert.deepEqual([told.token_type, told.expires_in], ['Bearer', '600'])
      assert.equal((await userinfo(told.access_token)).body.sub, user.id)
    }
    if (told.code !== undefined) {
      const { status, body } = await redeem(server, client, told.code, proof.verifier)
      assert.equal(status, 200)
      assert.equal(decodeJwt(String(body.id_token)).sub, user.id)
    }
  })
}

test('RFC 6749 §3.1.1: the order of the words does not matter', async () => {
  const one = await ask('token id_token code')
  assert.ok(one.code !== undefined && one.id_token !== undefined && one.access_token !== undefined)
  const other = await ask('token code')
  assert.ok(other.code !== undefined && other.id_token === undefined)
})

test('Multiple Response Types §4: none brings neither code nor token, but the state', async () => {
  const done = inQuery(await browser.open(path('none', bare)))
  assert.deepEqual(Object.keys(done).sort(), always)
  const nobody = await server.browser().open(path('none', { ...bare, prompt: 'none' }))
  assert.equal(inQuery(nobody).error, 'login_required')
  const demanding = await frontClient(server, { require_consent: true })
  const asked = await browser.open(path('none', bare, demanding))
  assert.match(asked.url, /\/consent\?/)
  const allowed = await browser.submit(asked, { decision: 'allow' })
  assert.equal(inQuery(allowed).error, undefined)
})

test('Multiple Response Types §2.1: the default mode depends on the type, others may be asked for', async () => {
  const codeInFragment = await browser.open(path('code', { response_mode: 'fragment' }))
  assert.ok(inFragment(codeInFragment).code)
  assert.equal(codeInFragment.left?.search, '')
  assert.ok(inQuery(await browser.open(path('code', { response_mode: 'query' }))).code)
  const form = await browser.open(path('code id_token', { response_mode: 'form_post' }))
  assert.deepEqual(Object.keys(inForm(form)).sort(), ['code', 'id_token', ...always].sort())
})

test('Multiple Response Types §3: tokens never travel in a query', async () => {
  for (const type of allResponseTypes.filter((one) => one.includes('token'))) {
    const page = await browser.open(path(type, { response_mode: 'query' }))
    assert.equal(page.left?.search, '', type)
    const { error, access_token, id_token } = inFragment(page)
    assert.deepEqual([error, access_token, id_token], ['invalid_request', undefined, undefined])
  }
})

test('OIDC Core §3.2.2.6, §3.3.2.6: failures come the way the answer would have', async () => {
  const other = server.browser()
  for (const type of ['id_token', 'code token']) {
    const page = await other.open(path(type, { prompt: 'none' }))
    assert.equal(page.left?.search, '')
    const { error, state, iss } = inFragment(page)
    assert.deepEqual([error, state, iss], ['login_required', 'st-1', server.url])
  }
  assert.equal((await ask('id_token', { prompt: 'frobnicate' })).error, 'invalid_request')
  assert.equal(
    (await ask('token')).error,
    'unsupported_response_type',
    'OAuth alone is not offered',
  )
})

test('RFC 6749 §4.1.2.1: a type that the client is not registered for, or lacks the grant for', async () => {
  const narrow = await frontClient(server, { response_types: ['code id_token', 'code'] })
  assert.ok((await ask('code id_token', {}, narrow)).code)
  for (const type of ['id_token', 'id_token token', 'code token', 'code id_token token']) {
    assert.equal((await ask(type, {}, narrow)).error, 'unauthorized_client', type)
  }
  const { error } = inQuery(await browser.open(path('none', {}, narrow)))
  assert.equal(error, 'unauthorized_client')
})

test('OIDC Core §3.2.2.1, §3.3.2.11: whoever gets an ID token here sends a nonce', async () => {
  for (const type of ['id_token', 'id_token token', 'code id_token', 'code id_token token']) {
    const told = await ask(type, { nonce: undefined })
    assert.deepEqual(
      [told.error, told.id_token, told.code],
      ['invalid_request', undefined, undefined],
    )
    assert.match(told.error_description ?? '', /\(nonce\)/)
    assert.equal(decodeJwt(String((await ask(type)).id_token)).nonce, 'n-1')
  }
  const without = await ask('code token', { nonce: undefined })
  assert.ok(without.code, 'no ID token, no nonce')
})

test('OIDC Core §3.2.2.1: an ID token takes the scope openid', async () => {
  for (const type of ['id_token', 'code id_token']) {
    assert.equal((await ask(type, { scope: 'email' })).error, 'invalid_request')
    assert.equal((await ask(type, { scope: undefined })).error, 'invalid_request')
  }
  const plain = await ask('code token', { scope: 'email' })
  assert.deepEqual([plain.scope, plain.session_state], ['email', undefined])
})

test('RFC 9700 §2.1.1: PKCE protects the code of a hybrid answer, and is not asked for where there is none', async () => {
  for (const type of ['code id_token', 'code token', 'code id_token token']) {
    const { error, code } = await ask(type, bare)
    assert.deepEqual([error, code], ['invalid_request', undefined], type)
  }
  assert.ok((await ask('id_token', bare)).id_token)
  const { code } = await ask('code id_token')
  const wrong = await redeem(server, client, code ?? '', pkce().verifier)
  assert.equal(wrong.body.error, 'invalid_grant')
})

test('OIDC Core §11: no offline access without a code, and none for the token beside it', async () => {
  const alone = await ask('id_token token')
  assert.equal(alone.scope, 'openid profile email')
  const { scope, code } = await ask('code token')
  assert.equal(scope, 'openid profile email')
  const { body } = await redeem(server, client, code ?? '', proof.verifier)
  assert.equal(body.scope, 'openid profile email offline_access')
  assert.ok(body.refresh_token)
})

test('RFC 6749 §4.2: a token of the front channel is a grant like others: it ends, is revoked and goes with the session', async () => {
  const own = await signIn(server, user)
  const next = async () => inFragment(await own.open(path('id_token token'))).access_token
  const first = await next()
  assert.equal((await introspect(server, client, first)).active, true)
  await post(server, '/oauth/revoke', client, { token: first })
  assert.equal((await userinfo(first)).status, 401)
  const second = await next()
  clock.advance(601)
  assert.equal((await userinfo(second)).status, 401)
  assert.equal((await introspect(server, client, second)).active, false)
  const third = await next()
  assert.equal((await userinfo(third)).status, 200)
  await own.submit(await own.open('/logout'), {})
  assert.equal((await userinfo(third)).status, 401)
})

test('RFC 8707 §2.1: a token of the front channel for a resource, in its format, unless that demands a binding', async () => {
  const opaque = await frontClient(server, { access_token_format: 'opaque' })
  const { access_token } = await ask('id_token token', {}, opaque)
  assert.equal(access_token?.split('.').length, 1)
  assert.equal((await userinfo(access_token)).body.sub, user.id)
  const api = await testResource(server, { access_token_lifetime: 120 })
  const reader = await frontClient(server, { scope: 'openid read' })
  const fields = { scope: 'openid read', resource: api.identifier }
  const told = await ask('code token', fields, reader)
  assert.deepEqual([told.expires_in, told.scope], ['120', 'read'])
  assert.equal(decodeJwt(told.access_token ?? '').aud, api.identifier)
  const strict = await testResource(server, { require_binding: true })
  const { error, code } = await ask(
    'code token',
    { ...fields, resource: strict.identifier },
    reader,
  )
  assert.deepEqual([error, code], ['invalid_request', undefined])
})

test('RFC 9700 §2.1.2: a client whose tokens must be bound gets none that nothing binds', async () => {
  const bound = await frontClient(server, { dpop_bound_access_tokens: true })
  for (const type of ['id_token token', 'code token', 'code id_token token']) {
    const { error, access_token, code } = await ask(type, {}, bound)
    assert.deepEqual(
      [error, access_token, code],
      ['unauthorized_client', undefined, undefined],
      type,
    )
  }
  assert.ok((await ask('code id_token', {}, bound)).code)
})

test('OIDC Core §3.2.2.5: whoever is not signed in passes the pages first', async () => {
  const careful = await frontClient(server, { require_consent: true })
  const page: Visit = await passPages(server.browser(), path('id_token token', {}, careful), user)
  assert.ok(inFragment(page).access_token)
  const denying = server.browser()
  const { username: identifier, password } = await server.user()
  const login = await denying.open(path('code id_token', {}, careful))
  const consent = await denying.submit(login, { identifier, password })
  const denied = inFragment(await denying.submit(consent, { decision: 'deny' }))
  assert.deepEqual([denied.error, denied.code], ['access_denied', undefined])
})

test('OIDC Discovery §3: what works is published, with and without the setting', async () => {
  const metadata = async (url: string): Promise<Record<string, string[]>> =>
    (await fetch(`${url}/.well-known/openid-configuration`)).json()
  const { response_types_supported, grant_types_supported, claims_supported } = await metadata(
    server.url,
  )
  assert.deepEqual(response_types_supported?.toSorted(), [...allResponseTypes].toSorted())
  assert.ok(grant_types_supported?.includes('implicit'))
  assert.ok(['at_hash', 'c_hash', 's_hash'].every((name) => claims_supported?.includes(name)))
})

test('without the setting a registered client gets no tokens by the browser', async () => {
  const strict = await testServer()
  try {
    const registered = await frontClient(strict)
    const visitor = await signIn(strict, await strict.user())
    for (const type of allResponseTypes.filter((one) => one.includes('token'))) {
      const { error } = inFragment(await visitor.open(path(type, {}, registered)))
      assert.equal(error, 'unsupported_response_type', type)
    }
    assert.ok(inQuery(await visitor.open(path('code', {}, registered))).code)
    const answer = await fetch(`${strict.url}/.well-known/openid-configuration`)
    const { response_types_supported, grant_types_supported } = await answer.json()
    assert.deepEqual(response_types_supported, ['code', 'none'])
    assert.ok(!grant_types_supported.includes('implicit'))
  } finally {
    await strict.close()
  }
})
