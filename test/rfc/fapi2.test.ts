import assert from 'node:assert/strict'
import {
  constants,
  createHash,
  generateKeyPairSync,
  randomUUID,
  sign as signBytes,
} from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { Failure, manualClock, numericDate } from '../../src/base/index.ts'
import type { ClientInput } from '../../src/clients/index.ts'
import { clockSkewFor } from '../../src/clients/index.ts'
import { createTlsListener } from '../../src/http/tls.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { makeCertificate } from '../harness/certificate.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Fapi, FapiClient } from '../harness/fapi.ts'
import { fapi } from '../harness/fapi.ts'
import { clientAuth, issueCertificate } from '../harness/issued-certificate.ts'
import {
  authorizePath,
  obtainTokens,
  passPages,
  pkce,
  refresh as refreshBySecret,
} from '../harness/oauth.ts'
import { pushedPath, requestFields } from '../harness/pushed.ts'
import type { RawAnswer } from '../harness/raw-request.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

/** FAPI 2.0 Security Profile (Final), Message Signing (Final) and FAPI-CIBA. The libraries have the real clock. */
const clock = manualClock(new Date())
const pair = pkce()
const ciba = 'urn:openid:params:grant-type:ciba'
let server: TestServer
let user: TestUser
let party: Fapi
let client: FapiClient
let browser: Browser

before(async () => {
  server = await testServer({
    clock,
    env: {
      // Everything as loose as an operator can make it: the profile of the client has to hold alone.
      CARDEA_OAUTH_CODE_LIFETIME: '10m',
      CARDEA_OAUTH_CLOCK_SKEW: '5m',
      CARDEA_PROTOCOL_PUSHED_REQUEST_LIFETIME: '10m',
      CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true',
      CARDEA_PROTOCOL_PASSWORD_GRANT: 'true',
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.0/8,::1',
      CARDEA_PROTOCOL_CERTIFICATE_HEADER: 'X-Client-Cert',
    },
  })
  user = await server.user()
  party = fapi({ server, user, pkce: pair, now: () => clock.now() })
  client = await party.client()
  browser = await signIn(server, user)
})
after(() => server?.close())

const now = () => numericDate(clock.now())
const keys = () => createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
const told = ({ status, body }: RawAnswer) => [status, body.error]
const page = async (uri: unknown, by = browser) => party.visit(client, uri, by)

/** Why a client cannot be registered: the members that are told. */
async function unregistrable(input: Partial<ClientInput>): Promise<string[]> {
  try {
    await party.client(input)
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return (error.details.members ?? []).map(({ pointer }) => pointer)
  }
}

test('the whole flow with openid-client: signed request, PAR, DPoP, signed answer, refresh, UserInfo', async () => {
  const signing = await party.client({
    require_signed_request_object: true,
    response_modes: ['jwt'],
    authorization_signed_response_alg: 'ES256',
  })
  const config = await oidc.discovery(
    new URL(server.url),
    signing.id,
    { id_token_signed_response_alg: 'ES256', authorization_signed_response_alg: 'ES256' },
    oidc.PrivateKeyJwt(signing.key),
    { execute: [oidc.allowInsecureRequests, oidc.useJwtResponseMode] },
  )
  const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const parameters = {
    redirect_uri: callback,
    scope: 'openid email offline_access',
    state: expectedState,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }
  const signed = await oidc.buildAuthorizationUrlWithJAR(config, parameters, signing.key, {
    [oidc.modifyAssertion]: (_header: unknown, claims: Record<string, unknown>) => {
      claims.nbf = now()
    },
  })
  const address = await oidc.buildAuthorizationUrlWithPAR(config, signed.searchParams, { DPoP })
  assert.deepEqual([...address.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const { left } = await passPages(server.browser(), address.href, user)
  assert.deepEqual([...(left?.searchParams.keys() ?? [])], ['response'])
  const checks = { pkceCodeVerifier, expectedState, idTokenExpected: true }
  const tokens = await oidc.authorizationCodeGrant(config, left ?? address, checks, undefined, {
    DPoP,
  })
  assert.equal(tokens.token_type, 'dpop')
  const info = await oidc.fetchUserInfo(config, tokens.access_token, user.id, { DPoP })
  assert.equal(info.email, user.email)
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
    DPoP,
  })
  assert.equal(renewed.refresh_token, tokens.refresh_token)
})

