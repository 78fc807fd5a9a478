import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { issueEmergency } from '../../src/mfa/emergency/index.ts'
import { forgetRemembered } from '../../src/mfa/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { mfaCore } from '../harness/mfa.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import { giveTotp, post, setPolicy, typePassword, waitingOf } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, signIn } from '../harness/signed-in.ts'

const day = 86_400
const withMail = { factors: ['passkey', 'totp', 'email_code', 'backup_code'] } as const
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let home: string

before(async () => {
  server = await testServer({ clock })
  home = `${server.url}/`
})
after(() => server?.close())
beforeEach(async () => {
  clock.advance(60)
  await setPolicy(server, {})
})

const mailTo = async (user: TestUser) => {
  await server.app.queue.drain()
  return server.app.inbox.list().filter(({ to }) => to === user.email)
}
const audited = (user: TestUser, action: string) =>
  server.app.db.many<{ outcome: string; details: Record<string, unknown> }>(sql`
    SELECT outcome, details FROM audit_log WHERE actor = ${`user:${user.id}`} AND action = ${action}
    ORDER BY id`)
const sessionsOf = (user: TestUser) =>
  server.app.db.many<{ acr: string; amr: string[]; exemption: string | null }>(sql`
    SELECT acr, amr, exemption FROM sessions WHERE user_id = ${user.id} ORDER BY created_at, id`)
const signOut = async (browser: Browser) => browser.submit(await browser.open('/logout'), {})

test('a code of the authenticator app is asked for after the password, and lets in', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.equal(new URL(page.url).pathname, '/login/mfa')
  assert.match(page.body, /id="code"[^>]*inputmode="numeric" autocomplete="one-time-code"/)
  assert.match(page.body, /id="mfa-submit"/)
  assert.match(page.headers.get('cache-control') ?? '', /no-store/)
  assert.equal(await alive(browser), false)
  const end = await post(browser, page, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.equal(end.url, home)
  const [session] = await sessionsOf(user)
  assert.deepEqual(session?.amr.toSorted(), ['mfa', 'otp', 'pwd'])
  assert.equal(session?.acr, 'urn:cardea:aal2')
})

test('who is done, and who never began, gets no page of the second step', async () => {
  const stranger = server.browser()
  assert.equal((await stranger.open('/login/mfa')).url, `${server.url}/login`)
  assert.equal((await stranger.open('/login/enrol')).url, `${server.url}/login`)
  const browser = await signIn(server, await server.user())
  assert.equal((await browser.open('/login/mfa')).url, home)
})

test('a wrong code gets the same words as a used one, and the sign-in keeps waiting', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const code = app.codeAt(clock.now())
  const first = server.browser()
  await post(first, await typePassword(first, user), '/login/mfa', { code })
  const browser = server.browser()
  const page = await typePassword(browser, user)
  for (const wrong of ['000000', 'abcdef', '', code]) {
    const refused = await post(browser, page, '/login/mfa', { code: wrong })
    assert.equal(refused.status, 400)
    assert.match(refused.body, /role="alert"[^>]*><p>That was not right. Please try again.</)
    assert.equal(await alive(browser), false)
  }
  const details = (await audited(user, 'mfa.verify')).map((entry) => String(entry.details.why))
  assert.deepEqual(
    details.sort((a, b) => a.localeCompare(b)),
    ['malformed', 'malformed', 'used', 'wrong'],
  )
  clock.advance(30)
  const next = app.codeAt(clock.now())
  assert.equal((await post(browser, page, '/login/mfa', { code: next })).url, home)
})

test('RFC 6238 section 5.2: a code that let somebody in lets nobody else in', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const pages = [server.browser(), server.browser()].map(
    async (browser) => [browser, await typePassword(browser, user)] as const,
  )
  const code = app.codeAt(clock.now())
  const ends: string[] = []
  for (const pair of pages) {
    const [browser, page] = await pair
    ends.push((await post(browser, page, '/login/mfa', { code })).url)
  }
  assert.deepEqual(ends, [home, `${server.url}/login/mfa`])
})

test('a backup code stands in for the app, once, and never lets a browser be remembered', async () => {
  const user = await server.user()
  const { backupCodes } = await giveTotp(server, user)
  const [code = ''] = backupCodes
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const link = /href="([^"]*factor&#61;backup_code[^"]*)"/.exec(page.body)?.[1] ?? ''
  const backup = await browser.open(link.replaceAll('&#61;', '=').replaceAll('&#38;', '&'))
  assert.doesNotMatch(backup.body, /inputmode="numeric"|remember_device/)
  const fields = { code: code.toLowerCase(), remember_device: 'yes' }
  assert.equal((await post(browser, backup, '/login/mfa', fields)).url, home)
  await signOut(browser)
  const again = await typePassword(browser, user)
  assert.equal(new URL(again.url).pathname, '/login/mfa')
  const refused = await post(browser, again, '/login/mfa', { factor: 'backup_code', code })
  assert.equal(refused.status, 400)
  assert.match(refused.body, /name="factor" value="backup_code"/)
})

