import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { CryptoKey } from 'jose'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { rotateKeys } from '../../src/keys/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { decode } from '../harness/browser.ts'
import type { Outcome, SuiteParty } from '../harness/conformance.ts'
import { suiteParty } from '../harness/conformance.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import { listenJson } from '../harness/json-server.ts'
import { logoutReceiver, readLogoutToken } from '../harness/logout-receiver.ts'
import type { Answer } from '../harness/oauth.ts'
import { post, query } from '../harness/oauth.ts'
import { post as postForm } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

/**
 * The plans of the OpenID Foundation for dynamic registration, third-party initiated login, logout and FAPI-CIBA,
 * with the names of their modules. The suite registers a client for each of them, and so do we.
 */
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const bye = 'https://app.example.com/post_logout_redirect'
const out = 'https://app.example.com/frontchannel_logout'
const outside = await listenJson()
const receiver = await logoutReceiver()
const objects = await objectHost()
let server: TestServer
let metadata: Readonly<Record<string, unknown>>
let user: TestUser
let browser: Browser

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true',
      CARDEA_PROTOCOL_CLIENT_REGISTRATION: 'open',
      CARDEA_PROTOCOL_REGISTRATION_PKCE: 'false',
      CARDEA_PROTOCOL_REGISTRATION_SCOPES: 'openid profile email address phone offline_access',
      CARDEA_PROTOCOL_OUTGOING_HOSTS: `${outside.host},${receiver.host},${objects.host}`,
    },
  })
  metadata = await discovered()
  user = await server.user()
  browser = await signIn(server, user)
})
after(async () => {
  await server?.close()
  await outside.close()
  await receiver.close()
  await objects.close()
})

/** Where the suite serves a request object. */
async function objectHost() {
  let object = ''
  const host = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/jose' }).end(object)
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const { port } = host.address() as AddressInfo
  return {
    host: `127.0.0.1:${port}`,
    serve: (text: string) => {
      object = text
    },
    close: () => new Promise((resolve) => host.close(resolve)),
  }
}

async function discovered() {
  const response = await fetch(`${server.url}/.well-known/openid-configuration`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  return response.json()
}

type Key = { readonly sign: (claims: object) => Promise<string>; readonly jwks: object }

async function newKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' }] }
  const sign = (claims: object) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
  return { sign, jwks }
}

const key = await newKey('rp-1')

/** What the suite sends where a module changes nothing. */
const request = (type: string, fields: object = {}) => ({
  client_name: 'Suite',
  grant_types: [
    ...(type.includes('code') ? ['authorization_code'] : []),
    ...(type === 'code' ? [] : ['implicit']),
  ],
  response_types: [type],
  redirect_uris: [callback],
  contacts: ['suite@example.com'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: key.jwks,
  ...fields,
})

const send = (body: object): Promise<JsonAnswer> =>
  postJson(String(metadata.registration_endpoint), body)

async function refused(fields: object, code: string): Promise<void> {
  const { status, body, headers } = await send(request('code', fields))
  assert.deepEqual([status, body.error], [400, code], JSON.stringify(body))
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
}

type Registration = { readonly type?: string; readonly by?: () => Key; readonly aud?: string }

async function registered(
  fields: object = {},
  { type = 'code', by = () => key, aud = String(metadata.token_endpoint) }: Registration = {},
): Promise<SuiteParty & { readonly told: JsonAnswer['body'] }> {
  const { status, body, headers } = await send(request(type, fields))
  assert.equal(status, 201, JSON.stringify(body))
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  const party = { id: body.client_id, secret: body.client_secret ?? '' } as TestClient
  const now = () => numericDate(clock.now())
  const prove = async () => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await by().sign({
      iss: party.id,
      sub: party.id,
      aud,
      jti: randomUUID(),
      iat: now(),
      exp: now() + 60,
    }),
  })
  const secret = body.token_endpoint_auth_method === 'client_secret_basic'
  const variant = { type }
  const proof = secret ? {} : { prove }
  return { ...suiteParty(server, party, { variant, ...proof }), told: body }
}