test('the whole flow with oauth4webapi: PS256, PAR, iss, DPoP', async () => {
  const { id, key } = await party.client({}, 'PS256')
  const insecure = { [oauth.allowInsecureRequests]: true }
  const at = new URL(server.url)
  const found = await oauth.discoveryRequest(at, { ...insecure, algorithm: 'oauth2' })
  const as = await oauth.processDiscoveryResponse(at, found)
  const own: oauth.Client = { client_id: id, id_token_signed_response_alg: 'ES256' }
  const authenticates = oauth.PrivateKeyJwt(key)
  const DPoP = oauth.DPoP(own, await oauth.generateKeyPair('ES256'))
  const options = { ...insecure, DPoP }
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = {
    client_id: id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    own,
    await oauth.pushedAuthorizationRequest(as, own, authenticates, parameters, options),
  )
  const { left } = await passPages(server.browser(), pushedPath(id, pushed.request_uri), user)
  assert.ok(left)
  const answer = oauth.validateAuthResponse(as, own, left, oauth.expectNoState)
  const redeemed = await oauth.authorizationCodeGrantRequest(
    as,
    own,
    authenticates,
    answer,
    callback,
    verifier,
    options,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, own, redeemed, {
    requireIdToken: true,
  })
  assert.equal(tokens.token_type, 'dpop')
  const info = await oauth.userInfoRequest(as, own, tokens.access_token, options)
  assert.equal((await oauth.processUserInfoResponse(as, own, user.id, info)).sub, user.id)
})

test('§5.2.1, §5.2.2: our own listener speaks TLS 1.2 and later with recommended ciphers only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-fapi-'))
  const { cert, key } = makeCertificate()
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key)
  const listener = createTlsListener({
    certFile,
    keyFile,
    requestCertificates: false,
    authorities: '',
    onChange: () => undefined,
  })
  const https = listener.open((_request, response) => response.end())
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve))
  const { port } = https.address() as AddressInfo
  const attempt = (tls: object) =>
    rawRequest(`https://127.0.0.1:${port}/`, { method: 'GET', tls: { ca: cert, ...tls } }).then(
      ({ status }) => status,
      () => 'refused',
    )
  const only12 = { maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2' }
  assert.equal(await attempt({ minVersion: 'TLSv1.3' }), 200)
  // RFC 9325 section 4.2.
  assert.equal(await attempt({ ...only12, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }), 200)
  assert.equal(await attempt({ ...only12, ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }), 200)
  for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'AES128-SHA']) {
    assert.equal(await attempt({ ...only12, ciphers }), 'refused', ciphers)
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  assert.equal(await attempt(old), 'refused')
  listener.close()
  await new Promise((resolve) => https.close(resolve))
  rmSync(folder, { recursive: true })
})

test('§5.2.3: scripts of other origins cannot read the authorization endpoint', async () => {
  const origin = new URL(callback).origin
  for (const method of ['GET', 'OPTIONS']) {
    const headers = { origin, 'access-control-request-method': 'GET' }
    const path = `${server.url}/oauth/authorize?client_id=${client.id}`
    const answer = await fetch(path, { method, headers, redirect: 'manual' })
    assert.equal(answer.headers.get('access-control-allow-origin'), null, method)
  }
})

test('§5.3.2.1-1: the metadata is at both well-known addresses', async () => {
  const read = async (path: string) => (await fetch(`${server.url}/.well-known/${path}`)).json()
  const [openid, plain] = await Promise.all([
    read('openid-configuration'),
    read('oauth-authorization-server'),
  ])
  for (const metadata of [openid, plain]) {
    assert.equal(metadata.issuer, server.url)
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
    for (const name of ['authorization', 'token', 'pushed_authorization_request']) {
      assert.ok(String(metadata[`${name}_endpoint`]).startsWith(server.url), name)
    }
  }
})

test('§5.3.2.1-2: the password grant is refused, in the registration and at the endpoint', async () => {
  const grant_types = ['authorization_code', 'password'] as const
  assert.deepEqual(await unregistrable({ grant_types: [...grant_types] }), ['/grant_types'])
  const { username, password } = user
  const sent = { grant_type: 'password', username, password, scope: 'openid' }
  assert.deepEqual(told(await party.ask(client, '/oauth/token', sent)), [
    400,
    'unauthorized_client',
  ])
})

