import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import type { Browser, Visit } from '../harness/browser.ts'
import { decode } from '../harness/browser.ts'
import { inQuery } from '../harness/front-channel.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, pkce, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

let server: TestServer
let closed: TestServer
let client: TestClient
let user: TestUser

before(async () => {
  const env = { CARDEA_REGISTRATION_MODE: 'open', CARDEA_REGISTRATION_VERIFY_EMAIL: 'false' }
  ;[server, closed] = await Promise.all([testServer({ env }), testServer()])
  client = await server.client({ require_consent: false })
  user = await server.user()
})
after(() => Promise.all([server?.close(), closed?.close()]))

const proof = pkce()
const path = (fields: Fields) => authorizePath(client, proof, fields)
const register = (browser: Browser, page: Visit, username: string) =>
  browser.submit(page, {
    username,
    email: `${username}@example.com`,
    password: 'correct horse battery staple',
    accepted_terms: 'yes',
  })

async function subject(page: Visit): Promise<unknown> {
  const { code = '' } = inQuery(page)
  const { body } = await redeem(server, client, code, proof.verifier)
  return decodeJwt(String(body.id_token)).sub
}

test('Initiating User Registration §4.1: prompt=create shows registration, and the new person goes on to the client', async () => {
  const browser = server.browser()
  const page = await browser.open(path({ prompt: 'create' }))
  assert.match(page.url, /\/register\?flow=/)
  const done = await register(browser, page, 'newcomer')
  assert.equal(inQuery(done).state, 'st-1')
  const sub = await subject(done)
  assert.ok(sub !== undefined && sub !== user.id)
})

test('Initiating User Registration §4.1: whoever is signed in may still make another account', async () => {
  const browser = await signIn(server, user)
  const page = await browser.open(path({ prompt: 'create' }))
  assert.match(page.url, /\/register\?flow=/)
  assert.notEqual(await subject(await register(browser, page, 'second')), user.id)
})

test('Initiating User Registration §4.1: whoever has an account finds the way to sign in, and must', async () => {
  const browser = await signIn(server, user)
  const page = await browser.open(path({ prompt: 'create' }))
  const link = /href="(\/login\?flow=[\w-]+)"/.exec(decode(page.body))?.[1]
  assert.ok(link)
  const flow = new URL(link, server.url).search
  const around = await browser.open(`/oauth/authorize/resume${flow}`)
  assert.match(around.url, /\/login\?/, 'nobody gets around it')
  const login = await browser.open(link)
  const { username: identifier, password } = user
  assert.equal(await subject(await browser.submit(login, { identifier, password })), user.id)
})

test('Initiating User Registration §4.1: with other values, and never with none', async () => {
  const asking = await server.client()
  const browser = server.browser()
  const both = { prompt: 'create consent' }
  const page = await browser.open(authorizePath(asking, proof, both))
  assert.match(page.url, /\/register\?/)
  assert.match((await register(browser, page, 'third')).url, /\/consent\?/)
  const chosen = await (await signIn(server, user)).open(path({ prompt: 'select_account create' }))
  assert.match(chosen.url, /\/register\?/)
  for (const prompt of ['create none', 'none create']) {
    assert.equal(inQuery(await browser.open(path({ prompt }))).error, 'invalid_request')
  }
})

test('Initiating User Registration §4: it is published, and understood, only where people may register', async () => {
  const values = async ({ url }: TestServer) => {
    const answer = await fetch(`${url}/.well-known/openid-configuration`)
    return (await answer.json()).prompt_values_supported
  }
  const usual = ['none', 'login', 'consent', 'select_account']
  assert.deepEqual(await values(server), [...usual, 'create'])
  assert.deepEqual(await values(closed), usual)
  const other = await closed.client()
  const page = await closed.browser().open(authorizePath(other, proof, { prompt: 'create' }))
  const { error, error_description } = inQuery(page)
  assert.equal(error, 'invalid_request')
  assert.match(error_description ?? '', /prompt/)
})
