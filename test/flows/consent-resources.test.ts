import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Visit } from '../harness/browser.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, obtainCode, pkce, redeem, refresh } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { sql } from '../../src/db/index.ts'

const proof = pkce()
let server: TestServer
let user: TestUser
let orders: string
let bills: string

before(async () => {
  server = await testServer()
  user = await server.user()
  const scopes = [
    { scope: 'orders:read', name: 'See your orders', description: 'Of the last year' },
  ]
  const one = { identifier: 'https://orders.example.com/v1', name: 'Orders <API>', scopes }
  orders = (await testResource(server, one)).identifier
  bills = (await testResource(server, { name: 'Bills' })).identifier
})
after(() => server?.close())

const scoped = (input = {}) =>
  server.client({ scope: 'openid email offline_access orders:read', ...input })

/** Somebody who is signed in, and the page that a request leads to. */
async function resident(client: TestClient, scope = 'openid'): Promise<Browser> {
  return (await obtainCode(server, client, user, { fields: { scope } })).browser
}
const open = (browser: Browser, client: TestClient, fields: Fields) =>
  browser.open(authorizePath(client, proof, { scope: 'openid', ...fields }))

function asks(page: Visit, why: string) {
  assert.match(page.url, /\/consent\?/, `${why}: ${page.left ?? page.url}`)
  return page
}
function goesOn(page: Visit, why: string) {
  assert.ok(page.left?.searchParams.get('code'), `${why}: ${page.left ?? page.url}`)
  return page
}

test('consent is remembered by client, scopes and resources, and asked again only for more', async () => {
  const client = await scoped()
  const browser = await resident(client)
  goesOn(await open(browser, client, {}), 'the same again')
  asks(await open(browser, client, { scope: 'openid email' }), 'more scopes')
  const page = asks(await open(browser, client, { resource: orders }), 'a resource')
  goesOn(await browser.submit(page, { decision: 'allow' }), 'allowed')
  goesOn(await open(browser, client, { resource: orders }), 'the same resource')
  goesOn(await open(browser, client, {}), 'without it')
  asks(await open(browser, client, { resource: bills }), 'another resource')
  asks(await open(browser, client, { resource: orders, scope: 'openid email' }), 'more there')
  const other = await scoped()
  asks(await open(browser, other, {}), 'another client')
})

test('OIDC Core §3.1.2.1: prompt=consent always asks, a first party too; prompt=none never does', async () => {
  const client = await scoped()
  const browser = await resident(client)
  asks(await open(browser, client, { prompt: 'consent' }), 'allowed before')
  const own = await scoped({ require_consent: false })
  const scope = 'openid offline_access orders:read'
  const quiet = await open(browser, own, { scope, resource: orders })
  goesOn(quiet, 'a first party need not ask')
  asks(await open(browser, own, { prompt: 'consent' }), 'a first party that wants to')
  const silent = await open(browser, client, { prompt: 'none', resource: orders })
  assert.equal(silent.left?.searchParams.get('error'), 'consent_required')
})

test('OIDC Core §11: offline access is consented to of its own', async () => {
  const client = await scoped()
  const browser = await resident(client)
  const page = asks(await open(browser, client, { scope: 'openid offline_access' }), 'offline')
  assert.match(page.body, /while you are away/)
  const done = goesOn(await browser.submit(page, { decision: 'allow' }), 'allowed')
  const code = done.left?.searchParams.get('code') ?? ''
  const { body } = await redeem(server, client, code, proof.verifier)
  assert.equal((await refresh(server, client, body.refresh_token)).status, 200)
})