test('§5.3.2.1-3, -6: only clients that authenticate by a certificate or a key of their own', async () => {
  for (const method of [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
  ] as const) {
    const [pointer] = await unregistrable({ token_endpoint_auth_method: method })
    assert.equal(pointer, '/token_endpoint_auth_method', method)
  }
  const others = [{ issuer: 'https://i.example', subject: 's' }]
  const told = await unregistrable({ federated_credentials: others })
  assert.deepEqual(told, ['/federated_credentials'])
})

test('§5.3.2.1-4, -5: no token without a key or a certificate, whatever the grant', async () => {
  const bare = await party.redeem(client, await party.code(client), { dpop: null })
  assert.deepEqual(told(bare), [400, 'invalid_dpop_proof'])
  const { status, body } = await party.redeem(client, await party.code(client))
  assert.deepEqual([status, body.token_type], [200, 'DPoP'])
  assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { jkt: client.dpop.jkt })
  const machine = await party.client({ grant_types: ['client_credentials'], scope: 'read' })
  const sent = { grant_type: 'client_credentials' }
  const none = await party.ask(machine, '/oauth/token', sent, { dpop: null })
  assert.deepEqual(told(none), [400, 'invalid_dpop_proof'])
  assert.equal((await party.ask(machine, '/oauth/token', sent)).body.token_type, 'DPoP')
  const shown = issueCertificate({ subject: [[['CN', 'm']]], names: { dns: 'm.example' } })
  const headers = { 'x-client-cert': `:${shown.raw.toString('base64')}:` }
  const bound = await party.ask(machine, '/oauth/token', sent, { dpop: null, headers })
  const x5t = createHash('sha256').update(shown.raw).digest('base64url')
  assert.deepEqual(decodeJwt(String(bound.body.access_token)).cnf, { 'x5t#S256': x5t })
})

test('§5.3.2.1-6: a client that authenticates by its certificate pushes and gets tokens for it', async () => {
  const shown = issueCertificate({
    subject: [[['CN', 'bank']]],
    names: { dns: 'bank.example' },
    uses: [clientAuth],
  })
  const mtls = await party.client({
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_san_dns: 'bank.example',
  })
  const headers = { 'x-client-cert': `:${shown.raw.toString('base64')}:` }
  const send = (path: string, fields: Record<string, string>) =>
    rawRequest(server.url + path, { headers, fields: { client_id: mtls.id, ...fields } })
  const pushed = await send('/oauth/par', requestFields(mtls, pair))
  const { left } = await party.visit(mtls, pushed.body.request_uri, browser)
  const { status, body } = await send('/oauth/token', {
    grant_type: 'authorization_code',
    code: left?.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: pair.verifier,
  })
  assert.deepEqual([status, body.token_type], [200, 'Bearer'])
  const x5t = createHash('sha256').update(shown.raw).digest('base64url')
  assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { 'x5t#S256': x5t })
  const bare = { client_id: mtls.id, ...requestFields(mtls, pair) }
  const alone = await rawRequest(`${server.url}/oauth/par`, { fields: bare })
  assert.deepEqual(told(alone), [401, 'invalid_client'])
})

test('§5.3.2.1-7: nobody is sent to an address that is not registered', async () => {
  const evil = 'https://evil.example/cb'
  const refused = await party.push(client, { redirect_uri: evil })
  assert.equal(refused.status, 400)
  const direct = await browser.open(authorizePath(client, pair, { redirect_uri: evil }))
  assert.deepEqual([direct.status, direct.left], [400, undefined])
  const out = await browser.open(
    `/oauth/logout?client_id=${client.id}&post_logout_redirect_uri=${encodeURIComponent(evil)}`,
  )
  assert.equal(out.left, undefined)
})

test('§5.3.2.1-8: an assertion is for the issuer, as a string, at every endpoint', async () => {
  const sent = { token: 'x', grant_type: 'refresh_token' }
  const endpoints = ['/oauth/token', '/oauth/par', '/oauth/introspect', '/oauth/revoke']
  for (const path of endpoints) {
    for (const aud of [
      [server.url],
      server.url + path,
      `${server.url}/oauth/token`,
      `${server.url}/`,
    ]) {
      const answer = await party.ask(client, path, sent, { assertion: { aud } })
      assert.deepEqual(told(answer), [401, 'invalid_client'], `${path}: ${String(aud)}`)
    }
    const good = await party.ask(client, path, sent)
    assert.notEqual(good.status, 401, path)
  }
})

