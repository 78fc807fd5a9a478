import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { decodeJwt, UnsecuredJWT } from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import type { Visit } from '../harness/browser.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import type { Fapi, FapiClient } from '../harness/fapi.ts'
import { fapi } from '../harness/fapi.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, passPages, pkce } from '../harness/oauth.ts'
import { pushedPath } from '../harness/pushed.ts'
import type { RawAnswer } from '../harness/raw-request.ts'
import { rawRequest } from '../harness/raw-request.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

/**
 * The plans `fapi2-security-profile-final` and `fapi2-message-signing-final` of the OpenID Foundation for clients
 * with private_key_jwt and DPoP: their modules that need no other client than this, under the names they have there.
 */
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const pair = pkce()
let server: TestServer
let user: TestUser
let party: Fapi
let client: FapiClient
let other: FapiClient
let signing: FapiClient

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  party = fapi({ server, user, pkce: pair, now: () => clock.now() })
  const scope = 'openid profile email offline_access'
  client = await party.client({ require_consent: false, scope })
  other = await party.client({ require_consent: false, scope })
  signing = await party.client({
    require_consent: false,
    scope,
    require_signed_request_object: true,
    response_modes: ['jwt'],
  })
})
after(() => server?.close())

const now = () => numericDate(clock.now())
const told = ({ status, body }: RawAnswer) => [status, body.error]
const answered = (page: Visit) => Object.fromEntries(page.left?.searchParams ?? [])

