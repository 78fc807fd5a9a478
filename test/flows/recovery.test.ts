import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ManualClock } from '../../src/base/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { findUser } from '../../src/identity/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const fresh = 'tulip harbour seventeen'
const title = (page: Visit) => /<h1>([^<]*)<\/h1>/.exec(page.body)?.[1]
const path = (page: Visit) => new URL(page.url).pathname
let clock: ManualClock
let mailbox: Mailbox
let server: TestServer

before(async () => {
  clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  mailbox = await createMailbox()
  server = await testServer({
    mailbox,
    clock,
    env: { CARDEA_PASSWORD_HISTORY: '3', CARDEA_ACCOUNT_RECOVERY_LIFETIME: '20m' },
  })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

const forgot = async (browser: Browser, identifier: string, at = '/forgot-password') =>
  browser.submit(await browser.open(at), { identifier })

async function signIn(browser: Browser, username: string, password: string): Promise<Visit> {
  return browser.submit(await browser.open('/login'), { identifier: username, password })
}

async function isSignedIn(browser: Browser): Promise<boolean> {
  return /Your account/.test((await browser.open('/')).body)
}

async function resetLink(username: string): Promise<string> {
  await forgot(server.browser(), username)
  return (await mailbox.next(`${username}@example.com`)).link ?? ''
}

test('a forgotten password is set anew by the link of a letter, and that signs nobody in', async () => {
  const user = await server.user({ username: 'ada' })
  const elsewhere = server.browser()
  await signIn(elsewhere, 'ada', user.password)
  const browser = server.browser()
  const login = await browser.open('/login')
  assert.match(login.body, /href="\/forgot-password"/)
  const sent = await forgot(browser, 'ada')
  assert.equal(path(sent), '/forgot-password/sent')
  assert.match(sent.body, /20 minutes/)
  const { link = '' } = await mailbox.next('ada@example.com')
  const form = await browser.open(link)
  assert.match(form.body, /name="keep_sessions"(?![^>]* checked)/)
  assert.ok(await isSignedIn(elsewhere), 'looking uses nothing up and ends nothing')
  const done = await browser.submit(form, { password: fresh })
  assert.equal(path(done), '/login')
  assert.match(done.body, /role="status"[^>]*>(<p>)?Your password is changed/)
  assert.ok(!(await isSignedIn(browser)))
  assert.ok(!(await isSignedIn(elsewhere)))
  assert.equal((await signIn(browser, 'ada', user.password)).status, 400)
  assert.equal(path(await signIn(browser, 'ada', fresh)), '/')
})

test('sessions go on where the person asks for it', async () => {
  const user = await server.user({ username: 'bea' })
  const elsewhere = server.browser()
  await signIn(elsewhere, 'bea', user.password)
  const browser = server.browser()
  const form = await browser.open(await resetLink('bea'))
  await browser.submit(form, { password: fresh, keep_sessions: 'yes' })
  assert.ok(await isSignedIn(elsewhere))
})

test('a refused password says why at its field and leaves the link as it was', async () => {
  const user = await server.user({ username: 'carla' })
  const browser = server.browser()
  let page = await browser.open(await resetLink('carla'))
  page = await browser.submit(page, { password: 'short', keep_sessions: 'yes' })
  assert.equal(page.status, 400)
  assert.match(page.body, /id="password-error">The password must have/)
  assert.match(page.body, /name="keep_sessions"[^>]* checked/)
  page = await browser.submit(page, { password: user.password })
  assert.match(page.body, /id="password-error">The new password was used before/)
  assert.ok(!page.body.includes(user.password))
  assert.equal(path(await browser.submit(page, { password: fresh })), '/login')
})

test('a link counts once, and only the newest letter counts after that', async () => {
  await server.user({ username: 'dora' })
  const [first, second] = [await resetLink('dora'), await resetLink('dora')]
  const browser = server.browser()
  const kept = await browser.open(second)
  await browser.submit(await browser.open(first), { password: fresh })
  for (const page of [
    await browser.open(first),
    await browser.open(second),
    await browser.submit(kept, { password: 'another harbour tulip' }),
  ]) {
    assert.equal(page.status, 400)
    assert.equal(title(page), 'This link is not valid any more')
    assert.match(page.body, /href="\/forgot-password"/)
  }
  assert.equal(path(await signIn(browser, 'dora', fresh)), '/')
})

test('a link expires', async () => {
  await server.user({ username: 'emma' })
  const link = await resetLink('emma')
  const browser = server.browser()
  const form = await browser.open(link)
  clock.advance(20 * 60)
  assert.equal((await browser.open(link)).status, 400)
  assert.equal((await browser.submit(form, { password: fresh })).status, 400)
  assert.equal((await browser.open('/reset-password')).status, 400)
})

test('whoever is asked for, the page is the same, and strangers get no letter', async () => {
  await server.user({ username: 'frida' })
  const asked = ['frida', 'nobody', 'nobody@example.com', 'x'.repeat(400), 'no\0body']
  const pages = []
  for (const identifier of asked) pages.push(await forgot(server.browser(), identifier))
  for (const page of pages) {
    assert.equal(page.status, 200)
    assert.equal(path(page), '/forgot-password/sent')
    assert.equal(page.body, pages[0]?.body)
  }
  assert.ok((await mailbox.next('frida@example.com')).link)
  const empty = await forgot(server.browser(), '  ')
  assert.equal(empty.status, 400)
  assert.match(empty.body, /id="identifier-error"/)
})

test('the way through recovery keeps the journey to an application', async () => {
  const client = await server.client()
  const browser = server.browser()
  const login = await browser.open(authorizePath(client, pkce()))
  const forgotUrl = /href="(\/forgot-password\?flow[^"]+)"/.exec(login.body)?.[1] ?? ''
  const sent = await forgot(browser, 'nobody', forgotUrl.replaceAll('&#61;', '='))
  assert.match(sent.body, /href="\/login\?flow&#61;[^"]+"/)
})

