import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { issueSetupToken } from '../../src/identity/index.ts'
import type { ClientSite } from '../harness/chromium.ts'
import { startChromium, startClientSite, withoutChromium } from '../harness/chromium.ts'
import { soundPage, visit } from '../harness/inspection.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, pkce, post, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let site: ClientSite
let chromium: Browser
let client: TestClient
let user: TestUser

const visitor = (options: BrowserContextOptions = {}) => visit(chromium, options)

async function signIn(page: Page, { username, password }: { username: string; password: string }) {
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
}

const authorize = (proof = pkce(), fields: Fields = {}) =>
  server.url + authorizePath(client, proof, { redirect_uri: site.callback, ...fields })

function cookieNames(context: BrowserContext) {
  return context.cookies(server.url).then((cookies) => cookies.map(({ name }) => name))
}

/** Runs on a page of a client: what the frame of OpenID Connect Session Management answers. */
function askFrame({ server: ours, message }: { server: string; message: string }): Promise<string> {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = `${ours}/oauth/session`
  return new Promise((resolve) => {
    addEventListener('message', ({ origin, data }) => {
      if (origin === ours) resolve(String(data))
    })
    frame.addEventListener('load', () => frame.contentWindow?.postMessage(message, ours))
    document.body.append(frame)
  })
}