/** A client that registered itself always asks the person. */
async function signedIn(
  party: SuiteParty,
  fields: Readonly<Record<string, string>> = {},
  at = browser,
): Promise<Outcome> {
  const page = await at.open(party.path(fields))
  assert.ok(page.url.includes('/consent?'), page.url)
  return party.finish(await at.submit(page, { decision: 'allow' }), fields)
}

const publishedKeys = async (): Promise<Readonly<Record<string, unknown>>[]> =>
  (await (await fetch(String(metadata.jwks_uri))).json()).keys

function assertPage(page: Visit, parameter: string): void {
  assert.deepEqual([page.left, page.status], [undefined, 400])
  assert.ok(page.body.includes(`<code>${parameter}</code>`))
}

type Modules = Readonly<Record<string, () => Promise<void>>>

function plan(name: string, modules: Modules): void {
  test(name, async (t) => {
    for (const [module, run] of Object.entries(modules)) await t.test(module, run)
  })
}

plan('oidcc-config-certification-test-plan', {
  'oidcc-discovery-endpoint-verification': async () => {
    const list = (name: string) => {
      const value = metadata[name]
      assert.ok(Array.isArray(value) && value.length > 0, name)
      return value as string[]
    }
    const includes = (name: string, ...wanted: string[]) => {
      for (const one of wanted) assert.ok(list(name).includes(one), `${name}: ${one}`)
    }
    assert.equal(metadata.issuer, server.url)
    // OIDC Discovery section 3: what providers must support that let clients register themselves.
    includes('response_types_supported', 'code', 'id_token', 'id_token token')
    includes('grant_types_supported', 'authorization_code', 'implicit', 'refresh_token')
    includes('subject_types_supported', 'public', 'pairwise')
    includes('id_token_signing_alg_values_supported', 'RS256')
    includes('userinfo_signing_alg_values_supported', 'RS256')
    includes('request_object_signing_alg_values_supported', 'RS256')
    includes('scopes_supported', 'openid', 'profile', 'email', 'address', 'phone')
    includes('claims_supported', 'sub', 'name', 'email', 'address', 'phone_number')
    includes('code_challenge_methods_supported', 'S256')
    includes('token_endpoint_auth_methods_supported', 'client_secret_basic', 'client_secret_post')
    for (const name of ['request', 'request_uri', 'claims'])
      assert.equal(metadata[`${name}_parameter_supported`], true, name)
    for (const name of ['authorization', 'token', 'userinfo', 'registration'])
      assert.ok(URL.canParse(String(metadata[`${name}_endpoint`])), name)
    for (const { kid, use, d } of await publishedKeys()) assert.ok(kid && use && d === undefined)
  },
})