async function leave(userId: string, days?: number): Promise<void> {
  const after = days === undefined ? null : new Date(clock.now().getTime() + days * 86_400_000)
  await server.app.db.run(sql`
    UPDATE users SET is_active = false, deactivated_by = 'user', delete_after = ${after}
    WHERE id = ${userId}`)
}

test('who left comes back by the link of a letter, and then signs in', async () => {
  const user = await server.user({ username: 'greta' })
  await leave(user.id)
  await forgot(server.browser(), 'greta')
  const { link = '' } = await mailbox.next('greta@example.com')
  const browser = server.browser()
  const page = await browser.open(link)
  assert.match(page.body, /greta/)
  assert.equal((await findUser(server.app.db, user.id))?.isActive, false)
  const done = await browser.submit(page, {})
  assert.equal(path(done), '/login')
  assert.match(done.body, /role="status"[^>]*>(<p>)?Your account is back/)
  assert.ok(!(await isSignedIn(browser)))
  assert.equal(path(await signIn(browser, 'greta', user.password)), '/')
  assert.equal((await browser.open(link)).status, 400)
})

test('the right password offers the way back at once, and the journey goes on after it', async () => {
  const user = await server.user({ username: 'hanna' })
  await leave(user.id, 14)
  const client = await server.client()
  const browser = server.browser()
  const wrong = await signIn(browser, 'hanna', 'not the password')
  assert.equal(path(wrong), '/login')
  const login = await browser.open(authorizePath(client, pkce()))
  const credentials = { identifier: 'hanna', password: user.password }
  const offer = await browser.submit(login, credentials)
  assert.equal(path(offer), '/reactivate')
  assert.match(offer.body, /will be deleted after/)
  const back = await browser.submit(offer, {})
  assert.equal(path(back), '/login')
  assert.equal(path(await browser.submit(back, credentials)), '/consent')
})