test('the page names the resources and what their scopes mean, as text', async () => {
  const client = await scoped()
  const browser = await resident(client)
  const fields = { scope: 'openid orders:read', resource: orders }
  const page = asks(await open(browser, client, fields), 'a resource')
  assert.match(page.body, /At these services/)
  assert.match(page.body, /Orders &#60;API&#62;/)
  assert.match(page.body, /orders\.example\.com/)
  assert.match(page.body, /See your orders/)
  assert.match(page.body, /Of the last year/)
  const german = await open(browser, client, { ...fields, ui_locales: 'de' })
  assert.match(german.body, /Bei diesen Diensten/)
})

test('the page says where the answer goes: to a host, or to a program on the same device', async () => {
  const web = await scoped()
  const browser = await resident(web)
  const page = asks(await open(browser, web, { prompt: 'consent' }), 'web')
  assert.match(page.body, /Either way you return to <bdi>app\.example\.com<\/bdi>/)
  const uris = ['http://127.0.0.1/callback', 'com.example.app:/callback']
  const native = await scoped({
    redirect_uris: uris,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
  })
  for (const uri of ['http://127.0.0.1:49152/callback', uris[1]]) {
    const { body } = asks(await open(browser, native, { redirect_uri: uri }), String(uri))
    assert.match(body, /On this device/)
    assert.match(body, /return to an application on this device/)
  }
})

test('who registered itself is said to be unknown, and shows no logo of somebody else', async () => {
  const logo = 'https://app.example.com/logo.png'
  const registered = await scoped({ logo_uri: logo })
  const browser = await resident(registered)
  const known = asks(await open(browser, registered, { prompt: 'consent' }), 'an administrator')
  assert.doesNotMatch(known.body, /registered itself/)
  assert.match(
    known.body,
    /<img[^>]*src="https:\/\/app\.example\.com\/logo\.png"[^>]*referrerpolicy="no-referrer"/,
  )
  const policy = known.headers.get('content-security-policy') ?? ''
  assert.match(policy, /img-src 'self' data: https:\/\/app\.example\.com;/)
  const stranger = async (logo_uri: string) => {
    const client = await scoped({ logo_uri })
    await server.app.db.run(
      sql`UPDATE clients SET registered_by = 'itself' WHERE client_id = ${client.id}`,
    )
    return asks(await open(browser, client, {}), logo_uri)
  }
  const foreign = await stranger('https://bank.example/logo.png')
  assert.match(foreign.body, /This application registered itself/)
  assert.doesNotMatch(foreign.body, /<img/)
  assert.doesNotMatch(foreign.headers.get('content-security-policy') ?? '', /bank/)
  assert.match((await stranger(logo)).body, /<img/)
  const login = await server.browser().open(authorizePath(registered, proof))
  assert.doesNotMatch(login.headers.get('content-security-policy') ?? '', /app\.example/)
})

test('an allowance is audited, shown in the account with its resources, and taken back with them', async () => {
  const person = await server.user()
  const client = await scoped({ client_name: 'Order Book' })
  const fields = { scope: 'openid orders:read', resource: orders }
  const { browser } = await obtainCode(server, client, person, { fields })
  const [entry] = await server.app.db.many<{ details: Record<string, unknown>; ip: string | null }>(
    sql`SELECT details FROM audit_log WHERE action = 'consent.allow' AND actor = ${`user:${person.id}`}`,
  )
  assert.deepEqual(entry?.details, {
    client: client.id,
    scopes: ['openid', 'orders:read'],
    resources: [orders],
    authorization_details: [],
  })
  const list = async () =>
    (await (await browser.fetch('/api/v1/users/me/consents')).json()).items as {
      resources: string[]
    }[]
  assert.deepEqual((await list())[0]?.resources, [orders])
  const page = await browser.open('/account/applications')
  assert.match(page.body, /Order Book/)
  assert.match(page.body, /Orders &#60;API&#62;/)
  assert.match(page.body, /See your orders/)
  await browser.submit(page, {})
  assert.deepEqual(await list(), [])
  asks(await open(browser, client, fields), 'asked anew')
  const denied = await browser.submit(await open(browser, client, fields), { decision: 'deny' })
  assert.equal(`${denied.left?.origin}${denied.left?.pathname}`, callback)
  assert.equal(denied.left?.searchParams.get('error'), 'access_denied')
})