test('a mailed code is sent by a button and counts in the browser that asked for it', async () => {
  await setPolicy(server, { factors: [...withMail.factors] })
  const user = await server.user()
  await server.app.db.run(sql`
    INSERT INTO mfa_accounts (user_id, email_code_since, updated_at)
    VALUES (${user.id}, ${clock.now()}, ${clock.now()})`)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.match(page.body, /id="mfa-send"/)
  assert.doesNotMatch(page.body, /id="code"/)
  assert.equal((await mailTo(user)).length, 0)
  const sent = await post(browser, page, '/login/mfa/send')
  assert.equal(sent.status, 200)
  assert.match(sent.body, /We have sent a code to p…@example.com/)
  const [letter] = await mailTo(user)
  const code = /^\s*(\d{6})\s*$/m.exec(letter?.text ?? '')?.[1] ?? assert.fail('no code')
  const thief = server.browser()
  const elsewhere = await typePassword(thief, user)
  const stolen = new URLSearchParams({ ...hiddenFields(elsewhere.body), code })
  const refused = await thief.fetch('/login/mfa', { method: 'POST', body: stolen })
  assert.equal(refused.status, 400)
  assert.equal((await post(browser, sent, '/login/mfa', { code })).url, home)
})

test('an emergency code lets in, and the session says that no second factor was there', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const reason = 'lost the phone on a journey'
  const { code } = await issueEmergency(mfaCore(server), { person: user, reason })
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const asked = await browser.open(`${page.url}&factor=emergency_code`)
  assert.equal((await post(browser, asked, '/login/mfa', { code })).url, home)
  const [session] = await sessionsOf(user)
  assert.equal(session?.acr, 'urn:cardea:aal1')
  assert.equal(session?.exemption, 'emergency')
  const [started] = await audited(user, 'session.start')
  assert.equal(started?.details.exemption, 'emergency')
})

test('where somebody cannot go on, a page says what to do, in the language of the person', async () => {
  const user = await server.user({ profile: { locale: 'de' } })
  await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.match(page.body, /Bestätigen Sie, dass Sie es sind/)
  const { pathname, search } = new URL(page.url)
  const help = await browser.open(`${pathname}/help${search}`)
  assert.match(help.body, /Notfallzugang/)
  assert.match(help.body, /href="\/login"/)
})

test('step-up asks a session for the missing factor only, and renews its secret', async () => {
  const client = await server.client({ require_consent: false })
  const user = await server.user()
  const browser = await signIn(server, user)
  const app = await giveTotp(server, user)
  const before = browser.cookies.get('cardea_session')
  const wish = { acr_values: 'urn:cardea:aal2' }
  const page = await browser.open(authorizePath(client, pkce(), wish))
  assert.equal(new URL(page.url).pathname, '/login/mfa')
  assert.doesNotMatch(page.body, /name="password"|remember_device/)
  const refused = await post(browser, page, '/login/mfa', { code: '000000' })
  assert.equal(refused.status, 400)
  assert.equal(await alive(browser), true)
  const end = await post(browser, page, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.ok(end.left?.searchParams.get('code') ?? new URL(end.url).pathname === '/consent')
  assert.notEqual(browser.cookies.get('cardea_session'), before)
})

test('a waiting sign-in is forgotten after ten minutes', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  clock.advance(601)
  const late = await post(browser, page, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.equal(late.url, `${server.url}/login`)
  assert.equal(await alive(browser), false)
})

test('a waiting sign-in is worth nothing in another browser, not even with the right code', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const page = await typePassword(server.browser(), user)
  const thief = server.browser()
  assert.equal((await thief.open(page.url)).url, `${server.url}/login`)
  const own = await thief.open('/login')
  const code = app.codeAt(clock.now())
  const fields = { ...hiddenFields(own.body), signin: waitingOf(page), factor: 'totp', code }
  const body = new URLSearchParams(fields)
  const answer = await thief.fetch('/login/mfa', { method: 'POST', body })
  assert.equal(answer.headers.get('location'), '/login')
  assert.equal(await alive(thief), false)
})

test('a form of this step that was not shown to this browser is refused', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const { csrf: _csrf, ...fields } = hiddenFields(page.body)
  const body = new URLSearchParams({ ...fields, code: app.codeAt(clock.now()) })
  for (const path of ['/login/mfa', '/login/mfa/send', '/login/enrol/totp', '/login/passkey']) {
    const answer = await browser.fetch(path, { method: 'POST', body })
    assert.equal(answer.status, 403, path)
  }
})