plan('oidcc-dynamic-certification-test-plan', {
  'oidcc-server': async () => {
    for (const type of ['code', 'code id_token', 'code token', 'code id_token token']) {
      await signedIn(await registered({}, { type }))
    }
    for (const type of ['id_token', 'id_token token', 'token id_token']) {
      const party = await registered(
        {},
        { type: type === 'token id_token' ? 'id_token token' : type },
      )
      await signedIn(party, { response_type: type })
    }
    const token_endpoint_auth_method = 'client_secret_basic'
    await signedIn(await registered({ token_endpoint_auth_method, jwks: undefined }))
  },
  'oidcc-idtoken-rs256': async () => {
    const party = await registered({ id_token_signed_response_alg: 'RS256' })
    assert.equal((await signedIn(party)).idToken.header.alg, 'RS256')
  },
  'oidcc-idtoken-unsigned': async () => {
    // The suite skips this where `none` is not advertised.
    const algorithms = metadata.id_token_signing_alg_values_supported
    assert.ok(Array.isArray(algorithms) && !algorithms.includes('none'))
    await refused({ id_token_signed_response_alg: 'none' }, 'invalid_client_metadata')
  },
  'oidcc-userinfo-rs256': async () => {
    const party = await registered({ userinfo_signed_response_alg: 'RS256' })
    const { userinfo, idToken } = await signedIn(party)
    const claims = decodeJwt(String(userinfo.jwt))
    assert.deepEqual([claims.iss, claims.aud], [server.url, party.client.id])
    assert.equal(claims.sub, idToken.payload.sub)
  },
  'oidcc-ensure-redirect-uri-in-authorization-request': async () => {
    const party = await registered({ redirect_uris: [callback, `${callback}/2`] })
    assertPage(await browser.open(party.path({ redirect_uri: undefined })), 'redirect_uri')
  },
  'oidcc-redirect-uri-query-ok': async () => {
    const redirect_uri = `${callback}?foo=bar`
    const party = await registered({ redirect_uris: [redirect_uri] })
    const page = await browser.open(party.path({ redirect_uri }))
    const { left } = await browser.submit(page, { decision: 'allow' })
    assert.equal(left?.searchParams.get('foo'), 'bar')
    assert.ok(left?.searchParams.get('code'))
  },
  'oidcc-redirect-uri-query-mismatch': async () => {
    const party = await registered({ redirect_uris: [`${callback}?foo=bar`] })
    const page = await browser.open(party.path({ redirect_uri: `${callback}?bar=foo` }))
    assertPage(page, 'redirect_uri')
  },
  'oidcc-redirect-uri-query-added': async () => {
    const party = await registered()
    const page = await browser.open(party.path({ redirect_uri: `${callback}?foo=bar` }))
    assertPage(page, 'redirect_uri')
  },
  'oidcc-redirect-uri-regfrag': () =>
    refused({ redirect_uris: [`${callback}#foobar`] }, 'invalid_redirect_uri'),
  'oidcc-registration-logo-uri, -policy-uri and -tos-uri': async () => {
    const at = 'https://app.example.com/'
    const uris = { logo_uri: `${at}logo.png`, policy_uri: `${at}policy`, tos_uri: `${at}tos` }
    const party = await registered(uris)
    for (const [name, uri] of Object.entries(uris)) assert.equal(party.told[name], uri)
    const { body } = await browser.open(party.path())
    assert.ok(decode(body).includes(`src="${uris.logo_uri}"`))
    for (const uri of [uris.policy_uri, uris.tos_uri])
      assert.ok(decode(body).includes(`href="${uri}"`), uri)
  },
  'oidcc-registration-jwks-uri': async () => {
    outside.answer('/jwks', key.jwks)
    await signedIn(await registered({ jwks: undefined, jwks_uri: `${outside.url}/jwks` }))
  },
  'oidcc-registration-sector-uri': async () => {
    outside.answer('/redirect_uris.json', [callback])
    const sector_identifier_uri = `${outside.url}/redirect_uris.json`
    const { told } = await registered({ subject_type: 'pairwise', sector_identifier_uri })
    assert.equal(told.sector_identifier_uri, sector_identifier_uri)
  },
  'oidcc-registration-sector-bad': async () => {
    outside.answer('/bad.json', [`${callback}/other`])
    const sector_identifier_uri = `${outside.url}/bad.json`
    const fields = { subject_type: 'pairwise', sector_identifier_uri }
    await refused(fields, 'invalid_client_metadata')
  },
  'oidcc-server-rotate-keys': async () => {
    const before = await publishedKeys()
    const { db, sealer, keys } = server.app
    const policy = { publishLead: 86_400, tokenLifetime: 3600, rotateEvery: 7_776_000 }
    await rotateKeys({ db, clock, sealer }, policy, { now: true })
    await keys.refresh()
    const after = await publishedKeys()
    // Keys for encryption go at once: nobody is to encrypt to an old one.
    const kept = after.map(({ kid }) => kid)
    const old = before.filter(({ use }) => use === 'sig').map(({ kid }) => kid)
    assert.ok(old.every((kid) => kept.includes(kid)))
    const fresh = after.filter(({ kid }) => !before.some((one) => one.kid === kid))
    assert.ok(fresh.some(({ alg, use }) => alg === 'RS256' && use === 'sig'))
    assert.equal(new Set(after.map(({ kid }) => kid)).size, after.length)
    const { idToken } = await signedIn(await registered())
    assert.ok(
      fresh.some(({ kid }) => kid === idToken.header.kid),
      'and the new one signs',
    )
  },
  'oidcc-request-uri-signed-rs256': async () => {
    const request_uri = `http://${objects.host}/requesturi`
    const party = await registered({
      request_object_signing_alg: 'RS256',
      request_uris: [request_uri],
    })
    const { searchParams } = new URL(party.path(), server.url)
    objects.serve(await key.sign(Object.fromEntries(searchParams)))
    await signedIn(party, { request_uri })
  },
  'oidcc-refresh-token': async () => {
    const grant_types = ['authorization_code', 'refresh_token']
    const party = await registered({ grant_types })
    const asked = { scope: 'openid offline_access', prompt: 'consent' }
    const { tokens, idToken } = await signedIn(party, asked)
    const { refresh_token } = tokens
    const { body, status } = await party.token({
      grant_type: 'refresh_token',
      refresh_token: String(refresh_token),
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(decodeJwt(String(body.id_token)).sub, idToken.payload.sub)
  },
  'oidcc-ensure-client-assertion-with-iss-aud-succeeds': async () => {
    await signedIn(await registered({}, { aud: server.url }))
  },
  'the registration is removed when the module is over': async () => {
    const { told } = await registered()
    const options = { method: 'DELETE', token: told.registration_access_token }
    const response = await fetch(told.registration_client_uri, {
      method: options.method,
      headers: { authorization: `Bearer ${options.token}` },
    })
    assert.equal(response.status, 204)
  },
})

test('oidcc-refresh-token-rp-key-rotation', async (t) => {
  const keys = { now: key }
  outside.answer('/rotating', key.jwks)
  const party = await registered(
    {
      grant_types: ['authorization_code', 'refresh_token'],
      jwks: undefined,
      jwks_uri: `${outside.url}/rotating`,
    },
    { by: () => keys.now },
  )
  const asked = { scope: 'openid offline_access', prompt: 'consent' }
  const { tokens } = await signedIn(party, asked)
  keys.now = await newKey('rp-2')
  outside.answer('/rotating', keys.now.jwks)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 })
  const refresh_token = String(tokens.refresh_token)
  const { status, body } = await party.token({ grant_type: 'refresh_token', refresh_token })
  t.mock.timers.reset()
  assert.equal(status, 200, JSON.stringify(body))
})