test('§5.3.2.1-9: a refresh token is not rotated, and lives on while it is used', async () => {
  const { body } = await party.redeem(client, await party.code(client))
  const { refresh_token: token } = body
  for (let i = 0; i < 3; i += 1) {
    const again = await party.refresh(client, token)
    assert.deepEqual([again.status, again.body.refresh_token], [200, token])
  }
  const answers = await Promise.all(Array.from({ length: 100 }, () => party.refresh(client, token)))
  assert.ok(answers.every((one) => one.status === 200 && one.body.refresh_token === token))
  const thief = await party.client()
  assert.deepEqual(told(await party.refresh(thief, token)), [400, 'invalid_grant'])
  const keyless = await party.refresh(client, token, { dpop: null })
  assert.deepEqual(told(keyless), [400, 'invalid_dpop_proof'])
  assert.equal((await party.refresh(client, token)).status, 200, 'and nothing was revoked')
  const plain = await server.client()
  const first = await obtainTokens(server, plain, user)
  const second = await refreshBySecret(server, plain, first.refresh_token)
  assert.notEqual(second.body.refresh_token, first.refresh_token, 'other clients rotate')
})

test('§5.3.2.1-11: a code lives for 60 seconds, whatever the setting', async () => {
  const [early, late] = [await party.code(client), await party.code(client)]
  clock.advance(59)
  assert.equal((await party.redeem(client, early)).status, 200)
  clock.advance(1)
  assert.deepEqual(told(await party.redeem(client, late)), [400, 'invalid_grant'])
})

test('§5.3.2.1-12: a code is bound to the key that was named or proved while pushing', async () => {
  const thief = await proofKey()
  for (const code of [
    await party.code(client, {}, { dpop: client.dpop }),
    await party.code(client, { dpop_jkt: client.dpop.jkt }),
  ]) {
    assert.deepEqual(told(await party.redeem(client, code, { dpop: thief })), [
      400,
      'invalid_grant',
    ])
  }
  const own = await party.code(client, { dpop_jkt: client.dpop.jkt })
  assert.equal((await party.redeem(client, own)).status, 200)
})

test('§5.3.2.1-13: clocks may be ahead by ten seconds in any case, and by more than a minute never', async () => {
  const pushes = { dpop: client.dpop }
  const ahead = (seconds: number) => ({ iat: now() + seconds, nbf: now() + seconds })
  const times = (seconds: number) => ({ iat: now() + seconds })
  for (const [seconds, accepted] of [
    [10, true],
    [61, false],
  ] as const) {
    const asserted = await party.push(client, {}, { assertion: ahead(seconds) })
    assert.equal(asserted.status === 201, accepted, `assertion, ${seconds}`)
    const nbf = await party.push(client, {}, { assertion: { nbf: now() + seconds } })
    assert.equal(nbf.status === 201, accepted, `nbf of an assertion, ${seconds}`)
    const proved = await party.push(client, {}, { ...pushes, proof: times(seconds) })
    assert.equal(proved.status === 201, accepted, `proof, ${seconds}`)
    const later = await party.push(client, {}, { ...pushes, proof: { nbf: now() + seconds } })
    assert.equal(later.status === 201, accepted, `nbf of a proof, ${seconds}`)
    const request = await party.request(client, { ...ahead(seconds), exp: now() + 300 })
    const signed = await party.ask(client, '/oauth/par', { request }, { dpop: null })
    assert.equal(signed.status === 201, accepted, `request object, ${seconds}`)
  }
  const strict = client.client
  assert.deepEqual(
    [0, 30, 300].map((setting) => clockSkewFor(strict, setting)),
    [10, 30, 60],
  )
})

test('§5.3.2.2-1: nothing but a code is given', async () => {
  for (const response_type of ['none', 'id_token', 'code id_token', 'code token', 'token']) {
    const { status, body } = await party.push(client, { response_type })
    assert.equal(status, 400, response_type)
    assert.match(String(body.error), /unauthorized_client|unsupported_response_type/)
  }
  const [pointer] = await unregistrable({ response_types: ['code', 'none'] })
  assert.equal(pointer, '/response_types')
})