async function tokens(sent: Fields = {}, how = {}): Promise<Readonly<Record<string, unknown>>> {
  const { status, body } = await party.redeem(client, await party.code(client, sent, how), how)
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

type UserinfoHow = { readonly scheme?: string; readonly claims?: object; readonly header?: object }

async function userinfo(token: unknown, { scheme = 'DPoP', claims, header }: UserinfoHow = {}) {
  const htu = `${server.url}/oauth/userinfo`
  const parts = { htu, htm: 'GET', token: String(token), now: clock.now() }
  const dpop = await proof(client.dpop, {
    ...parts,
    ...(claims && { claims: { ...claims } }),
    ...(header && { header: { ...header } }),
  })
  return rawRequest(htu, {
    method: 'GET',
    headers: { authorization: `${scheme} ${String(token)}`, dpop },
  })
}

/** Pushes a signed request; the answer of the PAR endpoint. */
const pushSigned = async (claims: Fields | Readonly<Record<string, unknown>> = {}) => {
  const request = await party.request(signing, { response_mode: 'jwt', ...claims })
  return party.ask(signing, '/oauth/par', { request }, { dpop: null })
}

const refusesObject = (claims: () => Readonly<Record<string, unknown>>) => async () =>
  assert.deepEqual(told(await pushSigned(claims())), [400, 'invalid_request_object'])
const refusesPush = (sent: Fields, error: string) => async () =>
  assert.deepEqual(told(await party.push(client, sent)), [400, error])
const refusesAssertion = (claims: () => object) => async () =>
  assert.deepEqual(told(await party.push(client, {}, { assertion: { ...claims() } })), [
    401,
    'invalid_client',
  ])

/** What comes back with the answer of a pushed request, whatever the browser says beside it. */
async function visited(sent: Fields, beside: Fields = {}) {
  const { body } = await party.push(client, sent)
  const path = pushedPath(client.id, body.request_uri, beside)
  return answered(await passPages(server.browser(), path, user))
}

const redeemed = async (how: object) =>
  told(await party.redeem(client, await party.code(client), how))

const modules: Readonly<Record<string, () => Promise<void>>> = {
  'discovery-end-point-verification': async () => {
    const response = await fetch(`${server.url}/.well-known/openid-configuration`)
    const metadata: Readonly<Record<string, unknown>> = await response.json()
    const has = (name: string, value: string) => {
      const list = metadata[name]
      assert.ok(Array.isArray(list) && list.includes(value), `${name}: ${value}`)
    }
    for (const name of ['id_token', 'dpop', 'token_endpoint_auth', 'userinfo', 'request_object']) {
      for (const alg of ['PS256', 'ES256']) has(`${name}_signing_alg_values_supported`, alg)
    }
    has('token_endpoint_auth_methods_supported', 'private_key_jwt')
    has('response_modes_supported', 'jwt')
    for (const kind of ['signing_alg', 'encryption_alg', 'encryption_enc'])
      assert.ok(Array.isArray(metadata[`authorization_${kind}_values_supported`]), kind)
    assert.equal(metadata.authorization_response_iss_parameter_supported, true)
    assert.equal(typeof metadata.require_pushed_authorization_requests, 'boolean')
    assert.equal(typeof metadata.pushed_authorization_request_endpoint, 'string')
  },
  'happy-flow': async () => {
    const { id_token, access_token, expires_in } = await tokens({ scope: 'openid' })
    const { iss, aud, sub, nonce } = decodeJwt(String(id_token))
    assert.deepEqual([iss, aud, sub, nonce], [server.url, client.id, user.id, 'n-1'])
    assert.equal(typeof expires_in, 'number')
    assert.equal((await userinfo(access_token)).body.sub, user.id)
  },
  'ensure-authorization-request-without-state-success': async () =>
    assert.equal((await visited({ state: undefined })).state, undefined),
  'ensure-authorization-request-without-nonce-success': async () => {
    const { id_token } = await tokens({ nonce: undefined })
    assert.equal(decodeJwt(String(id_token)).nonce, undefined)
  },
  'ensure-authorization-request-with-long-nonce': async () => {
    const nonce = 'n'.repeat(384)
    assert.equal(decodeJwt(String((await tokens({ nonce })).id_token)).nonce, nonce)
  },
  'ensure-authorization-request-with-long-state': async () => {
    const state = 's'.repeat(1000)
    assert.equal((await visited({ state })).state, state)
  },
  'ensure-different-state-inside-and-outside-request-object': async () =>
    assert.equal((await visited({ state: 'inside' }, { state: 'outside' })).state, 'inside'),
  'state-only-outside-request-object-not-used': async () =>
    assert.equal((await visited({ state: undefined }, { state: 'outside' })).state, undefined),
  'ensure-other-scope-order-succeeds': async () => {
    await tokens({ scope: 'email openid' })
  },
  'test-claims-parameter-identity-claims': async () => {
    const claims = { id_token: { name: { essential: true } }, userinfo: { name: null } }
    const sent = { scope: 'openid', claims: JSON.stringify(claims) }
    const { id_token, access_token } = await tokens(sent)
    assert.equal(decodeJwt(String(id_token)).name, 'Perla Sona')
    assert.equal((await userinfo(access_token)).body.name, 'Perla Sona')
  },
  'access-token-type-header-case-sensitivity': async () => {
    const { access_token } = await tokens()
    for (const scheme of ['dpop', 'DPOP', 'DpOp'])
      assert.equal((await userinfo(access_token, { scheme })).status, 200, scheme)
  },
  'check-dpop-proof-nbf-exp': async () => {
    const times = () => ({ nbf: now(), exp: now() + 300 })
    const { access_token } = await tokens({}, { proof: times() })
    assert.equal((await userinfo(access_token, { claims: times() })).status, 200)
  },
  'ensure-dpop-proof-with-iat-10seconds-before-and-after-succeeds': async () => {
    for (const seconds of [-10, 10]) {
      const { access_token } = await tokens({}, { proof: { iat: now() + seconds } })
      const claims = { iat: now() + seconds }
      assert.equal((await userinfo(access_token, { claims })).status, 200)
    }
  },
  'dpop-negative-tests': async () => {
    const { access_token } = await tokens()
    const htu = `${server.url}/oauth/userinfo`
    const fine: UserinfoHow[] = [
      {},
      { claims: { htu: `${htu}?a=1#b` } },
      { claims: { extra: 'x' }, header: { extra: 'x' } },
    ]
    for (const how of fine)
      assert.equal((await userinfo(access_token, how)).status, 200, JSON.stringify(how))
    const wrong: UserinfoHow[] = [
      ...['jti', 'htm', 'htu', 'iat', 'ath'].map((name) => ({ claims: { [name]: undefined } })),
      { header: { typ: undefined } },
      { header: { typ: 'jwt' } },
      { header: { jwk: undefined } },
      { claims: { htm: 'PUT' } },
      { claims: { htu: 'https://other.example/' } },
      { claims: { iat: now() + 3600 } },
      { claims: { iat: now() - 3600 } },
      { claims: { ath: 'x' } },
      { scheme: 'Bearer' },
    ]
    for (const how of wrong)
      assert.equal((await userinfo(access_token, how)).status, 401, JSON.stringify(how))
  },
  'ensure-mismatched-dpop-jkt-fails': async () => {
    const { jkt } = await proofKey()
    const answer = await party.push(client, { dpop_jkt: jkt }, { dpop: client.dpop })
    assert.equal(answer.status, 400)
  },
  'ensure-token-endpoint-fails-with-mismatched-dpop-jkt': async () => {
    const code = await party.code(client, { dpop_jkt: client.dpop.jkt })
    const dpop = await proofKey()
    assert.deepEqual(told(await party.redeem(client, code, { dpop })), [400, 'invalid_grant'])
  },
  'ensure-dpop-proof-at-par-endpoint-binding-success': async () => {
    await tokens({}, { dpop: client.dpop })
  },
  'ensure-server-accepts-request-object-with-multiple-aud': async () => {
    const { status } = await pushSigned({ aud: [server.url, 'https://other.example'] })
    assert.equal(status, 201)
  },
  'ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted': async () =>
    assert.equal((await pushSigned({ nbf: now() + 8 })).status, 201),
  'ensure-request-object-without-exp-fails': refusesObject(() => ({ exp: undefined })),
  'ensure-request-object-without-nbf-fails': refusesObject(() => ({ nbf: undefined })),
  'ensure-expired-request-object-fails': refusesObject(() => ({ exp: now() - 300 })),
  'ensure-request-object-with-bad-aud-fails': refusesObject(() => ({ aud: 'https://x.example' })),
  'ensure-request-object-with-exp-over-60-fails': refusesObject(() => ({ exp: now() + 4200 })),
  'ensure-request-object-with-nbf-over-60-fails': refusesObject(() => ({ nbf: now() - 4200 })),
  'ensure-request-object-without-redirect-uri-fails': async () =>
    assert.equal((await pushSigned({ redirect_uri: undefined })).status, 400),
  'par-reject-request-uri-in-par-authorization-request': async () =>
    assert.equal((await pushSigned({ request_uri: 'urn:x' })).status, 400),
  'ensure-request-object-signature-algorithm-is-not-none': async () => {
    const request = new UnsecuredJWT(decodeJwt(await party.request(signing))).encode()
    const answer = await party.ask(signing, '/oauth/par', { request }, { dpop: null })
    assert.deepEqual(told(answer), [400, 'invalid_request_object'])
  },
  'ensure-matching-key-in-authorization-request': async () => {
    const request = await party.request({ ...signing, key: other.key })
    const answer = await party.ask(signing, '/oauth/par', { request }, { dpop: null })
    assert.deepEqual(told(answer), [400, 'invalid_request_object'])
  },
  'ensure-unsigned-request-at-par-endpoint-fails': async () =>
    assert.deepEqual(told(await party.push(signing)), [400, 'invalid_request']),
  'happy-flow with signed requests and JARM': async () => {
    const { body } = await pushSigned()
    const { response } = answered(await party.visit(signing, body.request_uri))
    const { code, iss, aud } = decodeJwt(response ?? '')
    assert.deepEqual([iss, aud], [server.url, signing.id])
    assert.equal((await party.redeem(signing, String(code))).status, 200)
  },
  'ensure-registered-redirect-uri': refusesPush(
    { redirect_uri: `${callback}/other` },
    'invalid_request',
  ),
  'ensure-redirect-uri-in-authorization-request': refusesPush(
    { redirect_uri: undefined },
    'invalid_request',
  ),
  'ensure-response-type-code-idtoken-fails': async () => {
    const { status, body } = await party.push(client, { response_type: 'code id_token' })
    assert.ok(
      status === 400 &&
        /^(unauthorized_client|unsupported_response_type)$/.test(String(body.error)),
    )
  },
  'ensure-unsigned-authorization-request-without-using-par-fails': async () => {
    const page = await server.browser().open(authorizePath(client, pair))
    assert.equal(answered(page).error, 'invalid_request')
  },
  'ensure-client-id-in-token-endpoint': async () => {
    const code = await party.code(client)
    const answer = await party.redeem({ ...other, key: client.key }, code)
    assert.deepEqual(told(answer), [401, 'invalid_client'])
  },
  'ensure-authorization-code-is-bound-to-client': async () =>
    assert.deepEqual(told(await party.redeem(other, await party.code(client))), [
      400,
      'invalid_grant',
    ]),
  'ensure-holder-of-key-required': async () =>
    assert.equal((await redeemed({ dpop: null }))[0], 400),
  'attempt-reuse-authorization-code-after-one-second': async () => {
    const code = await party.code(client)
    const { body } = await party.redeem(client, code)
    clock.advance(1)
    assert.deepEqual(told(await party.redeem(client, code)), [400, 'invalid_grant'])
    assert.equal((await userinfo(body.access_token)).status, 401)
  },
  'attempt-to-use-expired-auth-code': async () => {
    const code = await party.code(client)
    clock.advance(61)
    assert.deepEqual(told(await party.redeem(client, code)), [400, 'invalid_grant'])
  },
  'ensure-client-assertion-in-token-endpoint-fails': async () => {
    const sent = { client_assertion: undefined, client_assertion_type: undefined }
    const answer = await party.ask(client, '/oauth/token', { ...sent, client_id: client.id })
    assert.ok([400, 401].includes(answer.status))
  },
  'ensure-client-assertion-with-exp-is-5-minutes-in-past-fails': refusesAssertion(() => ({
    iat: now() - 360,
    exp: now() - 300,
  })),
  'ensure-client-assertion-with-wrong-aud-fails': refusesAssertion(() => ({
    aud: 'https://other.example',
  })),
  'ensure-client-assertion-with-no-sub-fails': refusesAssertion(() => ({ sub: undefined })),
  'par-endpoint-as-audience-fails': refusesAssertion(() => ({ aud: `${server.url}/oauth/par` })),
  'par-endpoint-as-array-audience-fails': refusesAssertion(() => ({ aud: [server.url] })),
  'par-token-endpoint-as-audience-fails': refusesAssertion(() => ({
    aud: `${server.url}/oauth/token`,
  })),
  'par-ensure-jwt-client-assertion-with-iat-nbf-8-seconds-in-the-future-is-accepted': async () => {
    const assertion = { iat: now() + 8, nbf: now() + 8 }
    assert.equal((await party.push(client, {}, { assertion })).status, 201)
  },
  'par-ensure-jwt-client-assertion-with-iat-nbf-over-60-seconds-in-the-future-fails':
    refusesAssertion(() => ({ iat: now() + 62, nbf: now() + 62, exp: now() + 120 })),
  'refresh-token': async () => {
    const { refresh_token } = await tokens({ scope: 'openid offline_access' })
    assert.deepEqual(told(await party.refresh(other, refresh_token)), [400, 'invalid_grant'])
    const { status, body } = await party.refresh(client, refresh_token)
    assert.equal(status, 200)
    assert.equal((await userinfo(body.access_token)).status, 200)
  },
  'par-ensure-reused-request-uri-prior-to-auth-completion-succeeds': async () => {
    const { body } = await party.push(client)
    await server.browser().open(pushedPath(client.id, body.request_uri))
    assert.ok(answered(await party.visit(client, body.request_uri)).code)
  },
  'par-attempt-reuse-request_uri': async () => {
    const { body } = await party.push(client)
    await party.visit(client, body.request_uri)
    assert.equal((await party.visit(client, body.request_uri)).status, 400)
  },
  'par-attempt-to-use-expired-request_uri': async () => {
    const { body } = await party.push(client)
    clock.advance(Number(body.expires_in) + 1)
    assert.equal((await party.visit(client, body.request_uri)).status, 400)
  },
  'par-ensure-request-uri-is-bound-to-client': async () => {
    const { body } = await party.push(client)
    assert.equal((await party.visit(other, body.request_uri)).status, 400)
  },
  'par-authorization-request-containing-request_uri-form-param': refusesPush(
    { request_uri: 'urn:x' },
    'invalid_request',
  ),
  'par-test-invalid-http-method': async () =>
    assert.equal((await fetch(`${server.url}/oauth/par`)).status, 405),
  'par-pkce-required': refusesPush(
    { code_challenge: undefined, code_challenge_method: undefined },
    'invalid_request',
  ),
  'par-plain-pkce-rejected': refusesPush(
    { code_challenge: pair.verifier, code_challenge_method: 'plain' },
    'invalid_request',
  ),
  'par-pkce-verifier-missing-or-incorrect': async () => {
    const challenge = createHash('sha256').update('x'.repeat(43)).digest('base64url')
    const code = await party.code(client, { code_challenge: challenge })
    assert.deepEqual(told(await party.redeem(client, code)), [400, 'invalid_grant'])
  },
}

test('fapi2-security-profile-final and fapi2-message-signing-final', async (t) => {
  for (const [name, run] of Object.entries(modules)) await t.test(name, run)
})