test('RFC 9700 §2.1.1: a public client that registered itself uses PKCE whatever the setting', async () => {
  const fields = { token_endpoint_auth_method: 'none', jwks: undefined }
  const party = await registered(fields)
  assert.equal(party.read(await browser.open(party.path())).error, 'invalid_request')
})

plan('oidcc-3rdparty-init-login-certification-test-plan', {
  'oidcc-3rd_party-init-login': async () => {
    const initiate_login_uri = 'https://app.example.com/initiate'
    const { told } = await registered({ initiate_login_uri })
    assert.equal(told.initiate_login_uri, initiate_login_uri)
    const token: string = told.registration_access_token
    const again = await postJson(told.registration_client_uri, undefined, { method: 'GET', token })
    assert.deepEqual([again.status, again.body.initiate_login_uri], [200, initiate_login_uri])
  },
  'oidcc-3rd_party-init-login-nohttps': () =>
    refused({ initiate_login_uri: 'http://app.example.com/initiate' }, 'invalid_client_metadata'),
})

/** A client of the logout plans with somebody signed in at it, and what the request to end the session has. */
async function withSession() {
  const party = await registered({
    post_logout_redirect_uris: [bye],
    frontchannel_logout_uri: undefined,
    token_endpoint_auth_method: 'client_secret_basic',
    jwks: undefined,
  })
  const at = await signIn(server, user)
  const { idTokenText } = await signedIn(party, {}, at)
  const state = 'x'.repeat(128)
  return { party, at, fields: { id_token_hint: idTokenText, post_logout_redirect_uri: bye, state } }
}