test('§5.3.2.2-2, -3: a request is pushed, and refused where it is not', async () => {
  const { left } = await browser.open(authorizePath(client, pair))
  assert.equal(left?.searchParams.get('error'), 'invalid_request')
  const request = await party.request(client)
  const signed = await browser.open(`/oauth/authorize?client_id=${client.id}&request=${request}`)
  assert.equal(signed.left?.searchParams.get('error'), 'invalid_request', 'signed as well')
  const { body } = await party.push(client)
  assert.ok((await page(body.request_uri)).left?.searchParams.get('code'))
})

test('§5.3.2.2-4: whoever pushes is authenticated', async () => {
  const other = await party.client()
  for (const [why, sent] of Object.entries({
    nothing: { client_assertion: '', client_assertion_type: '' },
    'of another': { client_assertion: await party.assertion(other) },
    'by another key': {
      client_assertion: await party.assertion({ ...client, key: other.key }),
    },
  })) {
    const fields = { client_id: client.id, response_type: 'code', ...sent }
    const answer = await party.ask(client, '/oauth/par', fields, { dpop: null })
    assert.ok(answer.status >= 400 && answer.status < 500, why)
    assert.equal(answer.body.request_uri, undefined, why)
  }
  const fields = new URLSearchParams({ client_id: client.id, response_type: 'code' })
  const alone = await fetch(`${server.url}/oauth/par`, { method: 'POST', body: fields })
  assert.equal(alone.status, 401, 'by its name alone')
})

test('§5.3.2.2-5: PKCE with S256', async () => {
  for (const sent of [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge_method: 'plain' },
    { code_challenge_method: undefined },
  ]) {
    const answer = await party.push(client, sent)
    assert.deepEqual(told(answer), [400, 'invalid_request'], JSON.stringify(sent))
  }
  assert.deepEqual(await unregistrable({ require_pkce: false }), ['/require_pkce'])
  const code = await party.code(client)
  const sent = { grant_type: 'authorization_code', code, redirect_uri: callback }
  const bare = await party.ask(client, '/oauth/token', sent)
  assert.deepEqual(told(bare), [400, 'invalid_grant'], 'no verifier')
})

test('§5.3.2.2-6: the pushed request names its redirect URI', async () => {
  const answer = await party.push(client, { redirect_uri: undefined })
  assert.deepEqual(told(answer), [400, 'invalid_request'])
})

test('§5.3.2.2-7: every answer says who gives it (RFC 9207)', async () => {
  const good = await page((await party.push(client)).body.request_uri)
  assert.equal(good.left?.searchParams.get('iss'), server.url)
  const { body } = await party.push(client, { prompt: 'none' })
  const { left } = await page(body.request_uri, server.browser())
  assert.equal(left?.searchParams.get('error'), 'login_required')
  assert.equal(left?.searchParams.get('iss'), server.url)
})

