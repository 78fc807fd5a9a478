/**
 * `npm run demo`: a fresh server from first start to sign-out, spoken to by a certified client library
 * and by a browser without JavaScript. Exits with 1 as soon as one step does not hold.
 */
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { URI } from 'otpauth'
import type { Browser } from './harness/browser.ts'
import { createBrowser } from './harness/browser.ts'
import type { RegisteredClient } from './harness/cardea-admin.ts'
import { createOwner, excerpt, registerClient, signInByApi } from './harness/cardea-admin.ts'
import type { CardeaProcess } from './harness/cardea-process.ts'
import { freePort, startCardea, temporaryFolder } from './harness/cardea-process.ts'

const redirectUri = 'https://app.example.com/callback'
const afterLogout = 'https://app.example.com/bye'
const owner = { username: 'owner', password: 'correct horse battery staple' }

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers
type Grant = { readonly subject: string; readonly idToken: string; readonly refreshToken: string }

let steps = 0

async function step<T>(does: string, proves: string, work: () => Promise<T>): Promise<T> {
  steps += 1
  const number = String(steps).padStart(2)
  try {
    const result = await work()
    console.log(`${number}. ${does}\n    ok: ${proves}`)
    return result
  } catch (error) {
    console.error(`${number}. ${does}\n    FAILED: ${proves}`)
    throw error
  }
}

process.exitCode = await demo().then(
  () => 0,
  (error: unknown) => {
    console.error(error)
    return 1
  },
)

async function demo(): Promise<void> {
  const folder = await temporaryFolder()
  try {
    const port = await freePort()
    const server = await step(
      'start a server with an empty data folder',
      'one command brings the database, the schema, the keys and the server up',
      () => startCardea({ dataDir: folder.path, port }),
    )
    try {
      await journey(server)
    } catch (error) {
      console.error(`--- the server's log ---\n${server.output().slice(-4000)}`)
      throw error
    } finally {
      await step('stop the server with SIGTERM', 'it finishes and exits with 0', async () =>
        assert.equal(await server.stop(), 0, server.output().slice(-2000)),
      )
    }
  } finally {
    await folder.remove()
  }
  console.log(`\nAll ${steps} steps hold.`)
}

async function journey(server: CardeaProcess): Promise<void> {
  const { registered, token } = await administer(server)
  const browser = createBrowser(server.url)
  const config = await discover(server.url, registered)
  const first = await signIn(config, browser)
  await stepUp(config, browser, { api: `${server.url}/api/v1`, token })
  await lookAt(config, first)
  const grant = await rotate(config, first)
  await takeBack(config, grant)
  await signOut(config, browser, grant)
}

type Administered = { readonly registered: RegisteredClient; readonly token: string }

async function administer(server: CardeaProcess): Promise<Administered> {
  const link = await server.setupLink()
  await step('open the setup link and fill in the form', 'the log lets exactly one owner in', () =>
    createOwner(link, owner),
  )
  await step('open the setup link again', 'it works once', async () => {
    const again = await createBrowser(server.url).open(link)
    assert.equal(again.status, 404)
  })
  const token = await step('POST /api/v1/auth/login', 'the owner can sign in without a page', () =>
    signInByApi(server.url, owner),
  )
  const registered = await step('POST /api/v1/admin/clients', 'that token may administer', () =>
    registerClient(server.url, token, {
      client_name: 'Demo application',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [afterLogout],
    }),
  )
  return { registered, token }
}

function discover(url: string, { id, secret }: RegisteredClient): Promise<client.Configuration> {
  return step('GET /.well-known/openid-configuration', 'a client needs only the issuer', () =>
    client.discovery(new URL(url), id, secret, client.ClientSecretBasic(secret), {
      execute: [client.allowInsecureRequests],
    }),
  )
}

/** The whole of the authorization code flow: request, pages, code, tokens. */
async function signIn(config: client.Configuration, browser: Browser): Promise<Tokens> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const expectedNonce = client.randomNonce()
  const request = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
  })
  const back = await passPages(browser, request)
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  const tokens = await step(
    'POST /oauth/token with the code and the PKCE verifier',
    'ID token: signature, issuer, audience, nonce and times hold; state and iss came back',
    () => client.authorizationCodeGrant(config, back, checks),
  )
  await step('POST /oauth/token with the same code', 'a code works once', () =>
    assert.rejects(
      client.authorizationCodeGrant(config, back, checks),
      isOAuthError('invalid_grant'),
    ),
  )
  return step(
    'GET /oauth/authorize again',
    'the replay took its tokens back, but the session and the consent remain: no page is shown',
    () => silently(config, browser, tokens),
  )
}

async function passPages(browser: Browser, request: URL): Promise<URL> {
  const login = await step('GET /oauth/authorize', 'the browser is asked to sign in', async () => {
    const page = await browser.open(request.href)
    assert.match(page.url, /\/login\?flow=/, excerpt(page.body))
    return page
  })
  const consent = await step('fill in the login form', 'then to consent', async () => {
    const page = await browser.submit(login, {
      identifier: owner.username,
      password: owner.password,
    })
    assert.match(page.url, /\/consent\?flow=/, excerpt(page.body))
    return page
  })
  return step('press Allow', 'it returns to the application with a code', async () => {
    const page = await browser.submit(consent, { decision: 'allow' })
    assert.ok(page.left, excerpt(page.body))
    assert.equal(page.left.origin + page.left.pathname, redirectUri)
    return page.left
  })
}