const logout = (fields: Readonly<Record<string, string | undefined>>) =>
  `/oauth/logout?${query(fields)}`

async function assertSignedOut(party: SuiteParty, at: Browser): Promise<void> {
  const { error } = party.read(await at.open(party.path({ prompt: 'none' })))
  assert.equal(error, 'login_required')
}

/** The browser must not be sent on; the person is told what is wrong, or asked, or told that it is done. */
const stays =
  (change: (hint: string) => Readonly<Record<string, string | undefined>>) => async () => {
    const { at, fields } = await withSession()
    const page = await at.open(logout({ ...fields, ...change(fields.id_token_hint) }))
    assert.equal(page.left, undefined)
    assert.equal(page.headers.get('refresh'), null)
    assert.ok([200, 400].includes(page.status), String(page.status))
    assert.match(page.body, /<h1>/)
  }

const none = { id_token_hint: undefined, post_logout_redirect_uri: undefined, state: undefined }

plan('oidcc-rp-initiated-logout-certification-test-plan', {
  'oidcc-rp-initiated-logout-discovery-endpoint-verification': async () =>
    assert.equal(metadata.end_session_endpoint, `${server.url}/oauth/logout`),
  'oidcc-rp-initiated-logout': async () => {
    const { party, at, fields } = await withSession()
    const { left } = await at.open(logout(fields))
    assert.equal(left?.href, `${bye}?state=${fields.state}`)
    await assertSignedOut(party, at)
  },
  'oidcc-rp-initiated-logout-no-state': async () => {
    const { party, at, fields } = await withSession()
    const { left } = await at.open(logout({ ...fields, state: undefined }))
    assert.equal(left?.href, bye)
    await assertSignedOut(party, at)
  },
  'oidcc-rp-initiated-logout-bad-post-logout-redirect-uri': stays(() => ({
    post_logout_redirect_uri: 'https://app.example.com/bad',
  })),
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri': stays(() => ({
    post_logout_redirect_uri: `${bye}?foo=bar`,
  })),
  'oidcc-rp-initiated-logout-modified-id-token-hint': stays((hint) => ({
    id_token_hint: new UnsecuredJWT(decodeJwt(hint)).encode(),
  })),
  'oidcc-rp-initiated-logout-bad-id-token-hint': stays(() => ({ id_token_hint: 'bad' })),
  'oidcc-rp-initiated-logout-no-id-token-hint': stays(() => ({ id_token_hint: undefined })),
  'oidcc-rp-initiated-logout-no-params': stays(() => none),
  'oidcc-rp-initiated-logout-no-post-logout-redirect-uri': stays(() => ({
    post_logout_redirect_uri: undefined,
  })),
  'oidcc-rp-initiated-logout-only-state': stays(() => ({ ...none, state: 'x' })),
})

