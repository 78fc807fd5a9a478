import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { passPages } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer()
  user = await server.user()
})
after(() => server?.close())

/** The address the browser is sent back to after login and consent. */
async function throughThePages(address: URL): Promise<URL> {
  const page = await passPages(server.browser(), address.href, user)
  assert.ok(page.left, `${page.status} ${page.url}`)
  return page.left
}

function discover(client: TestClient, authentication?: oidc.ClientAuth) {
  const options = { execute: [oidc.allowInsecureRequests] }
  return oidc.discovery(new URL(server.url), client.id, client.secret, authentication, options)
}

async function loginByOpenidClient(config: oidc.Configuration) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const expectedNonce = oidc.randomNonce()
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  })
  const back = await throughThePages(address)
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  return oidc.authorizationCodeGrant(config, back, checks)
}

for (const [name, algorithm] of [
  ['client_secret_basic', 'RS256'],
  ['client_secret_post', 'ES256'],
] as const) {
  test(`openid-client: the whole life of a login (${name}, ${algorithm})`, async () => {
    const home = 'https://app.example.com/bye'
    const client = await server.client({
      token_endpoint_auth_method: name,
      id_token_signed_response_alg: algorithm,
      post_logout_redirect_uris: [home],
    })
    const authenticate =
      name === 'client_secret_post' ? oidc.ClientSecretPost : oidc.ClientSecretBasic
    const config = await oidc.discovery(
      new URL(server.url),
      client.id,
      { client_secret: client.secret, id_token_signed_response_alg: algorithm },
      authenticate(client.secret),
      { execute: [oidc.allowInsecureRequests] },
    )
    oidc.enableNonRepudiationChecks(config)
    const tokens = await loginByOpenidClient(config)
    const claims = tokens.claims()
    assert.equal(claims?.sub, user.id)

    const info = await oidc.fetchUserInfo(config, tokens.access_token, user.id)
    assert.equal(info.email, user.email)
    assert.equal(info.name, user.profile.name)

    const alive = await oidc.tokenIntrospection(config, tokens.access_token)
    assert.equal(alive.active, true)
    assert.equal(alive.sub, user.id)

    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    assert.notEqual(renewed.access_token, tokens.access_token)
    assert.ok(renewed.refresh_token)

    await oidc.tokenRevocation(config, renewed.refresh_token)
    const dead = await oidc.tokenIntrospection(config, renewed.access_token)
    assert.deepEqual(dead.active, false)
    await assert.rejects(
      oidc.refreshTokenGrant(config, renewed.refresh_token),
      (error) => error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant',
    )

    const end = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: home,
      state: 'bye',
    })
    assert.equal(end.origin + end.pathname, `${server.url}/oauth/logout`)
    const left = (await server.browser().open(end.href)).left
    assert.equal(left?.href, `${home}?state=bye`)
  })
}

test('openid-client: a public client logs in with PKCE alone', async () => {
  const client = await server.client({ token_endpoint_auth_method: 'none' })
  const tokens = await loginByOpenidClient(await discover(client, oidc.None()))
  assert.equal(tokens.claims()?.sub, user.id)
})

test('openid-client: client credentials', async () => {
  const client = await server.client({ grant_types: ['client_credentials'], scope: 'reports' })
  const config = await discover(client, oidc.ClientSecretBasic(client.secret))
  const tokens = await oidc.clientCredentialsGrant(config, { scope: 'reports' })
  assert.equal(tokens.token_type, 'bearer')
  assert.equal(tokens.refresh_token, undefined)
})

const insecure = { [oauth.allowInsecureRequests]: true } as const

async function authorizationServer(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(server.url)
  const answers = await Promise.all(
    (['oidc', 'oauth2'] as const).map(async (algorithm) =>
      oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, { ...insecure, algorithm }),
      ),
    ),
  )
  assert.deepEqual(answers[0], answers[1])
  return answers[0]!
}

/** The code flow as its library tells to write it. */
async function loginByOauth4webapi(
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
) {
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const address = new URL(as.authorization_endpoint ?? '')
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid email',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })) {
    address.searchParams.set(name, value)
  }
  const back = await throughThePages(address)
  const parameters = oauth.validateAuthResponse(as, client, back, state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    parameters,
    callback,
    verifier,
    insecure,
  )
  const expected = { expectedNonce: nonce, requireIdToken: true }
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, expected)
  await oauth.validateApplicationLevelSignature(as, response, insecure)
  return { tokens, back, state }
}

test('oauth4webapi: discovery, code flow and userinfo', async () => {
  const registered = await server.client()
  const as = await authorizationServer()
  const client = { client_id: registered.id }
  const secret = oauth.ClientSecretBasic(registered.secret)
  const { tokens } = await loginByOauth4webapi(as, client, secret)
  assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, user.id)
  const response = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
  const info = await oauth.processUserInfoResponse(as, client, user.id, response)
  assert.equal(info.email, user.email)
})

test('oauth4webapi: the iss of RFC 9207 is there and is checked', async () => {
  const registered = await server.client()
  const as = await authorizationServer()
  const client = { client_id: registered.id }
  const { back, state } = await loginByOauth4webapi(
    as,
    client,
    oauth.ClientSecretBasic(registered.secret),
  )
  assert.equal(back.searchParams.get('iss'), server.url)
  for (const iss of ['https://attacker.example', undefined]) {
    const changed = new URL(back)
    changed.searchParams.delete('iss')
    if (iss !== undefined) changed.searchParams.set('iss', iss)
    assert.throws(() => oauth.validateAuthResponse(as, client, changed, state), /"iss"/)
  }
})

for (const algorithm of ['ES256', 'RS256', 'PS256', 'Ed25519'] as const) {
  test(`oauth4webapi: private_key_jwt with ${algorithm}`, async () => {
    const pair = await oauth.generateKeyPair(algorithm, { extractable: true })
    const registered = await server.client({
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid email reports',
      jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', use: 'sig' }] },
    })
    const as = await authorizationServer()
    const client = { client_id: registered.id }
    const proof = oauth.PrivateKeyJwt({ key: pair.privateKey, kid: 'k1' })
    const { tokens } = await loginByOauth4webapi(as, client, proof)
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, user.id)
    const machine = await oauth.processClientCredentialsResponse(
      as,
      client,
      await oauth.clientCredentialsGrantRequest(as, client, proof, { scope: 'reports' }, insecure),
    )
    assert.equal(machine.scope ?? 'reports', 'reports')
    const answer = await oauth.processIntrospectionResponse(
      as,
      client,
      await oauth.introspectionRequest(as, client, proof, machine.access_token, insecure),
    )
    assert.equal(answer.active, true)
  })
}
