import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { URI } from 'otpauth'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { listFactors, resetFactors } from '../../src/mfa/index.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { decode, hiddenFields } from '../harness/browser.ts'
import { mfaCore } from '../harness/mfa.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import { giveTotp, post, setPolicy, typePassword, waitingOf } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, signIn } from '../harness/signed-in.ts'

const day = 86_400
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer

before(async () => {
  server = await testServer({ clock })
})
after(() => server?.close())
beforeEach(async () => {
  clock.advance(60)
  await setPolicy(server, { mode: 'required', enrolment_grace: 0 })
})

const pathOf = ({ url }: Visit) => new URL(url).pathname
const factorsOf = (user: TestUser) => listFactors(server.app, user.id)

/** The code that an app shows now which has scanned the key of a page. */
function shownBy(page: Visit): string {
  const key = /id="totp-key">([^<]+)</.exec(page.body)?.[1] ?? assert.fail('no key')
  const uri = `otpauth://totp/x:y?secret=${key.replaceAll(' ', '')}&issuer=x`
  return URI.parse(uri).generate({ timestamp: clock.now().getTime() })
}

function optionsIn(page: Visit): unknown {
  return JSON.parse(decode(/data-options="([^"]*)"/.exec(page.body)?.[1] ?? 'null'))
}

/** Sets an app up from the page that offers the choice. */
async function setUpApp(browser: Browser, choice: Visit): Promise<Visit> {
  const setup = await post(browser, choice, '/login/enrol/totp')
  const fields = { code: shownBy(setup), name: 'Phone' }
  return post(browser, setup, '/login/enrol/totp/confirm', fields)
}

test('where a factor is required, one is set up before there is a session, with codes shown once', async () => {
  const user = await server.user()
  const browser = server.browser()
  const choice = await typePassword(browser, user)
  assert.equal(pathOf(choice), '/login/enrol')
  assert.doesNotMatch(choice.body, /enrol-later/)
  assert.equal(await alive(browser), false)
  const setup = await post(browser, choice, '/login/enrol/totp')
  assert.match(setup.body, /<div class="qr" role="img" aria-label="[^"]+"><svg/)
  assert.match(setup.headers.get('cache-control') ?? '', /no-store/)
  assert.equal(await alive(browser), false)
  const fields = { code: shownBy(setup), name: 'Phone' }
  const codes = await post(browser, setup, '/login/enrol/totp/confirm', fields)
  assert.equal(codes.status, 200)
  assert.equal(await alive(browser), true)
  const shown = [...codes.body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code)
  assert.equal(shown.length, 10)
  const file = decodeURIComponent(
    decode(/href="data:text\/plain;charset&#61;utf-8,([^"]*)"/.exec(codes.body)?.[1] ?? ''),
  )
  for (const code of shown) assert.ok(file.includes(code ?? 'x'))
  assert.match(codes.body, /id="codes-continue" href="\/"/)
  const [session] = await server.app.db.many<{ acr: string }>(
    sql`SELECT acr FROM sessions WHERE user_id = ${user.id}`,
  )
  assert.equal(session?.acr, 'urn:cardea:aal2')
  assert.deepEqual(
    (await factorsOf(user)).filter(({ kind }) => kind === 'totp').map(({ name }) => name),
    ['Phone'],
  )
})

test('after a wrong first code the app keeps its key, which is not sent again', async () => {
  const user = await server.user()
  const browser = server.browser()
  const setup = await post(browser, await typePassword(browser, user), '/login/enrol/totp')
  const code = shownBy(setup)
  const refused = await post(browser, setup, '/login/enrol/totp/confirm', { code: '000000' })
  assert.equal(refused.status, 400)
  assert.doesNotMatch(refused.body, /totp-key|<div class="qr"/)
  const key = /id="totp-key">([^<]+)</.exec(setup.body)?.[1] ?? 'x'
  assert.ok(!refused.body.includes(key.replaceAll(' ', '')) && !refused.body.includes(key))
  const end = await post(browser, refused, '/login/enrol/totp/confirm', { code })
  assert.equal(end.status, 200)
  assert.equal(await alive(browser), true)
})

test('ASVS 7.5.1: a password alone never adds a factor to an account that has one', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const before = await factorsOf(user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.equal(pathOf(page), '/login/mfa')
  const signin = waitingOf(page)
  assert.equal(pathOf(await browser.open(`/login/enrol?signin=${signin}`)), '/login/mfa')
  const fields = { ...hiddenFields(page.body), code: '000000', id: user.id, credential: '{}' }
  for (const path of [
    '/login/enrol/totp',
    '/login/enrol/email',
    '/login/enrol/passkey',
    '/login/enrol/totp/confirm',
    '/login/enrol/email/confirm',
    '/login/enrol/later',
  ]) {
    const body = new URLSearchParams(fields)
    const answer = await browser.fetch(path, { method: 'POST', body })
    assert.equal(answer.status, 303, path)
    assert.match(answer.headers.get('location') ?? '', /^\/login\/mfa\?/)
  }
  assert.deepEqual(await factorsOf(user), before)
  assert.equal(await alive(browser), false)
})