test('whom an administrator deactivated is refused like everybody else', async () => {
  const user = await server.user({ username: 'ida' })
  await server.app.db.run(sql`
    UPDATE users SET is_active = false, deactivated_by = 'administrator' WHERE id = ${user.id}`)
  const refused = await signIn(server.browser(), 'ida', user.password)
  assert.equal(refused.status, 400)
  assert.equal(path(refused), '/login')
})

test('a notice is one of our own or nothing', async () => {
  for (const notice of ['constructor', '<b>Call+us</b>', 'x']) {
    const page = await server.browser().open(`/login?notice=${notice}`)
    assert.doesNotMatch(page.body, /role="status"|Call us/)
  }
})

test('only who asks for it stays signed in beyond the window', async () => {
  const user = await server.user({ username: 'jana' })
  const cookie = async (more: Record<string, string>) => {
    const browser = server.browser()
    const login = await browser.open('/login')
    const csrf = /name="csrf" value="([^"]+)"/.exec(login.body)?.[1] ?? ''
    const fields = { csrf, identifier: user.username, password: user.password, ...more }
    const body = new URLSearchParams(fields)
    const answer = await browser.fetch('/login', { method: 'POST', body })
    return answer.headers.getSetCookie().find((line) => line.startsWith('cardea_session=')) ?? ''
  }
  assert.match((await server.browser().open('/login')).body, /name="remember"(?![^>]* checked)/)
  assert.doesNotMatch(await cookie({}), /max-age/i)
  assert.match(await cookie({ remember: 'yes' }), /max-age/i)
})

test('every form is honoured in the browser it was shown to only', async () => {
  const stranger = server.browser()
  const { csrf = '' } = hiddenFields((await stranger.open('/forgot-password')).body)
  for (const at of [
    '/register',
    '/register/code',
    '/register/confirm',
    '/forgot-password',
    '/reset-password',
    '/email/confirm',
    '/reactivate',
  ]) {
    const browser = server.browser()
    await browser.open('/forgot-password')
    for (const fields of [{}, { csrf }]) {
      const body = new URLSearchParams({ token: 'x', identifier: 'ada', ...fields })
      const answer = await browser.fetch(at, { method: 'POST', body })
      assert.equal(answer.status, 403, at)
    }
    const { csrf: own = '' } = hiddenFields((await browser.open('/forgot-password')).body)
    const body = new URLSearchParams({ csrf: own, token: 'x', identifier: 'ada' })
    const headers = { origin: 'https://evil.example' }
    const foreign = await browser.fetch(at, { method: 'POST', body, headers })
    assert.equal(foreign.status, 403, at)
  }
})

test('a page with a secret in its address tells nobody else and is kept nowhere', async () => {
  await server.user({ username: 'lena' })
  const page = await server.browser().open(await resetLink('lena'))
  assert.equal(page.headers.get('referrer-policy'), 'same-origin')
  assert.match(page.headers.get('cache-control') ?? '', /no-store/)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.doesNotMatch(policy, /https?:|\*/)
  for (const [, address = ''] of page.body.matchAll(/\s(?:src|href|action)="([^"]*)"/g))
    assert.match(address, /^[/?](?!\/)/)
})

test('the pages speak German to those who prefer it', async () => {
  await server.user({ username: 'kira' })
  const browser = server.browser()
  const sent = await forgot(browser, 'kira', '/forgot-password?ui_locales=de')
  assert.equal(title(sent), 'Sehen Sie in Ihr Postfach')
  const { link = '' } = await mailbox.next('kira@example.com')
  const form = await browser.open(`${link}&ui_locales=de`)
  const refused = await browser.submit(form, { password: 'kurz' })
  assert.match(refused.body, /Das Passwort muss \d+ bis \d+ Zeichen lang sein/)
  const done = await browser.submit(refused, { password: fresh })
  assert.match(done.body, /Ihr Passwort ist geändert/)
})