plan('oidcc-backchannel-rp-initiated-logout-certification-test-plan', {
  'oidcc-backchannel-logout-discovery-endpoint-verification': async () => {
    for (const name of ['backchannel_logout_supported', 'backchannel_logout_session_supported'])
      assert.equal(metadata[name], true, name)
  },
  'oidcc-backchannel-rp-initiated-logout': async () => {
    for (const type of ['code', 'id_token', 'code id_token']) {
      const fields = {
        post_logout_redirect_uris: [bye],
        backchannel_logout_uri: receiver.address('/backchannel_logout'),
        backchannel_logout_session_required: true,
      }
      const party = await registered(fields, { type })
      const at = await signIn(server, user)
      const { idTokenText, idToken } = await signedIn(party, {}, at)
      const hint = { id_token_hint: idTokenText, post_logout_redirect_uri: bye, state: 's' }
      assert.equal((await at.open(logout(hint))).left?.href, `${bye}?state=s`)
      await server.app.queue.drain()
      const [notice, ...more] = receiver.heard()
      assert.deepEqual([more, [...(notice?.fields.keys() ?? [])]], [[], ['logout_token']])
      const { payload } = await readLogoutToken(server, party.client, notice)
      const { sub, sid } = idToken.payload
      assert.deepEqual([payload.sub, payload.sid, payload.nonce], [sub, sid, undefined])
      const event = 'http://schemas.openid.net/event/backchannel-logout'
      assert.deepEqual(payload.events, { [event]: {} })
      for (const name of ['iat', 'exp', 'jti']) assert.ok(payload[name], name)
      await assertSignedOut(party, at)
    }
  },
})

plan('oidcc-frontchannel-rp-initiated-logout-certification-test-plan', {
  'oidcc-frontchannel-logout-discovery-endpoint-verification': async () => {
    for (const name of ['frontchannel_logout_supported', 'frontchannel_logout_session_supported'])
      assert.equal(metadata[name], true, name)
  },
  'oidcc-frontchannel-rp-initiated-logout': async () => {
    const party = await registered({
      post_logout_redirect_uris: [bye],
      frontchannel_logout_uri: out,
      frontchannel_logout_session_required: true,
    })
    const at = await signIn(server, user)
    const { idTokenText, idToken } = await signedIn(party, {}, at)
    const fields = { id_token_hint: idTokenText, post_logout_redirect_uri: bye, state: 's' }
    const page = await at.open(logout(fields))
    const src = /<iframe src="([^"]*)"/.exec(page.body)?.[1] ?? ''
    const { origin, pathname, searchParams } = new URL(decode(src))
    assert.equal(origin + pathname, out)
    const { sid } = idToken.payload
    assert.deepEqual(Object.fromEntries(searchParams), { iss: server.url, sid })
    assert.match(page.headers.get('refresh') ?? '', /url=.*post_logout_redirect\?state=s$/)
    await assertSignedOut(party, at)
  },
})

plan('oidcc-session-management-certification-test-plan', {
  'oidcc-session-management-discovery-endpoint-verification': async () =>
    assert.ok(URL.canParse(String(metadata.check_session_iframe))),
  // The script of the frame runs in test/e2e; here is what it is given.
  'oidcc-session-management-rp-initiated-logout': async () => {
    const { party, at, fields } = await withSession()
    const { told } = await party.signIn(at, { prompt: 'none' })
    assert.match(told.session_state ?? '', /^[^ ]+$/)
    assert.ok(at.cookies.has('cardea_state'))
    await at.open(logout(fields))
    assert.ok(!at.cookies.has('cardea_state'), 'so that the frame answers: changed')
  },
})

const cibaGrant = 'urn:openid:params:grant-type:ciba'
const requestsPage = '/account/applications/requests'

