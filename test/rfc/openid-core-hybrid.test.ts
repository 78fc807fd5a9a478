import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CryptoKey } from 'jose'
import {
  compactDecrypt,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import * as oidc from 'openid-client'
import type { Browser, Visit } from '../harness/browser.ts'
import { frontClient, half, inFragment, inQuery } from '../harness/front-channel.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, pkce, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

let server: TestServer
let user: TestUser
let client: TestClient
let browser: Browser

before(async () => {
  server = await testServer({ env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
  user = await server.user({ profile: { name: 'Perla Sona', given_name: 'Perla' } })
  client = await frontClient(server)
  browser = await signIn(server, user)
})
after(() => server?.close())

const proof = pkce()
const ask = (fields: Fields, as = client, by = browser): Promise<Visit> =>
  by.open(authorizePath(as, proof, fields))
const told = async (fields: Fields, as = client) => inFragment(await ask(fields, as))
const idToken = async (fields: Fields, as = client) =>
  decodeJwt((await told({ response_type: 'id_token', ...fields }, as)).id_token ?? '')
const isLogin = (page: Visit) => page.left === undefined && page.url.includes('/login?')
const isChoice = (page: Visit) => page.left === undefined && page.url.includes('/login/choose?')

async function verified(token: unknown, as: TestClient, alg: string) {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
  const rules = { issuer: server.url, audience: as.id, algorithms: [alg] }
  return (await jwtVerify(String(token), keys, rules)).payload
}

for (const [alg, hash] of [
  ['RS256', 'sha256'],
  ['PS256', 'sha256'],
  ['ES256', 'sha256'],
  ['ES384', 'sha384'],
  ['ES512', 'sha512'],
  ['EdDSA', 'sha512'],
] as const) {
  test(`OIDC Core §3.3.2.11: at_hash, c_hash and s_hash of ${alg}`, async () => {
    const own = await frontClient(server, { id_token_signed_response_alg: alg })
    const all = await told({ response_type: 'code id_token token' }, own)
    const payload = await verified(all.id_token, own, alg)
    const expected = [half(hash, all.access_token), half(hash, all.code), half(hash, 'st-1')]
    assert.deepEqual([payload.at_hash, payload.c_hash, payload.s_hash], expected)
    assert.deepEqual([payload.sub, payload.nonce], [user.id, 'n-1'])
    const { body } = await redeem(server, own, all.code ?? '', proof.verifier)
    const second = await verified(body.id_token, own, alg)
    assert.equal(second.at_hash, half(hash, body.access_token))
    // OIDC Core 3.3.3.6: the same person by the same issuer, and the same authentication.
    for (const name of ['iss', 'sub', 'aud', 'nonce', 'auth_time', 'acr', 'sid']) {
      assert.deepEqual(second[name], payload[name], name)
    }
    assert.deepEqual([second.c_hash, second.s_hash], [undefined, undefined])
  })
}

test('FAPI 1.0 Part 2 §5.1.1: the ID token is the detached signature of the answer', async () => {
  const { code, id_token } = await told({ response_type: 'code id_token' })
  const { c_hash, s_hash, at_hash } = decodeJwt(id_token ?? '')
  assert.deepEqual(
    [c_hash, s_hash, at_hash],
    [half('sha256', code), half('sha256', 'st-1'), undefined],
  )
  const stateless = await told({ response_type: 'code id_token', state: undefined })
  assert.equal(decodeJwt(stateless.id_token ?? '').s_hash, undefined)
  assert.equal('state' in stateless, false)
})

test('OIDC Core §3.2.2.10, §2: an ID token from here has the required claims and no others', async () => {
  const { iat, exp, sid, auth_time, ...rest } = await idToken({ scope: 'openid' })
  assert.ok(Number(exp) > Number(iat) && Number(auth_time) <= Number(iat))
  assert.equal(typeof sid, 'string')
  assert.deepEqual(rest, {
    iss: server.url,
    sub: user.id,
    aud: client.id,
    nonce: 'n-1',
    acr: 'urn:cardea:aal1',
    amr: ['pwd'],
    s_hash: half('sha256', 'st-1'),
  })
})

test('OIDC Core §5.4: claims of scopes are in the ID token only where there is no access token', async () => {
  const alone = await idToken({ scope: 'openid profile email' })
  assert.deepEqual([alone.email, alone.name], [user.email, 'Perla Sona'])
  const { email_verified, preferred_username, address } = alone
  assert.deepEqual([email_verified, preferred_username, address], [true, user.username, undefined])
  const own = await frontClient(server, { scope: 'openid email roles' })
  const scope = 'openid email roles'
  assert.deepEqual((await idToken({ scope }, own)).roles, [])
  for (const response_type of ['id_token token', 'code id_token', 'code id_token token']) {
    const claims = await idToken({ response_type, scope }, own)
    assert.deepEqual([claims.email, claims.roles], [undefined, undefined], response_type)
  }
})

test('OIDC Core §5.5: the claims parameter with answers of this endpoint', async () => {
  const claims = (members: unknown) => ({ claims: JSON.stringify(members), scope: 'openid' })
  const asked = {
    id_token: { given_name: null, 'name#de': null, email: { essential: true, x: 1 } },
  }
  for (const response_type of ['id_token', 'id_token token', 'code id_token']) {
    const got = await idToken({ response_type, ...claims({ ...asked, unknown: 1 }) })
    assert.deepEqual([got.given_name, got.email, got.name], ['Perla', user.email, undefined])
  }
  const userinfo = claims({ userinfo: { given_name: null } })
  const refused = await told({ response_type: 'id_token', ...userinfo })
  assert.equal(refused.error, 'invalid_request', 'no access token to ask UserInfo with')
  const { access_token } = await told({ response_type: 'id_token token', ...userinfo })
  const headers = { authorization: `Bearer ${access_token}` }
  const answer = await fetch(`${server.url}/oauth/userinfo`, { headers })
  assert.deepEqual(await answer.json(), { sub: user.id, given_name: 'Perla' })
})

test('OIDC Core §5.5.1: a sub by value or by values must be the person, also together with a hint', async () => {
  const quiet = (sub: unknown, more: Fields = {}) =>
    told({
      response_type: 'id_token',
      prompt: 'none',
      claims: JSON.stringify({ id_token: { sub } }),
      ...more,
    })
  assert.ok((await quiet({ values: ['x', user.id] })).id_token)
  assert.ok((await quiet(null)).id_token)
  assert.equal((await quiet({ values: ['x'] })).error, 'login_required')
  assert.equal((await quiet({ value: 'x' })).error, 'login_required')
  const { id_token } = await told({ response_type: 'id_token' })
  assert.ok((await quiet({ value: user.id }, { id_token_hint: id_token })).id_token)
  assert.equal((await quiet({ value: 'x' }, { id_token_hint: id_token })).error, 'login_required')
})

test('OIDC Core §8.1: hints and a sub that is asked for are meant as the client knows people', async () => {
  const own = await frontClient(server, { subject_type: 'pairwise' })
  const first = await told({ response_type: 'id_token' }, own)
  const { sub } = decodeJwt(first.id_token ?? '')
  const quiet = { response_type: 'id_token', prompt: 'none' }
  const by = (value: unknown) => JSON.stringify({ id_token: { sub: { value } } })
  assert.ok((await told({ ...quiet, id_token_hint: first.id_token }, own)).id_token)
  assert.ok((await told({ ...quiet, claims: by(sub) }, own)).id_token)
  assert.notEqual(sub, user.id)
  assert.equal((await told({ ...quiet, claims: by(user.id) }, own)).error, 'login_required')
  // Another client's token would tell whether two pseudonyms are one person.
  const foreign = await told({ ...quiet, id_token_hint: first.id_token })
  assert.equal(foreign.error, 'invalid_request')
})

test('OIDC Core §3.1.2.1: select_account offers the account that is signed in, once', async () => {
  const own = await signIn(server, user)
  const page = await ask({ prompt: 'select_account' }, client, own)
  assert.ok(isChoice(page))
  assert.ok(page.body.includes('Continue as Perla Sona'))
  const flow = new URL(page.url).search
  const around = await own.open(`/oauth/authorize/resume${flow}`)
  assert.ok(isChoice(around), 'nobody gets around it')
  const done = await own.submit(page, { account: 'this' })
  const { body } = await redeem(server, client, inQuery(done).code ?? '', proof.verifier)
  assert.equal(decodeJwt(String(body.id_token)).sub, user.id)
  const nobody = server.browser()
  const login = await ask({ prompt: 'select_account' }, client, nobody)
  assert.ok(isLogin(login), 'without a session there is nothing to choose')
  const { username: identifier, password } = user
  assert.ok(inQuery(await nobody.submit(login, { identifier, password })).code)
})

test('OIDC Core §3.1.2.1: select_account together with login and consent', async () => {
  const asking = await server.client()
  const own = await signIn(server, user)
  const fields = { prompt: 'login select_account consent' }
  const login = await own.submit(await ask(fields, asking, own), { account: 'this' })
  assert.ok(isLogin(login))
  const { username: identifier, password } = user
  const consent = await own.submit(login, { identifier, password })
  assert.match(consent.url, /\/consent\?/)
  assert.ok(inQuery(await own.submit(consent, { decision: 'allow' })).code)
  const alone = await ask({ prompt: 'select_account none' }, asking, own)
  assert.equal(inQuery(alone).error, 'invalid_request')
})

test('OIDC Core §3.1.2.1: the choice is answered by the one who was asked', async () => {
  const own = await signIn(server, user)
  const page = await ask({ prompt: 'select_account' }, client, own)
  const other = await server.user()
  await signIn(server, other, { browser: own })
  const late = await own.submit(page, { account: 'this' })
  assert.ok(isChoice(late) && late.body.includes(other.username), 'asked anew')
  const forged = await server.browser().submit(page, { account: 'this' })
  assert.ok(forged.status >= 400 && forged.left === undefined)
})

test('OIDC Core §3.1.2.1, §15.1: max_age=0 asks again; display, ui_locales and claims_locales never fail', async () => {
  assert.ok(isLogin(await ask({ max_age: '0' })))
  assert.equal(
    (await told({ response_type: 'id_token', max_age: '0', prompt: 'none' })).error,
    'login_required',
  )
  for (const display of ['page', 'popup', 'touch', 'wap', 'frobnicate']) {
    const fields = {
      response_type: 'id_token',
      display,
      ui_locales: 'xx tlh',
      claims_locales: 'xx',
    }
    assert.ok((await told(fields)).id_token, display)
  }
})

test('OIDC Registration §2: with require_auth_time the ID token has auth_time', async () => {
  const own = await frontClient(server, { require_auth_time: true })
  assert.equal(typeof (await idToken({}, own)).auth_time, 'number')
})

type Key = { readonly privateKey: CryptoKey; readonly jwk: Record<string, unknown> }

async function encryptionKey(alg: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: 'enc-1', use: 'enc' } }
}

for (const [alg, enc] of [
  ['RSA-OAEP-256', 'A256GCM'],
  ['ECDH-ES+A128KW', 'A128CBC-HS256'],
] as const) {
  test(`OIDC Core §10.2: ID tokens are signed, then encrypted by ${alg}, from both endpoints`, async () => {
    const { privateKey, jwk } = await encryptionKey(alg)
    const own = await frontClient(server, {
      jwks: { keys: [jwk] },
      id_token_signed_response_alg: 'ES256',
      id_token_encrypted_response_alg: alg,
      id_token_encrypted_response_enc: enc,
    })
    const all = await told({ response_type: 'code id_token token' }, own)
    const { body } = await redeem(server, own, all.code ?? '', proof.verifier)
    const signed: string[] = []
    for (const jwe of [String(all.id_token), String(body.id_token)]) {
      const header = decodeProtectedHeader(jwe)
      assert.deepEqual([header.alg, header.enc, header.cty, header.kid], [alg, enc, 'JWT', 'enc-1'])
      const { plaintext } = await compactDecrypt(jwe, privateKey)
      signed.push(new TextDecoder().decode(plaintext))
      assert.equal((await verified(signed.at(-1), own, 'ES256')).sub, user.id)
    }
    // OIDC Core 3.1.2.1: a hint is what was inside; only its reader can open the rest.
    const quiet = { response_type: 'id_token', prompt: 'none' }
    assert.ok((await told({ ...quiet, id_token_hint: signed[0] }, own)).id_token)
    const closed = await told({ ...quiet, id_token_hint: all.id_token }, own)
    assert.equal(closed.error, 'invalid_request')
  })
}

test('a client whose key for encryption cannot be had is told so, and no token is left', async () => {
  const own = await frontClient(server, {
    jwks_uri: 'https://keys.invalid/jwks',
    id_token_encrypted_response_alg: 'RSA-OAEP-256',
  })
  const { error, ...rest } = await told({ response_type: 'code id_token token' }, own)
  assert.equal(error, 'invalid_request')
  assert.deepEqual([rest.access_token, rest.code, rest.id_token], [undefined, undefined, undefined])
})

async function configured(metadata: Partial<oidc.ClientMetadata> = {}, as = client) {
  return oidc.discovery(
    new URL(server.url),
    as.id,
    { client_secret: as.secret, ...metadata },
    oidc.ClientSecretBasic(as.secret),
    { execute: [oidc.allowInsecureRequests] },
  )
}

/** The address that openid-client makes, followed to where the answer is. */
async function answered(config: oidc.Configuration, parameters: Record<string, string>) {
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid email',
    ...parameters,
  })
  const { left } = await browser.open(address.href)
  assert.ok(left)
  return left
}