describe('the pages in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    ;[server, site, chromium] = await Promise.all([
      testServer(),
      startClientSite(),
      startChromium(),
    ])
    client = await server.client({
      client_name: 'Perla Notes',
      redirect_uris: [site.callback],
      client_uri: 'https://notes.example.com',
      policy_uri: 'https://notes.example.com/privacy',
    })
    user = await server.user({ username: 'perla' })
  })
  after(async () => {
    await chromium?.close()
    await site?.close()
    await server?.close()
  })

  test('the setup page makes the first administrator, who signs in and lands', async () => {
    const { context, page, complaints } = await visitor()
    const token = await issueSetupToken(server.app)
    await page.goto(`${server.url}/setup?token=${token}`)
    await soundPage(page, 'setup')
    await page.fill('#username', 'ada')
    await page.fill('#email', 'ada@example.com')
    await page.fill('#name', 'Ada Lovelace')
    await page.fill('#password', 'engine of 1843 wheels')
    await page.fill('#confirm', 'engine of 1844 wheels')
    await page.click('#setup-submit')
    assert.match(await page.innerText('.alert'), /The two passwords differ/)
    await soundPage(page, 'setup-refused')
    await page.fill('#password', 'engine of 1843 wheels')
    await page.fill('#confirm', 'engine of 1843 wheels')
    await page.click('#setup-submit')
    await page.waitForURL(`${server.url}/login`)
    await soundPage(page, 'login-plain')
    await signIn(page, { username: 'ada', password: 'engine of 1843 wheels' })
    await page.waitForURL(`${server.url}/`)
    assert.match(await page.innerText('h1'), /Ada Lovelace/)
    assert.match(await page.innerText('main'), /Next steps/)
    await soundPage(page, 'landing')
    const again = await page.goto(`${server.url}/setup?token=${token}`)
    assert.equal(again?.status(), 404)
    await soundPage(page, 'setup-closed')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the welcome page leads to the login', async () => {
    const { context, page, complaints } = await visitor()
    await page.goto(server.url)
    await soundPage(page, 'welcome')
    await page.click('a.button')
    await page.waitForURL(`${server.url}/login`)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('login, consent and back at the client with a code that works', async () => {
    const { context, page, complaints } = await visitor()
    const proof = pkce()
    await page.goto(authorize(proof))
    assert.match(await page.innerText('main'), /to continue to Perla Notes/)
    await soundPage(page, 'login')
    await signIn(page, { username: user.username, password: 'not the password' })
    assert.match(await page.innerText('.alert'), /not correct/)
    assert.equal(await page.inputValue('#identifier'), user.username)
    await soundPage(page, 'login-refused')
    await signIn(page, user)
    await page.waitForURL(`${server.url}/consent?*`)
    await soundPage(page, 'consent')
    await page.click('#consent-allow')
    await page.waitForURL(`${site.callback}?*`)
    const [heard, ...more] = site.heard()
    assert.deepEqual(more, [])
    assert.equal(heard?.method, 'GET')
    assert.equal(heard.values.get('state'), 'st-1')
    assert.equal(heard.values.get('iss'), server.url)
    const answer = await redeem(server, client, heard.values.get('code') ?? '', proof.verifier, {
      redirect_uri: site.callback,
    })
    assert.equal(answer.status, 200)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('denying leads back to the client with access_denied', async () => {
    const other = await server.user()
    const { context, page, complaints } = await visitor()
    await page.goto(authorize())
    await signIn(page, other)
    await page.click('#consent-deny')
    await page.waitForURL(`${site.callback}?*`)
    const [heard] = site.heard()
    assert.equal(heard?.values.get('error'), 'access_denied')
    assert.equal(heard.values.get('state'), 'st-1')
    assert.equal(heard.values.get('code'), null)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('response_mode=form_post posts itself to the client', async () => {
    const other = await server.user()
    const { context, page, complaints } = await visitor()
    await page.goto(authorize(pkce(), { response_mode: 'form_post' }))
    await signIn(page, other)
    await page.click('#consent-allow')
    await page.waitForURL(site.callback)
    const [heard] = site.heard()
    assert.equal(heard?.method, 'POST')
    assert.ok(heard.values.get('code'))
    assert.equal(heard.values.get('state'), 'st-1')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('an unregistered redirect URI is told on a page of our own', async () => {
    const { context, page, complaints } = await visitor()
    const answer = await page.goto(authorize(pkce(), { redirect_uri: 'https://evil.example/cb' }))
    assert.equal(answer?.status(), 400)
    assert.match(await page.innerText('main'), /redirect URI is not registered/i)
    await soundPage(page, 'error')
    assert.deepEqual(site.heard(), [])
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('signing out asks first', async () => {
    const { context, page, complaints } = await visitor()
    await page.goto(`${server.url}/login`)
    await signIn(page, user)
    await page.waitForURL(`${server.url}/`)
    assert.ok((await cookieNames(context)).includes('cardea_session'))
    await page.click('a[href="/logout"]')
    assert.match(await page.innerText('h1'), /Sign out\?/)
    await soundPage(page, 'logout')
    await page.click('#logout-confirm')
    await page.waitForURL(`${server.url}/logout/done`)
    assert.match(await page.innerText('h1'), /signed out/)
    await soundPage(page, 'logged-out')
    assert.ok(!(await cookieNames(context)).includes('cardea_session'))
    await page.goto(server.url)
    assert.match(await page.innerText('h1'), /Welcome/)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('a client hears that somebody signed out, by its frame and by ours, and gets the browser back', async () => {
    const { port } = new URL(site.callback)
    const origin = `http://localhost:${port}`
    const other = await server.user()
    const redirect_uri = `${origin}/callback`
    const watcher = await server.client({
      redirect_uris: [redirect_uri],
      post_logout_redirect_uris: [`${origin}/bye`],
      frontchannel_logout_uri: `${origin}/out`,
      frontchannel_logout_session_required: true,
      require_consent: false,
    })
    const { id } = watcher
    const { context, page, complaints } = await visitor()
    const proof = pkce()
    await page.goto(server.url + authorizePath(watcher, proof, { redirect_uri }))
    await signIn(page, other)
    await page.waitForURL(`${origin}/callback?*`)
    const { searchParams: answer } = new URL(page.url())
    await redeem(server, watcher, answer.get('code') ?? '', proof.verifier, { redirect_uri })
    const told = answer.get('session_state')
    const watch = await context.newPage()
    await watch.goto(`${origin}/watch`)
    const ask = () => watch.evaluate(askFrame, { server: server.url, message: `${id} ${told}` })
    assert.equal(await ask(), 'unchanged')
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(request.url()))
    const leave = { client_id: id, post_logout_redirect_uri: `${origin}/bye` }
    await page.goto(`${server.url}/oauth/logout?${new URLSearchParams(leave)}`)
    await page.click('#logout-confirm')
    await page.waitForURL(`${origin}/bye`)
    const frame = loaded.find((address) => address.startsWith(`${origin}/out?`)) ?? ''
    assert.equal(new URL(frame).searchParams.get('iss'), server.url)
    assert.equal(await ask(), 'changed')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('an account is chosen: the one that is signed in, or another one', async () => {
    const [first, second] = [await server.user(), await server.user()]
    const { context, page, complaints } = await visitor()
    const choose = () => page.goto(authorize(pkce(), { prompt: 'select_account', scope: 'openid' }))
    await choose()
    await signIn(page, first)
    await page.click('#consent-allow')
    await page.waitForURL(`${site.callback}?*`)
    await choose()
    await page.waitForURL(`${server.url}/login/choose?*`)
    await soundPage(page, 'choose')
    await page.click('#choose-this')
    await page.waitForURL(`${site.callback}?*`)
    await choose()
    await page.click('#choose-other')
    await page.waitForURL(`${server.url}/login?*`)
    await signIn(page, second)
    assert.match(await page.innerText('.person'), new RegExp(second.username))
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('all of it works without JavaScript', async () => {
    const other = await server.user()
    const { context, page, complaints } = await visitor({ javaScriptEnabled: false })
    await page.goto(authorize())
    await signIn(page, other)
    await page.click('#consent-allow')
    await page.waitForURL(`${site.callback}?*`)
    assert.ok(site.heard()[0]?.values.get('code'))
    // The page that posts itself then has a button.
    await page.goto(authorize(pkce(), { response_mode: 'form_post' }))
    await page.click('main button')
    await page.waitForURL(site.callback)
    assert.equal(site.heard()[0]?.method, 'POST')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('a device is connected, and a request by the back channel is answered', async () => {
    const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
    const ciba = 'urn:openid:params:grant-type:ciba'
    const television = await server.client({
      client_name: 'Living Room Television',
      client_uri: 'https://tv.example.com',
      redirect_uris: [],
      grant_types: [deviceCode, ciba],
      scope: 'openid profile email offline_access',
    })
    const scope = 'openid profile offline_access'
    const begun = await post(server, '/oauth/device', television, { scope })
    const { context, page, complaints } = await visitor({ locale: 'de-DE' })
    await page.goto(String(begun.body.verification_uri_complete))
    await page.fill('#user_code', 'bbbb bbbb')
    await page.click('#device-submit')
    await soundPage(page, 'device-refused')
    await page.fill('#user_code', String(begun.body.user_code).toLowerCase())
    await page.click('#device-submit')
    await signIn(page, user)
    assert.equal(await page.innerText('#device-code'), begun.body.user_code)
    await soundPage(page, 'device-confirm')
    await page.click('#device-allow')
    await page.waitForURL(/answer=allowed/)
    const fields = { grant_type: deviceCode, device_code: String(begun.body.device_code) }
    assert.equal((await post(server, '/oauth/token', television, fields)).status, 200)
    const asked = { scope, login_hint: user.username, binding_message: 'W4SCT' }
    assert.equal((await post(server, '/oauth/backchannel', television, asked)).status, 200)
    await page.goto(`${server.url}/account/applications/requests`)
    await soundPage(page, 'backchannel-requests')
    await page.click('#allow-0')
    await page.waitForURL(/notice=request-allowed/)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