/** The client of FAPI-CIBA: it signs its requests and its assertions with PS256. */
async function cibaParty() {
  const { publicKey, privateKey: rsa } = await generateKeyPair('PS256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'ciba', use: 'sig' }] }
  const client = await server.client({
    redirect_uris: [],
    grant_types: [cibaGrant, 'refresh_token'],
    scope: 'openid profile offline_access',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'PS256',
    backchannel_authentication_request_signing_alg: 'PS256',
    jwks,
  })
  const sign = async (claims: Fields, alg: string, pkcs = rsa) =>
    new SignJWT(JSON.parse(JSON.stringify(claims)))
      .setProtectedHeader({ alg, kid: 'ciba' })
      .sign(alg === 'PS256' ? pkcs : await sameKey(pkcs, alg))
  const prove = async (aud = String(metadata.token_endpoint), alg = 'PS256') => {
    const now = numericDate(clock.now())
    const times = { iat: now, exp: now + 60, jti: randomUUID() }
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await sign({ iss: client.id, sub: client.id, aud, ...times }, alg),
    }
  }
  /** The request object with changes, and who signs it. */
  const object = (changes: Fields = {}, { alg = 'PS256', by = rsa } = {}) => {
    const now = numericDate(clock.now())
    const about = { iss: client.id, aud: server.url, iat: now, nbf: now, exp: now + 300 }
    const wish = { scope: 'openid', login_hint: user.username, binding_message: '1234' }
    return sign({ ...about, jti: randomUUID(), ...wish, ...changes }, alg, by)
  }
  const begin = async (request: string | undefined, proof?: object) =>
    post(server, '/oauth/backchannel', undefined, { request, ...(proof ?? (await prove())) })
  const poll = async (id: unknown, proof?: object) =>
    post(server, '/oauth/token', undefined, {
      grant_type: cibaGrant,
      auth_req_id: String(id),
      ...(proof ?? (await prove())),
    })
  const answer = async (decision: string) =>
    postForm(browser, await browser.open(requestsPage), `${requestsPage}/answer`, { decision })
  return { client, prove, object, begin, poll, answer }
}

type Fields = Readonly<Record<string, unknown>>

/** The same RSA key for another algorithm. */
async function sameKey(from: CryptoKey, alg: string): Promise<CryptoKey> {
  const { alg: _, ...jwk } = await exportJWK(from)
  return (await importJWK(jwk, alg)) as CryptoKey
}

const errorOf = ({ status, body }: Answer) => [status, body.error]

