import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  createRemoteJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import type { SuiteParty, Variant } from '../harness/conformance.ts'
import { assertInvalidGrant, suiteParty } from '../harness/conformance.ts'
import { allResponseTypes } from '../harness/front-channel.ts'
import { pkce, query } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

/**
 * The modules of the OpenID Foundation's certification plans for what a browser does, each under the name that
 * it has there. What other files test word for word is named in docs/conformance.md.
 */
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let metadata: Readonly<Record<string, unknown>>
let user: TestUser
let client: TestClient
let other: TestClient
let key: CryptoKey
let browser: Browser

/** As an administrator registers the clients of the suite: it sends no PKCE, as OIDC Core knows none. */
const registered: NonNullable<Parameters<TestServer['client']>[0]> = {
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
  response_types: [...allResponseTypes],
  require_pkce: false,
  require_consent: false,
}

before(async () => {
  server = await testServer({ clock, env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
  metadata = await (await fetch(`${server.url}/.well-known/openid-configuration`)).json()
  user = await server.user({ profile })
  const pair = await generateKeyPair('RS256')
  key = pair.privateKey
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'suite', alg: 'RS256' }] }
  client = await server.client({ ...registered, jwks })
  other = await server.client(registered)
  browser = await signIn(server, user)
})
after(() => server?.close())

const profile = {
  name: 'Perla Sona',
  given_name: 'Perla',
  family_name: 'Sona',
  middle_name: 'M',
  nickname: 'Pe',
  profile: 'https://perla.example.com/',
  picture: 'https://perla.example.com/me.png',
  website: 'https://perla.example.com/',
  gender: 'female',
  birthdate: '1990-01-01',
  zoneinfo: 'Europe/Berlin',
  locale: 'de',
  phone_number: '+49 30 1234567',
  phone_number_verified: true,
  address: { formatted: 'Some Street 1, 10115 Berlin', country: 'DE' },
}

const isLogin = (page: Visit) => page.left === undefined && page.url.includes('/login?')
const enter = (at: Browser, page: Visit) =>
  at.submit(page, { identifier: user.username, password: user.password, remember: 'yes' })

/** What an ID token may say without being asked. */
const unasked = ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'azp']
const withAnswers = [...unasked, 'at_hash', 'c_hash', 's_hash', 'sid', 'jti', 'nbf']

type Module = {
  readonly name: string
  /** The response types for which the plans have it; undefined: all. */
  readonly for?: (party: SuiteParty) => boolean
  readonly run: (party: SuiteParty) => Promise<void>
}

/** Signed in already, a request with these parameters is answered. */
const succeeds = (name: string, fields: Readonly<Record<string, string>>): Module => ({
  name,
  run: async (party) => {
    await party.signIn(browser, fields)
  },
})