test('a sign-in that began before the first factor cannot add another one', async () => {
  const user = await server.user()
  const [owner, thief] = [server.browser(), server.browser()]
  const waiting = await post(thief, await typePassword(thief, user), '/login/enrol/totp')
  await setUpApp(owner, await typePassword(owner, user))
  const fields = { code: shownBy(waiting) }
  const refused = await post(thief, waiting, '/login/enrol/totp/confirm', fields)
  assert.equal(pathOf(refused), '/login/mfa')
  assert.equal(await alive(thief), false)
  assert.equal((await factorsOf(user)).filter(({ kind }) => kind === 'totp').length, 1)
})

test('an application that insists on a passkey gets one set up, but only after the factor there is', async () => {
  await setPolicy(server, {})
  const client = await server.client({ require_consent: false })
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'phr' } } })
  const path = authorizePath(client, pkce(), { claims })
  const page = await typePassword(browser, user, { at: path })
  assert.equal(pathOf(page), '/login/mfa')
  const choice = await post(browser, page, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.equal(pathOf(choice), '/login/enrol')
  assert.equal(await alive(browser), false)
  const authenticator = createAuthenticator({ origin: server.url })
  const credential = JSON.stringify(authenticator.create(optionsIn(choice)))
  const end = await post(browser, choice, '/login/enrol/passkey', { credential, name: 'Key' })
  assert.ok(end.left?.searchParams.get('code'), `${end.status} ${end.url}`)
})

test('within the time of grace a factor can be put off, and the page says until when', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 7 * day })
  const user = await server.user()
  const browser = server.browser()
  const choice = await typePassword(browser, user)
  assert.equal(pathOf(choice), '/login/enrol')
  assert.equal(await alive(browser), true)
  const until = new Date(clock.now().getTime() + 7 * day * 1000)
  assert.ok(choice.body.includes(`${until.getUTCDate()} January 2030`))
  assert.equal((await post(browser, choice, '/login/enrol/later')).url, `${server.url}/`)
  assert.equal(await alive(browser), true)
  clock.advance(7 * day)
  const due = await typePassword(server.browser(), user)
  assert.doesNotMatch(due.body, /enrol-later/)
  const forged = new URLSearchParams(hiddenFields(due.body))
  const answer = await server
    .browser()
    .fetch('/login/enrol/later', { method: 'POST', body: forged })
  assert.equal(answer.status, 403)
})

test('a factor set up in the time of grace belongs to the session, which gets a new secret', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 7 * day })
  const user = await server.user()
  const browser = server.browser()
  const choice = await typePassword(browser, user)
  const before = browser.cookies.get('cardea_session')
  const codes = await setUpApp(browser, choice)
  assert.match(codes.body, /id="backup-codes"/)
  assert.notEqual(browser.cookies.get('cardea_session'), before)
  const [session] = await server.app.db.many<{ acr: string }>(
    sql`SELECT acr FROM sessions WHERE user_id = ${user.id} AND ended_at IS NULL`,
  )
  assert.equal(session?.acr, 'urn:cardea:aal2')
})

test('a passkey is offered to who could keep one, seldom, and never to who has one', async () => {
  await setPolicy(server, {})
  const user = await server.user()
  const enter = async (browser: Browser) => {
    const page = await browser.open('/login')
    assert.match(page.body, /name="passkeys"[^>]*data-passkey-capable/)
    const { username: identifier, password } = user
    return browser.submit(page, { identifier, password, passkeys: 'yes' })
  }
  const browser = server.browser()
  const choice = await enter(browser)
  assert.equal(pathOf(choice), '/login/enrol')
  assert.doesNotMatch(choice.body, /enrol-totp/)
  assert.match(choice.body, /id="enrol-later"/)
  assert.equal(pathOf(await enter(server.browser())), '/')
  clock.advance(31 * day)
  const again = server.browser()
  const offered = await enter(again)
  const authenticator = createAuthenticator({ origin: server.url })
  const credential = JSON.stringify(authenticator.create(optionsIn(offered)))
  const codes = await post(again, offered, '/login/enrol/passkey', { credential })
  assert.match(codes.body, /id="backup-codes"/)
  assert.equal((await again.open('/login/enrol')).url, `${server.url}/`)
})

test('a remembered browser is in without its factor, and can add none', async () => {
  await setPolicy(server, {})
  const user = await server.user()
  const app = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const code = app.codeAt(clock.now())
  await post(browser, page, '/login/mfa', { code, remember_device: 'yes' })
  await browser.submit(await browser.open('/logout'), {})
  const login = await browser.open('/login')
  const { username: identifier, password } = user
  const end = await browser.submit(login, { identifier, password, passkeys: 'yes' })
  assert.equal(end.url, `${server.url}/`)
  assert.equal(await alive(browser), true)
  assert.equal(pathOf(await browser.open('/login/enrol')), '/')
  for (const path of ['/login/enrol/passkey', '/login/enrol/totp']) {
    const body = new URLSearchParams({ ...hiddenFields(login.body), credential: '{}' })
    const answer = await browser.fetch(path, { method: 'POST', body })
    assert.equal(answer.headers.get('location'), '/', path)
  }
})