test('openid-client: the implicit flow', async () => {
  const config = await configured()
  oidc.useIdTokenResponseType(config)
  const nonce = oidc.randomNonce()
  const state = oidc.randomState()
  const back = await answered(config, { nonce, state })
  const claims = await oidc.implicitAuthentication(config, back, nonce, { expectedState: state })
  assert.deepEqual([claims.sub, claims.email], [user.id, user.email])
})

for (const [name, prepare] of [
  ['hybrid flow', oidc.useCodeIdTokenResponseType],
  ['hybrid flow with a detached signature', oidc.enableDetachedSignatureResponseChecks],
  ['code flow with signed answers', oidc.useJwtResponseMode],
] as const) {
  test(`openid-client: the ${name}`, async () => {
    const config = await configured()
    if (name.startsWith('hybrid')) oidc.useCodeIdTokenResponseType(config)
    if (name !== 'hybrid flow') prepare(config)
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [nonce, state] = [oidc.randomNonce(), oidc.randomState()]
    const back = await answered(config, {
      nonce,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const checks = { pkceCodeVerifier, expectedNonce: nonce, expectedState: state }
    const tokens = await oidc.authorizationCodeGrant(config, back, checks)
    assert.equal(tokens.claims()?.sub, user.id)
  })
}

test('openid-client: an encrypted ID token is read by its client', async () => {
  const { privateKey, jwk } = await encryptionKey('RSA-OAEP-256')
  const own = await frontClient(server, {
    jwks: { keys: [jwk] },
    id_token_encrypted_response_alg: 'RSA-OAEP-256',
  })
  const config = await configured({}, own)
  oidc.enableDecryptingResponses(config, undefined, { key: privateKey, kid: 'enc-1' })
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const nonce = oidc.randomNonce()
  const back = await answered(config, {
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const checks = { pkceCodeVerifier, expectedNonce: nonce, idTokenExpected: true }
  const tokens = await oidc.authorizationCodeGrant(config, back, checks)
  assert.equal(tokens.claims()?.sub, user.id)
})
