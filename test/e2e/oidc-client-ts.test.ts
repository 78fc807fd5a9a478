import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type * as Oidc from 'oidc-client-ts'
import type { BrowserContext, Page } from 'playwright-core'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { testServer } from '../harness/server.ts'

declare const oidc: typeof Oidc

/** A single-page application with the library that these mostly use, in a browser of its own origin. */
const skip = withoutChromium
const server = await testServer()
const user = await server.user()
const chromium = skip === false ? await startChromium() : undefined
const site = await application()
after(async () => {
  await chromium?.close()
  site.close()
  site.closeAllConnections()
  await server.close()
})
const home = `http://localhost:${(site.address() as AddressInfo).port}`
const client = await server.client({
  token_endpoint_auth_method: 'none',
  application_type: 'web',
  redirect_uris: [`${home}/callback`, `${home}/silent`],
  grant_types: ['authorization_code'],
  post_logout_redirect_uris: [`${home}/`],
  scope: 'openid profile email',
  require_consent: false,
})

/** What the frame of a silent renewal comes back to. */
const silentCallback = `<script>
  new oidc.UserManager({ authority: '-', client_id: '-', redirect_uri: '-' }).signinSilentCallback()
</script>`

/** Every address is the same page with the library; the tests do the rest. */
async function application() {
  const path = '../../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js'
  const library = readFileSync(fileURLToPath(new URL(path, import.meta.url)))
  const listening = createServer((request, response) => {
    const isScript = request.url === '/oidc.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    const silent = request.url?.startsWith('/silent') === true ? silentCallback : ''
    response.end(isScript ? library : `<!doctype html><script src="/oidc.js"></script>${silent}`)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return listening
}

type More = { readonly dpop?: boolean; readonly monitor?: boolean }

/** Makes the library's manager on a page; a navigation needs another one. */
async function manage(page: Page, more: More = {}): Promise<void> {
  const settings = {
    authority: server.url,
    client_id: client.id,
    redirect_uri: `${home}/callback`,
    silent_redirect_uri: `${home}/silent`,
    post_logout_redirect_uri: `${home}/`,
    scope: 'openid profile email',
    // With a bound token the library asks UserInfo as if it were a bearer token.
    loadUserInfo: more.dpop !== true,
    monitorSession: more.monitor === true,
    checkSessionIntervalInSeconds: 1,
  }
  await page.evaluate(
    ({ given, bound }) => {
      const dpop = { bind_authorization_code: true, store: new oidc.IndexedDbDPoPStore() }
      const userStore = new oidc.WebStorageStateStore({ store: localStorage })
      const all = { ...given, userStore, ...(bound && { dpop }) }
      Object.assign(window, { manager: new oidc.UserManager(all) })
    },
    { given: settings, bound: more.dpop === true },
  )
}

declare const manager: Oidc.UserManager

/** Signs in by a redirect; leaves the page at the application. */
async function signIn(context: BrowserContext, more: More = {}): Promise<Page> {
  const page = await context.newPage()
  await page.goto(home)
  await manage(page, more)
  await Promise.all([
    page.waitForURL(/\/login/),
    page.evaluate(() => manager.signinRedirect()).catch(() => undefined),
  ])
  await page.fill('#identifier', user.username)
  await page.fill('#password', user.password)
  await page.click('#login-submit')
  await page.waitForURL(`${home}/callback**`)
  await manage(page, more)
  await page.evaluate(async () => {
    await manager.signinCallback()
  })
  return page
}

const signedIn = (page: Page) =>
  page.evaluate(async () => {
    const found = await manager.getUser()
    return found && { sub: found.profile.sub, email: found.profile.email, type: found.token_type }
  })

async function inBrowser(work: (context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await chromium!.newContext()
  try {
    await work(context)
  } finally {
    await context.close()
  }
}

test(
  'oidc-client-ts: signs in across origins, renews silently in a frame, and signs out',
  {
    skip,
  },
  () =>
    inBrowser(async (context) => {
      const page = await signIn(context)
      assert.deepEqual(await signedIn(page), { sub: user.id, email: user.email, type: 'Bearer' })

      const before = await page.evaluate(async () => (await manager.getUser())?.access_token)
      const renewed = await page.evaluate(async () => (await manager.signinSilent())?.access_token)
      assert.ok(renewed)
      assert.notEqual(renewed, before)

      // Not the page where it is now.
      await Promise.all([
        page.waitForURL((url) => url.origin === home && url.pathname === '/'),
        page.evaluate(() => manager.signoutRedirect()).catch(() => undefined),
      ])
      await manage(page)
      const refused = await page.evaluate(() =>
        manager.signinSilent().then(
          () => 'renewed',
          (error: { error?: string }) => error.error,
        ),
      )
      assert.equal(refused, 'login_required')
    }),
)

test('oidc-client-ts: binds its tokens to a key of the browser (RFC 9449)', { skip }, () =>
  inBrowser(async (context) => {
    const page = await signIn(context, { dpop: true })
    assert.equal((await signedIn(page))?.type, 'DPoP')
    const answers = await page.evaluate(async (url) => {
      const found = await manager.getUser()
      const proof = found && (await manager.dpopProof(url, found, 'GET'))
      const authorization = `DPoP ${found?.access_token}`
      const bound = await fetch(url, { headers: { authorization, dpop: proof ?? '' } })
      const bare = await fetch(url, { headers: { authorization } })
      return [bound.status, ((await bound.json()) as { email?: string }).email, bare.status]
    }, `${server.url}/oauth/userinfo`)
    assert.deepEqual(answers, [200, user.email, 401])
  }),
)

test(
  'oidc-client-ts: notices that the person signed out elsewhere (Session Management 1.0)',
  {
    skip,
  },
  () =>
    inBrowser(async (context) => {
      const page = await signIn(context, { monitor: true })
      await page.evaluate(() => {
        Object.assign(window, { gone: false })
        manager.events.addUserSignedOut(() => {
          Object.assign(window, { gone: true })
        })
      })
      const other = await context.newPage()
      await other.goto(`${server.url}/logout`)
      await other.click('#logout-confirm')
      await page.waitForFunction(() => (window as unknown as { gone: boolean }).gone)
    }),
)