test('a session that is old proves itself before it sets up a factor', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 7 * day })
  const browser = await signIn(server, await server.user())
  clock.advance(3600)
  assert.equal(pathOf(await browser.open('/login/enrol')), '/account/confirm')
})

test('after a reset by an administrator a new factor is set up at the next sign-in, whatever the policy', async () => {
  await setPolicy(server, {})
  const user = await server.user()
  await giveTotp(server, user)
  const reset = { person: user, origin: {}, actor: 'system', action: 'mfa.reset' } as const
  await server.app.db.transaction((tx) => resetFactors(mfaCore(server), tx, reset))
  const browser = server.browser()
  const choice = await typePassword(browser, user)
  assert.equal(pathOf(choice), '/login/enrol')
  assert.equal(await alive(browser), false)
  await setUpApp(browser, choice)
  assert.equal(await alive(browser), true)
})

test('mailed codes are set up where the policy has them', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 0, factors: ['email_code'] })
  const user = await server.user()
  const browser = server.browser()
  const choice = await typePassword(browser, user)
  assert.doesNotMatch(choice.body, /enrol-totp|data-passkey=/)
  const sent = await post(browser, choice, '/login/enrol/email')
  await server.app.queue.drain()
  const letter = server.app.inbox.list().find(({ to }) => to === user.email)
  const code = /^\s*(\d{6})\s*$/m.exec(letter?.text ?? '')?.[1] ?? ''
  const wrong = await post(browser, sent, '/login/enrol/email/confirm', { code: 'wrong' })
  assert.equal(wrong.status, 400)
  const end = await post(browser, wrong, '/login/enrol/email/confirm', { code })
  assert.equal(end.url, `${server.url}/`)
  assert.equal(await alive(browser), true)
})

test('a passkey signs in by itself, and as a second factor after the password', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 0 })
  const user = await server.user()
  const first = server.browser()
  const choice = await typePassword(first, user)
  const authenticator = createAuthenticator({ origin: server.url })
  const made = JSON.stringify(authenticator.create(optionsIn(choice)))
  await post(first, choice, '/login/enrol/passkey', { credential: made })

  const alone = server.browser()
  const login = await alone.open('/login')
  assert.match(login.body, /id="identifier"[^>]*autocomplete="username webauthn"/)
  const form = login.body.slice(login.body.indexOf('data-passkey="sign-in"'))
  const answer = JSON.stringify(authenticator.get(optionsIn({ ...login, body: form })))
  const thief = server.browser()
  const elsewhere = await post(thief, await thief.open('/login'), '/login/passkey', {
    credential: answer,
  })
  assert.equal(elsewhere.status, 400)
  assert.match(elsewhere.body, /The passkey could not be checked/)
  assert.equal(
    (await post(alone, login, '/login/passkey', { credential: answer })).url,
    `${server.url}/`,
  )
  const replayed = await post(alone, login, '/login/passkey', { credential: answer })
  assert.equal(replayed.status, 400)

  const second = server.browser()
  const asked = await typePassword(second, user)
  assert.match(asked.body, /data-passkey="get"/)
  const proof = JSON.stringify(authenticator.get(optionsIn(asked)))
  assert.equal(
    (await post(second, asked, '/login/mfa', { credential: proof })).url,
    `${server.url}/`,
  )
})

test('a passkey of a closed account lets nobody in, with the words of a wrong one', async () => {
  const user = await server.user()
  const first = server.browser()
  const choice = await typePassword(first, user)
  const authenticator = createAuthenticator({ origin: server.url })
  const made = JSON.stringify(authenticator.create(optionsIn(choice)))
  await post(first, choice, '/login/enrol/passkey', { credential: made })
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${user.id}`)
  const browser = server.browser()
  const login = await browser.open('/login')
  const form = login.body.slice(login.body.indexOf('data-passkey="sign-in"'))
  const credential = JSON.stringify(authenticator.get(optionsIn({ ...login, body: form })))
  const refused = await post(browser, login, '/login/passkey', { credential })
  assert.equal(refused.status, 400)
  assert.equal(await alive(browser), false)
})

test('where nothing can be set up that is asked for, the person is told so', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 0, factors: ['email_code'] })
  const user = await server.user()
  await server.app.db.run(sql`UPDATE users SET email_verified = false WHERE id = ${user.id}`)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.equal(page.status, 403)
  assert.match(page.body, /none can be set up/)
})

test('of 50 that set up an app in one sign-in at once, one does, and one session starts', async () => {
  const user = await server.user()
  const browser = server.browser()
  const setup = await post(browser, await typePassword(browser, user), '/login/enrol/totp')
  const body = new URLSearchParams({ ...hiddenFields(setup.body), code: shownBy(setup) }).toString()
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', body, headers, redirect: 'manual' } as const
  const path = `${server.url}/login/enrol/totp/confirm`
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(path, init)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await factorsOf(user)).filter(({ kind }) => kind === 'totp').length, 1)
  const sessions = await server.app.db.many(sql`SELECT 1 FROM sessions WHERE user_id = ${user.id}`)
  assert.equal(sessions.length, 1)
})