test('§5.3.2.2-8: no answer over a connection without TLS, but to native applications here', async () => {
  for (const uri of ['http://app.example.com/cb', 'http://127.0.0.1/cb']) {
    assert.ok((await unregistrable({ redirect_uris: [uri] })).includes('/redirect_uris/0'), uri)
  }
  const native = { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb'] } as const
  assert.deepEqual(await unregistrable({ ...native, redirect_uris: ['http://127.0.0.1/cb'] }), [])
  const away = ['http://app.example.com/cb']
  assert.deepEqual(await unregistrable({ ...native, redirect_uris: away }), ['/redirect_uris/0'])
})

test('§5.3.2.2-9: a code is good once, and a second use ends what the first one gave', async () => {
  const code = await party.code(client)
  const first = await party.redeem(client, code)
  assert.deepEqual(told(await party.redeem(client, code)), [400, 'invalid_grant'])
  const dead = await party.refresh(client, first.body.refresh_token)
  assert.deepEqual(told(dead), [400, 'invalid_grant'])
})

test('§5.3.2.2-10, -11: every redirect is a 303, also the one after a password', async () => {
  const { body } = await party.push(client, { prompt: 'login' })
  const visitor = server.browser()
  const begun = await visitor.fetch(pushedPath(client.id, body.request_uri))
  assert.equal(begun.status, 303)
  const form = await visitor.open(begun.headers.get('location') ?? '')
  const { username: identifier, password } = user
  const fields = new URLSearchParams({ ...hiddenFields(form.body), identifier, password })
  const signedIn = await visitor.fetch(form.url, { method: 'POST', body: fields })
  assert.equal(signedIn.status, 303)
  const resumed = await visitor.fetch(
    new URL(signedIn.headers.get('location') ?? '', form.url).href,
  )
  assert.equal(resumed.status, 303)
  assert.ok(resumed.headers.get('location')?.startsWith(callback))
})

test('§5.3.2.2-12: what was pushed lives for less than 600 seconds, whatever the setting', async () => {
  assert.equal((await party.push(client)).body.expires_in, 599)
})

test('§5.3.2.2-13: the person sees who asks, and for what', async () => {
  const asking = await party.client({ client_name: 'Bank of Examples' })
  const { body } = await party.push(asking, { scope: 'openid email' })
  const consent = await browser.open(pushedPath(asking.id, body.request_uri))
  assert.match(consent.body, /Bank of Examples/)
  assert.match(consent.body, /email/i)
})

test('§5.3.2.2-14, note 4: a nonce of 64 characters and a state of thousands come back', async () => {
  const [nonce, state] = ['n'.repeat(64), 's'.repeat(1500)]
  const { body } = await party.push(client, { nonce, state })
  const { left } = await page(body.request_uri)
  assert.equal(left?.searchParams.get('state'), state)
  const tokens = await party.redeem(client, left?.searchParams.get('code') ?? '')
  assert.equal(decodeJwt(String(tokens.body.id_token)).nonce, nonce)
})

test('§5.3.4: UserInfo takes a token in the header with its proof, and nowhere else', async () => {
  const { body } = await party.redeem(client, await party.code(client))
  const token = String(body.access_token)
  const htu = `${server.url}/oauth/userinfo`
  const proved = () => proof(client.dpop, { htu, htm: 'GET', token, now: clock.now() })
  const get = async (headers: Record<string, string>, query = '') =>
    (await rawRequest(htu + query, { method: 'GET', headers })).status
  assert.equal(await get({ authorization: `DPoP ${token}`, dpop: await proved() }), 200)
  assert.equal(await get({ dpop: await proved() }, `?access_token=${token}`), 401, 'in the query')
  assert.equal(await get({ authorization: `Bearer ${token}` }), 401, 'without its proof')
  const revoked = await party.ask(client, '/oauth/revoke', { token }, { dpop: null })
  assert.equal(revoked.status, 200)
  const late = await get({ authorization: `DPoP ${token}`, dpop: await proved() })
  assert.equal(late, 401, 'revoked')
})

test('§5.4.1-1: PS256, ES256 and EdDSA, of clients and of ours; nothing else, and never none', async () => {
  for (const alg of ['PS256', 'ES256', 'EdDSA']) {
    const one = await party.client({}, alg)
    assert.equal((await party.push(one)).status, 201, alg)
    const how = { dpop: await proofKey(alg) }
    assert.equal((await party.push(one, {}, how)).status, 201, `a proof by ${alg}`)
  }
  for (const alg of ['RS256', 'ES384']) {
    const one = await party.client({}, alg)
    assert.deepEqual(told(await party.push(one)), [401, 'invalid_client'], alg)
    const weak = await party.push(client, {}, { dpop: await proofKey(alg) })
    assert.deepEqual(told(weak), [400, 'invalid_dpop_proof'], alg)
  }
  const [, claims = ''] = (await party.assertion(client)).split('.')
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`
  const unsigned = await party.ask(client, '/oauth/par', { client_assertion: none })
  assert.deepEqual(told(unsigned), [401, 'invalid_client'])
  const { body } = await party.redeem(client, await party.code(client))
  for (const token of [body.access_token, body.id_token]) {
    assert.equal(decodeProtectedHeader(String(token)).alg, 'ES256')
  }
  for (const alg of ['RS256', 'ES384'] as const) {
    const input = { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg }
    assert.equal((await unregistrable(input)).length, 2, alg)
  }
})

test('§5.4.1-2: an RSA key of less than 2048 bits proves nothing', async () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = JSON.parse(JSON.stringify(short.publicKey.export({ format: 'jwk' })))
  const one = await party.client({ jwks: { keys: [jwk] } })
  const claims = { iss: one.id, sub: one.id, aud: server.url, exp: now() + 60, jti: randomUUID() }
  const text = [{ alg: 'PS256' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const padding = constants.RSA_PKCS1_PSS_PADDING
  const by = { key: short.privateKey, padding, saltLength: 32 }
  const client_assertion = `${text}.${signBytes('sha256', Buffer.from(text), by).toString('base64url')}`
  const answer = await party.ask(one, '/oauth/par', { client_assertion }, { dpop: null })
  assert.deepEqual(told(answer), [401, 'invalid_client'])
})

test('§5.4.1-4: what is secret cannot be guessed', async () => {
  const { body } = await party.push(client)
  const code = await party.code(client)
  const tokens = await party.redeem(client, code)
  const uri = String(body.request_uri).split(':').at(-1)
  for (const text of [uri, code, String(tokens.body.refresh_token)]) {
    assert.ok((text?.length ?? 0) * 6 >= 256)
  }
})

test('§5.4.2, §5.4.3: our keys have names of their own; two keys of a client may share one', async () => {
  const { keys: ours } = await (await fetch(`${server.url}/oauth/jwks`)).json()
  const names = ours.map(({ kid }: { kid: string }) => kid)
  assert.equal(new Set(names).size, names.length)
  assert.ok(ours.every((one: object) => !('x5u' in one) && !('d' in one)))
  const { publicKey } = await generateKeyPair('PS256')
  const kid = 'same'
  const [own] = client.client.metadata.jwks?.keys ?? []
  const double = await party.client({
    jwks: {
      keys: [
        { ...(await exportJWK(publicKey)), kid },
        { ...own, kid },
      ],
    },
  })
  const made = { ...double, key: client.key }
  const claims = { iss: made.id, sub: made.id, aud: server.url, exp: now() + 60, jti: randomUUID() }
  const client_assertion = await party.sign(made, claims, { kid })
  const answer = await party.ask(made, '/oauth/token', {
    grant_type: 'authorization_code',
    code: 'x',
    client_assertion,
  })
  assert.deepEqual(told(answer), [400, 'invalid_grant'], 'it is authenticated')
})

test('Message Signing §5.3.1: whoever signs its requests pushes no others', async () => {
  const signing = await party.client({ require_signed_request_object: true })
  assert.deepEqual(told(await party.push(signing)), [400, 'invalid_request'], '1: unsigned')
  const send = async (claims = {}) => {
    const request = await party.request(signing, claims)
    return told(await party.ask(signing, '/oauth/par', { request }, { dpop: null }))
  }
  const refused = [400, 'invalid_request_object']
  assert.deepEqual(await send(), [201, undefined])
  assert.deepEqual(await send({ aud: [server.url, 'https://x.example'] }), [201, undefined], '2')
  assert.deepEqual(await send({ aud: undefined }), refused, '2')
  assert.deepEqual(await send({ aud: `${server.url}/oauth/par` }), refused, '2')
  assert.deepEqual(await send({ nbf: undefined }), refused, '3')
  assert.deepEqual(await send({ nbf: now() - 3700, exp: now() + 1 }), refused, '3')
  assert.deepEqual(await send({ exp: undefined }), refused, '4')
  assert.deepEqual(await send({ exp: now() + 3601 }), refused, '4')
  assert.deepEqual(await send({ nbf: now() - 1800, exp: now() + 1800 }), [201, undefined], '3, 4')
})

test('Message Signing §5.3.3, §5.4.1: whoever is registered for signed answers gets no others', async () => {
  const signing = await party.client({ response_modes: ['jwt'] })
  for (const response_mode of [undefined, 'query', 'form_post', 'fragment.jwt']) {
    const answer = await party.push(signing, { response_mode })
    assert.deepEqual(told(answer), [400, 'invalid_request'], String(response_mode))
  }
  const read = async (sent: Record<string, string>, by: Browser) => {
    const { body } = await party.push(signing, { response_mode: 'jwt', ...sent })
    const { left } = await party.visit(signing, body.request_uri, by)
    assert.deepEqual([...(left?.searchParams.keys() ?? [])], ['response'])
    const { payload, protectedHeader } = await jwtVerify(
      left?.searchParams.get('response') ?? '',
      keys(),
      { issuer: server.url, audience: signing.id, currentDate: clock.now() },
    )
    assert.equal(protectedHeader.alg, 'PS256')
    return payload
  }
  assert.equal(typeof (await read({}, browser)).code, 'string')
  const failed = await read({ prompt: 'none' }, server.browser())
  assert.equal(failed.error, 'login_required')
  const unpushed = await browser.open(authorizePath(signing, pair))
  assert.deepEqual([...(unpushed.left?.searchParams.keys() ?? [])], ['response'])
  const either = await party.client({ response_modes: ['query', 'form_post.jwt'] })
  assert.equal((await party.push(either)).status, 201)
  assert.equal((await party.push(either, { response_mode: 'form_post.jwt' })).status, 201)
  assert.equal((await party.push(either, { response_mode: 'jwt' })).status, 400)
})

test('Message Signing §5.5.1: what is said of a token is signed where it is asked so', async () => {
  const { body } = await party.redeem(client, await party.code(client))
  const accept = 'application/token-introspection+jwt'
  const answer = await fetch(`${server.url}/oauth/introspect`, {
    method: 'POST',
    headers: { accept },
    body: new URLSearchParams({
      token: String(body.access_token),
      client_assertion: await party.assertion(client),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }),
  })
  assert.equal(answer.headers.get('content-type'), accept)
  const expected = { issuer: server.url, audience: client.id, typ: 'token-introspection+jwt' }
  const { payload, protectedHeader } = await jwtVerify(await answer.text(), keys(), expected)
  assert.equal(protectedHeader.alg, 'PS256')
  const said = payload.token_introspection as Record<string, unknown>
  assert.deepEqual([said.active, said.cnf], [true, { jkt: client.dpop.jkt }])
})

test('FAPI-CIBA §5.2.2: the person can tell what is asked, and the tokens are bound', async () => {
  const caller = await party.client({ grant_types: [ciba], redirect_uris: [], scope: 'openid' })
  const sent = { scope: 'openid', login_hint: user.username }
  const begin = (more: Record<string, string> = {}, assertion = {}) =>
    party.ask(caller, '/oauth/backchannel', { ...sent, ...more }, { dpop: null, assertion })
  assert.deepEqual(told(await begin()), [400, 'invalid_request'], '2: no message')
  const { status, body } = await begin({ binding_message: 'W4SCT' })
  assert.deepEqual([status, typeof body.auth_req_id], [200, 'string'])
  const aud = [server.url]
  const refused = await begin({ binding_message: 'W4SCT' }, { aud })
  assert.deepEqual(told(refused), [401, 'invalid_client'], 'the profile holds here as well')
  const poll = { grant_type: ciba, auth_req_id: String(body.auth_req_id) }
  const bare = await party.ask(caller, '/oauth/token', poll, { dpop: null })
  assert.deepEqual(told(bare), [400, 'invalid_dpop_proof'])
  const waiting = await party.ask(caller, '/oauth/token', poll)
  assert.deepEqual(told(waiting), [400, 'authorization_pending'], '4: poll mode')
})

test('CIBA Core §7.1.1, RFC 7523 §3: of 50 who send one signed request, or one assertion, one wins', async () => {
  const caller = await party.client({
    grant_types: [ciba],
    redirect_uris: [],
    scope: 'openid',
    backchannel_authentication_request_signing_alg: 'ES256',
  })
  const said = { scope: 'openid', login_hint: user.username, binding_message: 'R4CE' }
  const times = { iat: now(), nbf: now(), exp: now() + 60 }
  const claims = { iss: caller.id, aud: server.url, jti: randomUUID(), ...times, ...said }
  const request = await party.sign(caller, claims)
  const asked = await Promise.all(
    Array.from({ length: 50 }, () =>
      party.ask(caller, '/oauth/backchannel', { request }, { dpop: null }),
    ),
  )
  assert.equal(asked.filter(({ status }) => status === 200).length, 1)
  assert.equal(asked.filter(({ body }) => body.error === 'invalid_request').length, 49)
  const client_assertion = await party.assertion(client)
  const sent = { ...requestFields(client, pair), client_assertion }
  const pushed = await Promise.all(
    Array.from({ length: 50 }, () => party.ask(client, '/oauth/par', sent, { dpop: null })),
  )
  assert.equal(pushed.filter(({ status }) => status === 201).length, 1)
  assert.equal(pushed.filter(({ body }) => body.error === 'invalid_client').length, 49)
})
