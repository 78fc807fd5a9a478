import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  authorizePath,
  introspect,
  obtainCode,
  obtainTokens,
  passPages,
  pkce,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let client: TestClient
let ann: TestUser
let ben: TestUser

before(async () => {
  server = await testServer()
  client = await server.client()
  ann = await server.user()
  ben = await server.user()
})
after(() => server.close())

const signOut = async (browser: ReturnType<TestServer['browser']>) =>
  browser.submit(await browser.open('/logout'), {})

test('a consent counts for the person who gave it, not for who signs in next on the same browser', async () => {
  const browser = server.browser()
  const path = authorizePath(client, pkce())
  const given = await passPages(browser, path, ann)
  assert.ok(given.left?.searchParams.has('code'))
  const resume = new URL(given.url).pathname + new URL(given.url).search
  await signOut(browser)
  await browser.submit(await browser.open('/login'), {
    identifier: ben.username,
    password: ben.password,
  })
  const page = await browser.open(resume)
  assert.equal(new URL(page.url).pathname, '/consent')
  assert.equal(page.left, undefined)
})

test('a code that was issued before a sign-out gives nothing after it', async () => {
  const { code, proof, browser } = await obtainCode(server, client, ann)
  await signOut(browser)
  assert.equal((await redeem(server, client, code, proof.verifier)).body.error, 'invalid_grant')
})

test('signing in again keeps what the applications of the same person hold', async () => {
  const scope = 'openid profile'
  const tokens = await obtainTokens(server, client, ann, { scope })
  const again = authorizePath(client, pkce(), { scope, prompt: 'login' })
  await passPages(tokens.browser, again, ann)
  assert.equal((await refresh(server, client, tokens.refresh_token)).status, 200)
  await signOut(tokens.browser)
  assert.deepEqual(await introspect(server, client, tokens.access_token), { active: false })
})

test('when the person of a browser changes, the tokens of the one before end', async () => {
  const tokens = await obtainTokens(server, client, ann, { scope: 'openid' })
  const path = authorizePath(client, pkce(), { scope: 'openid', prompt: 'login' })
  await passPages(tokens.browser, path, ben)
  assert.equal((await refresh(server, client, tokens.refresh_token)).body.error, 'invalid_grant')
})

test('a request without scopes is asked for consent once and does not go round in circles', async () => {
  const asker = await server.client()
  const browser = server.browser()
  const path = authorizePath(asker, pkce(), { scope: undefined })
  const login = await browser.open(path)
  const fields = { identifier: ann.username, password: ann.password }
  const consent = await browser.submit(login, fields)
  assert.equal(new URL(consent.url).pathname, '/consent')
  const done = await browser.submit(consent, { decision: 'allow' })
  assert.ok(done.left?.searchParams.has('code'))
  assert.ok((await browser.open(path)).left?.searchParams.has('code'), 'and is not asked again')
})

test('two tabs: a flow continues after another tab has signed the person in', async () => {
  const browser = server.browser()
  const first = await browser.open(authorizePath(client, pkce()))
  const second = await browser.open(authorizePath(client, pkce(), { state: 'st-2' }))
  const done = await browser.submit(second, { identifier: ann.username, password: ann.password })
  assert.equal(done.left?.searchParams.get('state'), 'st-2')
  const reloaded = await browser.open(first.url)
  assert.equal(reloaded.left?.searchParams.get('state'), 'st-1')
})

test('a double click on Sign in ends at the client both times', async () => {
  const browser = server.browser()
  const page = await browser.open(authorizePath(client, pkce()))
  const fields = { identifier: ann.username, password: ann.password }
  const visits = await Promise.all([browser.submit(page, fields), browser.submit(page, fields)])
  for (const visit of visits)
    assert.ok(visit.left?.searchParams.has('code'), visit.body.slice(0, 200))
})