async function silently(
  config: client.Configuration,
  browser: Browser,
  before: Tokens,
): Promise<Tokens> {
  const dead = await client.tokenIntrospection(config, before.access_token)
  assert.equal(dead.active, false)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const request = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const page = await browser.open(request.href)
  assert.ok(page.left, `${page.url} ${excerpt(page.body)}`)
  return client.authorizationCodeGrant(config, page.left, { pkceCodeVerifier })
}

type Api = { readonly api: string; readonly token: string }

/** A second factor, and an application that asks for it in the middle of a session. */
async function stepUp(config: client.Configuration, browser: Browser, api: Api): Promise<void> {
  const app = await step(
    'POST /api/v1/users/me/mfa/enrolments and .../confirm',
    'an authenticator app counts when a code of it came back, and brings ten backup codes',
    async () => {
      const factor = 'totp'
      const { id, uri } = await postJson(api, 'enrolments', { factor })
      const made = URI.parse(String(uri))
      // The code of the step before, so that the one of now is left.
      const code = made.generate({ timestamp: Date.now() - 30_000 })
      const { backup_codes } = await postJson(api, 'enrolments/confirm', { factor, id, code })
      assert.ok(Array.isArray(backup_codes) && backup_codes.length === 10)
      return made
    },
  )
  await step(
    'GET /oauth/authorize with acr_values=urn:cardea:aal2',
    'only the missing factor is asked for, and the ID token says what was proved',
    async () => {
      const pkceCodeVerifier = client.randomPKCECodeVerifier()
      const request = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid',
        acr_values: 'urn:cardea:aal2',
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      })
      const asked = await browser.open(request.href)
      assert.match(asked.url, /\/login\/mfa\?/, excerpt(asked.body))
      const page = await browser.submit(asked, { code: app.generate() })
      assert.ok(page.left, `${page.url} ${excerpt(page.body)}`)
      const tokens = await client.authorizationCodeGrant(config, page.left, { pkceCodeVerifier })
      const claims = tokens.claims()
      assert.deepEqual([claims?.acr, claims?.amr], ['urn:cardea:aal2', ['pwd', 'otp', 'mfa']])
    },
  )
}

async function postJson({ api, token }: Api, path: string, body: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await fetch(`${api}/users/me/mfa/${path}`, init)
  assert.equal(answer.status, 201, await answer.clone().text())
  return (await answer.json()) as Record<string, unknown>
}

async function lookAt(config: client.Configuration, tokens: Tokens): Promise<void> {
  const subject = tokens.claims()?.sub ?? ''
  await step(
    'GET /oauth/userinfo',
    'the claims of the granted scopes, of this subject',
    async () => {
      const info = await client.fetchUserInfo(config, tokens.access_token, subject)
      assert.equal(info.preferred_username, owner.username)
      assert.equal(info.email, 'owner@example.com')
    },
  )
  await step('POST /oauth/introspect', 'the access token is active', async () => {
    const answer = await client.tokenIntrospection(config, tokens.access_token)
    assert.equal(answer.active, true)
    assert.equal(answer.sub, subject)
  })
}

async function rotate(config: client.Configuration, tokens: Tokens): Promise<Grant> {
  const old = tokens.refresh_token
  assert.ok(old, 'a refresh token')
  const next = await step('POST /oauth/token with the refresh token', 'it is rotated', async () => {
    const answer = await client.refreshTokenGrant(config, old)
    assert.notEqual(answer.refresh_token, old)
    return answer
  })
  await step(
    'the same refresh token once more',
    'a lost answer can be had again: the same successor',
    async () => {
      const answer = await client.refreshTokenGrant(config, old)
      assert.equal(answer.refresh_token, next.refresh_token)
    },
  )
  return {
    subject: tokens.claims()?.sub ?? '',
    idToken: tokens.id_token ?? '',
    refreshToken: next.refresh_token ?? '',
  }
}

async function takeBack(config: client.Configuration, { refreshToken }: Grant): Promise<void> {
  const last = await step('one more refresh', 'the successor works', () =>
    client.refreshTokenGrant(config, refreshToken),
  )
  const current = last.refresh_token ?? ''
  await step('POST /oauth/revoke', 'the grant can be taken back', () =>
    client.tokenRevocation(config, current),
  )
  await step('POST /oauth/introspect', 'everything of that grant is inactive', async () => {
    for (const token of [current, last.access_token]) {
      const answer = await client.tokenIntrospection(config, token)
      assert.deepEqual(answer, { active: false })
    }
  })
  await step('POST /oauth/token with the revoked token', 'it is refused', () =>
    assert.rejects(client.refreshTokenGrant(config, current), isOAuthError('invalid_grant')),
  )
}

async function signOut(
  config: client.Configuration,
  browser: Browser,
  { idToken, subject }: Grant,
): Promise<void> {
  const state = client.randomState()
  const request = client.buildEndSessionUrl(config, {
    id_token_hint: idToken,
    post_logout_redirect_uri: afterLogout,
    state,
  })
  await step('GET /oauth/logout with id_token_hint', 'signed out and sent back', async () => {
    const page = await browser.open(request.href)
    assert.equal(
      page.left?.href,
      `${afterLogout}?state=${state}`,
      `${page.url} ${excerpt(page.body)}`,
    )
  })
  await step('GET /', `the session of ${subject} is over`, async () => {
    const page = await browser.open('/')
    assert.equal(page.status, 200)
    assert.ok(!page.body.includes('owner@example.com'))
  })
}

function isOAuthError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof client.ResponseBodyError && error.error === code
}