test('fapi-ciba-id1-test-plan', async (t) => {
  const { client, prove, object, begin, poll, answer } = await cibaParty()
  const minutes = (n: number) => numericDate(clock.now()) + n * 60
  const sound = async (changes: Fields = {}) => {
    const { status, body } = await begin(await object(changes))
    assert.equal(status, 200, JSON.stringify(body))
    return body.auth_req_id
  }
  const allowed = async (changes: Fields = {}) => {
    const id = await sound(changes)
    await answer('allow')
    const { status, body } = await poll(id)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const ends = async (id: unknown, error: string) =>
    assert.deepEqual(errorOf(await poll(id)), [400, error])
  const modules: Modules = {
    'fapi-ciba-id1-discovery-end-point-verification': async () => {
      const { backchannel_token_delivery_modes_supported: modes } = metadata
      assert.deepEqual(modes, ['poll', 'ping'])
      const algorithms = metadata.backchannel_authentication_request_signing_alg_values_supported
      assert.ok(Array.isArray(algorithms) && algorithms.includes('PS256'))
      assert.ok(Array.isArray(metadata.grant_types_supported))
      assert.ok(metadata.grant_types_supported.includes(cibaGrant))
    },
    'fapi-ciba-id1': async () => {
      const { id_token, token_type } = await allowed()
      const { sub, aud, auth_time } = decodeJwt(String(id_token))
      assert.deepEqual([sub, aud, typeof auth_time], [user.id, client.id, 'number'])
      assert.equal(token_type, 'Bearer')
    },
    'fapi-ciba-id1-user-rejects-authentication': async () => {
      const id = await sound()
      await answer('deny')
      await ends(id, 'access_denied')
    },
    'fapi-ciba-id1-multiple-call-to-token-endpoint': async () => {
      const id = await sound()
      await ends(id, 'authorization_pending')
      await ends(id, 'slow_down')
      await answer('deny')
    },
    'fapi-ciba-id1-auth-req-id-expired': async () => {
      const id = await sound({ requested_expiry: 30 })
      clock.advance(31)
      await ends(id, 'expired_token')
    },
    'fapi-ciba-id1-ensure-other-scope-order-succeeds': async () => {
      await allowed({ scope: 'profile openid' })
    },
    'fapi-ciba-id1-ensure-requested-expiry-as-string-succeeds': async () => {
      const { body } = await begin(await object({ requested_expiry: '30' }))
      assert.equal(body.expires_in, 30)
      await answer('deny')
    },
    'fapi-ciba-id1-ensure-authorization-request-with-potentially-bad-binding-message': async () => {
      const binding_message = '\u00e9\u4f60\u{1f44d}'.repeat(40)
      const refused = await begin(await object({ binding_message }))
      assert.deepEqual(errorOf(refused), [400, 'invalid_binding_message'])
    },
    'fapi-ciba-id1-ensure-wrong-authentication-request-id-in-token-endpoint-request': () =>
      ends('x'.repeat(43), 'invalid_grant'),
    'fapi-ciba-id1-ensure-backchannel-authorization-request-without-request-fails': async () =>
      assert.deepEqual(errorOf(await begin(undefined)), [400, 'invalid_request']),
    'fapi-ciba-id1-ensure-client-assertion-with-iss-aud-succeeds': async () => {
      const id = await sound()
      await answer('allow')
      assert.equal((await poll(id, await prove(server.url))).status, 200)
    },
    'fapi-ciba-id1-ensure-without-client-assertion-fails': async () => {
      const proof = { client_id: client.id }
      assert.deepEqual(errorOf(await begin(await object(), proof)), [401, 'invalid_client'])
      assert.deepEqual(errorOf(await poll('x', proof)), [401, 'invalid_client'])
    },
    'fapi-ciba-id1-ensure-client-assertion-signature-algorithm-is-RS256-fails': async () => {
      const proof = () => prove(String(metadata.token_endpoint), 'RS256')
      assert.deepEqual(errorOf(await begin(await object(), await proof())), [401, 'invalid_client'])
      assert.deepEqual(errorOf(await poll('x', await proof())), [401, 'invalid_client'])
    },
    'fapi-ciba-id1-refresh-token': async () => {
      const { refresh_token } = await allowed({ scope: 'openid offline_access' })
      const grant = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
      const { status } = await post(server, '/oauth/token', undefined, {
        ...grant,
        ...(await prove()),
      })
      assert.equal(status, 200)
    },
  }
  for (const [module, run] of Object.entries(modules)) await t.test(module, run)
  const wrong: readonly (readonly [name: string, changes: Fields])[] = [
    ['missing-aud', { aud: undefined }],
    ['bad-aud', { aud: 'https://other.example' }],
    ['missing-iss', { iss: undefined }],
    ['bad-iss', { iss: 'somebody' }],
    ['missing-exp', { exp: undefined }],
    ['expired-exp', { exp: minutes(-5) }],
    ['exp-is-70-minutes-in-future', { exp: minutes(70) }],
    ['missing-iat', { iat: undefined }],
    ['missing-nbf', { nbf: undefined }],
    ['nbf-is-10-minutes-in-future', { nbf: minutes(10) }],
    ['nbf-is-70-minutes-in-past', { nbf: minutes(-70) }],
    ['missing-jti', { jti: undefined }],
    ['multiple-hints', { id_token_hint: 'x' }],
  ]
  for (const [name, changes] of wrong) {
    await t.test(`fapi-ciba-id1-ensure-request-object-${name}-fails`, async () => {
      const refused = await begin(await object(changes))
      assert.deepEqual(errorOf(refused), [400, 'invalid_request'])
    })
  }
  await t.test('fapi-ciba-id1-ensure-request-object-signature-algorithm-fails', async () => {
    const other = await generateKeyPair('PS256')
    const forged = [
      new UnsecuredJWT(decodeJwt(await object())).encode(),
      await object({}, { alg: 'RS256' }),
      await object({}, { by: other.privateKey }),
    ]
    for (const request of forged)
      assert.deepEqual(errorOf(await begin(request)), [400, 'invalid_request'])
  })
})