const claimsOf: Readonly<Record<string, readonly string[]>> = {
  profile: ['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username']
    .concat(['profile', 'picture', 'website', 'gender', 'birthdate', 'zoneinfo', 'locale'])
    .concat(['updated_at']),
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** OIDC Core 5.4: by UserInfo where there is an access token, in the ID token otherwise, and nothing more. */
const scope = (name: string, scopes: readonly string[], asked = ['openid', ...scopes]): Module => ({
  name,
  run: async (party) => {
    const { idToken, userinfo } = await party.signIn(browser, { scope: asked.join(' ') })
    const wanted = scopes.flatMap((one) => claimsOf[one] ?? []).sort()
    const token = Object.keys(idToken.payload).filter((one) => !withAnswers.includes(one))
    const alone = party.variant.type === 'id_token'
    assert.deepEqual(token.sort(), alone ? wanted : [])
    if (!alone) assert.deepEqual(Object.keys(userinfo).sort(), [...wanted, 'sub'].sort())
    const { address = {} } = alone ? idToken.payload : userinfo
    assert.equal(typeof address, 'object')
  },
})

const hasCode = (party: SuiteParty) => party.has('code')
const hasAccess = (party: SuiteParty) => party.variant.type !== 'id_token'
const needsNonce = (party: SuiteParty) => party.has('id_token')

async function userinfoBy(party: SuiteParty, send: (token: string) => RequestInit): Promise<void> {
  const { accessToken = '', idToken } = await party.signIn(browser, { scope: 'openid email' })
  const { status, body, headers } = await party.userinfo(accessToken, send(accessToken))
  assert.deepEqual([status, body.sub, body.email], [200, idToken.payload.sub, user.email])
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
}

const code = (party: SuiteParty, value: unknown) => ({
  grant_type: 'authorization_code',
  code: String(value),
  redirect_uri: party.client.client.metadata.redirect_uris[0],
})

const refusedAt = async (party: SuiteParty, fields: Readonly<Record<string, string | undefined>>) =>
  party.read(await browser.open(party.path(fields))).error

async function rejected(path: string, parameter: string): Promise<void> {
  const page = await browser.open(path)
  assert.deepEqual([page.left, page.status], [undefined, 400])
  assert.ok(page.body.includes(`<code>${parameter}</code>`), 'the person is told what is wrong')
}

const modules: readonly Module[] = [
  {
    name: 'oidcc-server',
    run: async (party) => {
      const { told, idToken } = await party.signIn(browser)
      const foreign = Object.keys(idToken.payload).filter((one) => !withAnswers.includes(one))
      assert.deepEqual(foreign, [])
      const usual = ['code', 'id_token', 'access_token', 'token_type', 'expires_in', 'scope']
      const others = Object.keys(told).filter((one) => !usual.includes(one))
      assert.deepEqual(others.sort(), ['iss', 'session_state', 'state'])
    },
  },
  {
    name: 'oidcc-response-type-missing',
    run: async (party) => {
      const page = await browser.open(party.path({ response_type: undefined }))
      const told = party.variant.formPost ? party.read(page) : {}
      const error = told.error ?? page.left?.searchParams.get('error')
      assert.equal(error, 'invalid_request')
    },
  },
  {
    name: 'oidcc-idtoken-signature',
    run: async (party) => {
      const { idToken } = await party.signIn(browser)
      const { keys } = await (await fetch(String(metadata.jwks_uri))).json()
      const named = keys.filter(({ kid }: { kid: string }) => kid === idToken.header.kid)
      assert.deepEqual([idToken.header.alg, named.length], ['RS256', 1])
    },
  },
  {
    name: 'oidcc-userinfo-get',
    for: hasAccess,
    run: (party) => userinfoBy(party, () => ({})),
  },
  {
    name: 'oidcc-userinfo-post-header',
    for: hasAccess,
    run: (party) => userinfoBy(party, () => ({ method: 'POST' })),
  },
  {
    name: 'oidcc-userinfo-post-body',
    for: hasAccess,
    run: (party) =>
      userinfoBy(party, (access_token) => ({
        method: 'POST',
        headers: {},
        body: query({ access_token }),
      })),
  },
  {
    name: 'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
    for: (party) => !needsNonce(party),
    run: async (party) => {
      await party.signIn(browser, { nonce: undefined })
    },
  },
  {
    name: 'oidcc-ensure-request-without-nonce-fails',
    for: needsNonce,
    run: async (party) =>
      assert.equal(await refusedAt(party, { nonce: undefined }), 'invalid_request'),
  },
  scope('oidcc-scope-profile', ['profile']),
  scope('oidcc-scope-email', ['email']),
  scope('oidcc-scope-address', ['address']),
  scope('oidcc-scope-phone', ['phone']),
  scope('oidcc-scope-all', Object.keys(claimsOf)),
  scope('oidcc-ensure-other-scope-order-succeeds', ['email'], ['email', 'openid']),
  succeeds('oidcc-display-page', { display: 'page' }),
  succeeds('oidcc-display-popup', { display: 'popup' }),
  {
    name: 'oidcc-prompt-login',
    run: async (party) => {
      const at = await signIn(server, user)
      const first = await party.signIn(at)
      clock.advance(2)
      const page = await at.open(party.path({ prompt: 'login' }))
      assert.ok(isLogin(page))
      const second = await party.finish(await enter(at, page))
      assert.equal(second.idToken.payload.sub, first.idToken.payload.sub)
      assert.ok(Number(second.idToken.payload.auth_time) > Number(first.idToken.payload.auth_time))
    },
  },
  {
    name: 'oidcc-prompt-none-not-logged-in',
    run: async (party) => {
      const told = party.read(await server.browser().open(party.path({ prompt: 'none' })))
      assert.deepEqual([told.error, told.state], ['login_required', 'state-of-the-suite'])
      for (const name of ['code', 'id_token', 'access_token']) assert.equal(told[name], undefined)
    },
  },
  {
    name: 'oidcc-prompt-none-logged-in',
    run: async (party) => {
      const first = await party.signIn(browser)
      const second = await party.signIn(browser, { prompt: 'none' })
      for (const name of ['sub', 'auth_time'])
        assert.equal(second.idToken.payload[name], first.idToken.payload[name], name)
    },
  },
  {
    name: 'oidcc-max-age-1',
    run: async (party) => {
      const at = await signIn(server, user)
      clock.advance(2)
      const page = await at.open(party.path({ max_age: '1' }))
      assert.ok(isLogin(page))
      const { idToken } = await party.finish(await enter(at, page))
      assert.ok(Number(idToken.payload.auth_time) >= numericDate(clock.now()) - 1)
    },
  },
  {
    name: 'oidcc-max-age-10000',
    run: async (party) => {
      const at = await signIn(server, user)
      const first = await party.signIn(at, { max_age: '15000' })
      clock.advance(2)
      const second = await party.signIn(at, { max_age: '10000' })
      for (const name of ['sub', 'auth_time'])
        assert.equal(second.idToken.payload[name], first.idToken.payload[name], name)
    },
  },
  succeeds('oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }),
  {
    name: 'oidcc-id-token-hint',
    run: async (party) => {
      const first = await party.signIn(browser)
      const hint = { prompt: 'none', id_token_hint: first.idTokenText }
      const second = await party.signIn(browser, hint)
      assert.equal(second.idToken.payload.sub, first.idToken.payload.sub)
    },
  },
  {
    name: 'oidcc-login-hint',
    run: async (party) => {
      const hint = { login_hint: 'buffy@app.example.com' }
      await party.signIn(browser, hint)
      const at = server.browser()
      const page = await at.open(party.path(hint))
      assert.ok(page.body.includes('buffy@app.example.com'))
      await party.finish(await enter(at, page))
    },
  },
  succeeds('oidcc-ui-locales', { ui_locales: 'se' }),
  succeeds('oidcc-claims-locales', { claims_locales: 'se' }),
  {
    name: 'oidcc-ensure-request-with-acr-values-succeeds',
    run: async (party) => {
      const unknown = await party.signIn(browser, { acr_values: '1 2' })
      assert.equal(unknown.idToken.payload.acr, 'urn:cardea:aal1')
      const known = await party.signIn(browser, { acr_values: 'urn:cardea:aal1' })
      assert.equal(known.idToken.payload.acr, 'urn:cardea:aal1')
    },
  },
  {
    name: 'oidcc-codereuse',
    for: hasCode,
    run: async (party) => {
      const { told } = await party.signIn(browser)
      assertInvalidGrant(await party.token(code(party, told.code)))
    },
  },
  {
    name: 'oidcc-codereuse-30seconds',
    for: hasCode,
    run: async (party) => {
      const { told, accessToken } = await party.signIn(browser)
      clock.advance(30)
      assert.equal((await party.userinfo(accessToken)).status, 200)
      assertInvalidGrant(await party.token(code(party, told.code)))
      assert.equal((await party.userinfo(accessToken)).status, 401, 'revoked by the second use')
    },
  },
  {
    name: 'oidcc-ensure-registered-redirect-uri',
    run: (party) =>
      rejected(party.path({ redirect_uri: 'https://app.example.com/x' }), 'redirect_uri'),
  },
  {
    name: 'oidcc-ensure-post-request-succeeds',
    run: async (party) => {
      const { pathname, searchParams: body } = new URL(party.path(), server.url)
      const response = await browser.fetch(pathname, { method: 'POST', body })
      const location = response.headers.get('location')
      const left = location === null ? undefined : new URL(location)
      const { status, headers } = response
      await party.finish({ url: server.url, status, headers, left, body: await response.text() })
    },
  },
  {
    name: 'oidcc-server-client-secret-post',
    for: hasCode,
    run: async ({ variant }) => {
      const token_endpoint_auth_method = 'client_secret_post'
      const own = await server.client({ ...registered, token_endpoint_auth_method })
      const prove = async () => ({ client_id: own.id, client_secret: own.secret })
      await suiteParty(server, own, { variant, prove }).signIn(browser)
    },
  },
  {
    // Where `none` is not advertised the suite skips this; what counts is that it is never passed over in silence.
    name: 'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
    run: async (party) => {
      const algorithms = metadata.request_object_signing_alg_values_supported
      assert.ok(Array.isArray(algorithms) && !algorithms.includes('none'))
      const request = new UnsecuredJWT({ client_id: client.id, state: 'inside' }).encode()
      assert.equal(await refusedAt(party, { request }), 'invalid_request_object')
    },
  },
  {
    name: 'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
    run: async (party) =>
      assert.equal(
        await refusedAt(party, { request_uri: 'https://app.example.com/unsigned.jwt' }),
        'invalid_request_uri',
      ),
  },
  {
    name: 'oidcc-claims-essential',
    run: async (party) => {
      const alone = party.variant.type === 'id_token'
      const claims = JSON.stringify({
        [alone ? 'id_token' : 'userinfo']: { name: { essential: true } },
      })
      const { idToken, userinfo } = await party.signIn(browser, { claims })
      const names = [idToken.payload.name, userinfo.name]
      assert.deepEqual(names, alone ? ['Perla Sona', undefined] : [undefined, 'Perla Sona'])
    },
  },
  {
    name: 'oidcc-ensure-request-object-with-redirect-uri',
    run: async (party) => {
      const asked = new URL(party.path(), server.url).searchParams
      const request = await new SignJWT({ ...Object.fromEntries(asked), aud: server.url })
        .setProtectedHeader({ alg: 'RS256', kid: 'suite' })
        .sign(key)
      const redirect_uri = 'https://evil.example/callback'
      await party.signIn(browser, { request, redirect_uri })
    },
  },
  {
    name: 'oidcc-refresh-token',
    for: hasCode,
    run: async (party) => {
      const asked = { scope: 'openid offline_access', prompt: 'consent' }
      const page = await browser.open(party.path(asked))
      const { tokens, idToken } = await party.finish(
        await browser.submit(page, { decision: 'allow' }),
        asked,
      )
      const refresh_token = String(tokens.refresh_token)
      assert.match(refresh_token, /^[\x20-\x7e]+$/)
      const grant = { grant_type: 'refresh_token', refresh_token }
      const foreign = suiteParty(server, other, { variant: party.variant })
      assertInvalidGrant(await foreign.token(grant))
      const { status, body } = await party.token(grant)
      assert.equal(status, 200, 'still good: nobody else could use it')
      assert.notEqual(body.access_token, tokens.access_token)
      const { payload } = await verifiedAgain(body.id_token)
      for (const name of ['iss', 'sub', 'aud', 'auth_time'])
        assert.deepEqual(payload[name], idToken.payload[name], name)
      assert.equal((await party.userinfo(body.access_token)).status, 200)
    },
  },
  {
    name: 'oidcc-ensure-request-with-valid-pkce-succeeds',
    for: hasCode,
    run: async (party) => {
      const { verifier, challenge } = pkce()
      const proof = { code_challenge: challenge, code_challenge_method: 'S256' }
      await party.signIn(browser, { ...proof, code_verifier: verifier })
    },
  },
]

async function verifiedAgain(text: unknown) {
  const keys = createRemoteJWKSet(new URL(String(metadata.jwks_uri)))
  return jwtVerify(String(text), keys, { currentDate: clock.now() })
}

/** What is answered in another way when answers are posted. */
const posted = [
  'oidcc-server',
  'oidcc-response-type-missing',
  'oidcc-ensure-request-without-nonce-fails',
  'oidcc-prompt-none-not-logged-in',
  'oidcc-prompt-none-logged-in',
  'oidcc-ensure-post-request-succeeds',
]

/** The response types and modes of each plan. */
const plans: Readonly<Record<string, readonly Variant[]>> = {
  'oidcc-basic-certification-test-plan': [{ type: 'code' }],
  'oidcc-formpost-basic-certification-test-plan': [{ type: 'code', formPost: true }],
  'oidcc-implicit-certification-test-plan': [{ type: 'id_token' }, { type: 'id_token token' }],
  'oidcc-formpost-implicit-certification-test-plan': [
    { type: 'id_token', formPost: true },
    { type: 'id_token token', formPost: true },
  ],
  'oidcc-hybrid-certification-test-plan': [
    { type: 'code id_token' },
    { type: 'code token' },
    { type: 'code id_token token' },
  ],
  'oidcc-formpost-hybrid-certification-test-plan': [
    { type: 'code id_token', formPost: true },
    { type: 'code token', formPost: true },
    { type: 'code id_token token', formPost: true },
  ],
}

for (const [plan, variants] of Object.entries(plans)) {
  for (const variant of variants) {
    test(`${plan}, response_type=${variant.type}`, async (t) => {
      const party = suiteParty(server, client, { variant })
      const brief = variant.formPost === true && variant.type !== 'code'
      for (const { name, run, for: fits = () => true } of modules) {
        if (fits(party) && (!brief || posted.includes(name))) await t.test(name, () => run(party))
      }
    })
  }
}