test('the code of one person is worth nothing for the sign-in of another', async () => {
  const [ada, eve] = [await server.user(), await server.user()]
  await giveTotp(server, ada)
  const app = await giveTotp(server, eve)
  const browser = server.browser()
  const page = await typePassword(browser, ada)
  const refused = await post(browser, page, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.equal(refused.status, 400)
  assert.equal(await alive(browser), false)
})

test('a browser that is remembered is not asked again, until the time is over or its owner says so', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const enter = async () => {
    const page = await typePassword(browser, user)
    const code = app.codeAt(clock.now())
    return post(browser, page, '/login/mfa', { code, remember_device: 'yes' })
  }
  assert.match((await typePassword(browser, user)).body, /in this browser for 30 days/)
  assert.equal((await enter()).url, home)
  await signOut(browser)
  clock.advance(1)
  assert.equal((await typePassword(browser, user)).url, home)
  const [session] = (await sessionsOf(user)).slice(-1)
  assert.deepEqual([session?.acr, session?.exemption], ['urn:cardea:aal1', 'remembered_device'])
  const [started] = (await audited(user, 'session.start')).slice(-1)
  assert.equal(started?.details.exemption, 'remembered_device')

  const elsewhere = await typePassword(server.browser(), user)
  assert.equal(new URL(elsewhere.url).pathname, '/login/mfa')
  await signOut(browser)
  clock.advance(30 * day)
  assert.equal(new URL((await typePassword(browser, user)).url).pathname, '/login/mfa')
  assert.equal((await enter()).url, home)
  await signOut(browser)
  await forgetRemembered(server.app.db, user.id)
  assert.equal(new URL((await typePassword(browser, user)).url).pathname, '/login/mfa')
})

test('another person in a remembered browser is asked, and a shorter policy holds at once', async () => {
  const [ada, eve] = [await server.user(), await server.user()]
  const app = await giveTotp(server, ada)
  await giveTotp(server, eve)
  const browser = server.browser()
  const code = app.codeAt(clock.now())
  const page = await typePassword(browser, ada)
  await post(browser, page, '/login/mfa', { code, remember_device: 'yes' })
  await signOut(browser)
  assert.equal(new URL((await typePassword(browser, eve)).url).pathname, '/login/mfa')
  clock.advance(2 * day)
  await setPolicy(server, { remember_device: day })
  assert.equal(new URL((await typePassword(browser, ada)).url).pathname, '/login/mfa')
  await setPolicy(server, { remember_device: 0 })
  assert.doesNotMatch((await typePassword(browser, ada)).body, /remember_device/)
})

test('a trusted network needs no second factor, and session and audit say so', async () => {
  await setPolicy(server, { trusted_networks: ['127.0.0.0/8', '::1/128'] })
  const user = await server.user()
  await giveTotp(server, user)
  assert.equal((await typePassword(server.browser(), user)).url, home)
  assert.equal((await sessionsOf(user))[0]?.exemption, 'trusted_network')
  const [started] = await audited(user, 'session.start')
  assert.equal(started?.details.exemption, 'trusted_network')
})

test('a policy without second factors asks for none', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  await setPolicy(server, { mode: 'off' })
  assert.equal((await typePassword(server.browser(), user)).url, home)
})

test('ASVS 6.4.3: a new password by recovery signs nobody in and leaves the second factor asked for', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const browser = server.browser()
  const forgot = await browser.open('/forgot-password')
  await browser.submit(forgot, { identifier: user.username })
  const letters = await mailTo(user)
  const token = letters
    .map(({ text }) => /reset-password\?token=([\w-]+)/.exec(text)?.[1])
    .find((found) => found !== undefined)
  const page = await browser.open(`/reset-password?token=${token}`)
  const password = 'tulip harbour seventeen'
  const end = await browser.submit(page, { password })
  assert.equal(end.url, `${server.url}/login?notice=password-changed`)
  assert.equal(await alive(browser), false)
  const asked = await typePassword(browser, user, { password })
  assert.equal(new URL(asked.url).pathname, '/login/mfa')
})

test('ASVS 6.5.1: of 50 that bring one code to one waiting sign-in at once, one starts a session', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const body = new URLSearchParams({
    ...hiddenFields(page.body),
    code: app.codeAt(clock.now()),
  }).toString()
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(`${server.url}/login/mfa`, { method: 'POST', body, headers, redirect: 'manual' }),
    ),
  )
  const signedIn = answers.filter((answer) =>
    answer.headers.getSetCookie().some((line) => line.startsWith('cardea_session=')),
  )
  assert.equal(signedIn.length, 1)
  assert.equal((await sessionsOf(user)).length, 1)
  for (const { status } of answers) assert.ok(status === 303 || status === 400, String(status))
})

test('of 50 that bring different factors to one waiting sign-in at once, one starts a session', async () => {
  const user = await server.user()
  const { backupCodes } = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const fields = { ...hiddenFields(page.body), factor: 'backup_code' }
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const answers = Array.from({ length: 50 }, (_, i) => {
    const code = backupCodes[i % backupCodes.length] ?? ''
    const body = new URLSearchParams({ ...fields, code }).toString()
    const init = { method: 'POST', body, headers, redirect: 'manual' } as const
    return fetch(`${server.url}/login/mfa`, init)
  })
  await Promise.all(answers)
  assert.equal((await sessionsOf(user)).length, 1)
})
