import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { defaultPolicy, factorOf } from '../../src/mfa/index.ts'
import type { Authenticator } from '../harness/authenticator.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { decode, hiddenFields } from '../harness/browser.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestAuthenticator } from '../harness/mfa.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import { giveTotp, post, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { sessionCookie, signIn } from '../harness/signed-in.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/account/confirm'
const back = '/account/username'
const asked = `${path}?return=${encodeURIComponent(back)}`
const quarter = 15 * 60
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
  await setPolicy(server, { factors: [...defaultPolicy.factors, 'email_code'] })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

type Person = {
  readonly user: TestUser
  readonly browser: Browser
  readonly app: TestAuthenticator
}

/** Signed in by the password alone, and with an authenticator app since. */
async function person(): Promise<Person> {
  const user = await server.user()
  const browser = await signIn(server, user)
  return { ...(await protect(user)), browser }
}

async function protect(user: TestUser): Promise<Omit<Person, 'browser'>> {
  const app = await giveTotp(server, user)
  clock.advance(60)
  return { user, app }
}

const now = ({ app }: Pick<Person, 'app'>) => app.codeAt(clock.now())
const pathOf = ({ url }: Visit) => url.slice(server.url.length)
const cookieOf = (browser: Browser) => browser.cookies.get(sessionCookie)
const wrongFor = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 5) % 10))

function optionsIn({ body }: Visit): unknown {
  return JSON.parse(decode(/data-options="([^"]*)"/.exec(body)?.[1] ?? ''))
}

/** What the living sessions of somebody stand for. */
function standing({ id }: TestUser) {
  return rows(
    server.databaseUrl,
    `SELECT acr, amr FROM sessions WHERE user_id = '${id}' AND ended_at IS NULL`,
  )
}

async function givePasskey(user: TestUser): Promise<Authenticator> {
  const key = createAuthenticator({ origin: server.url })
  const { enrol } = factorOf('passkey')
  const [core, subject] = [mfaCore(server), subjectOf(user)]
  const offer = await enrol?.begin(core, subject)
  assert.ok(enrol && offer?.kind === 'passkey')
  const done = await enrol.confirm(core, subject, { credential: key.create(offer.options) })
  assert.ok(done.ok)
  return key
}

const withPasskey = (browser: Browser, page: Visit, answer: object) =>
  browser.submit(page, {
    ...hiddenFields(page.body),
    factor: 'passkey',
    credential: JSON.stringify(answer),
  })

/** Posts the form of the passkey, which comes after the one of the password. */
function usePasskey(browser: Browser, page: Visit, key: Authenticator): Promise<Visit> {
  const [form = ''] = /<form[^>]*data-passkey[\s\S]*?<\/form>/.exec(page.body) ?? []
  return withPasskey(browser, { ...page, body: form }, key.get(optionsIn(page)))
}

test('ASVS 7.5.3: a recent session that lacks the second factor is asked for that alone', async () => {
  const who = await person()
  const { browser, user } = who
  const before = cookieOf(browser)
  const page = await browser.open(back)
  assert.equal(pathOf(page), asked)
  assert.match(page.body, /id="code"/)
  assert.doesNotMatch(page.body, /id="password"/)
  const wrong = await browser.submit(page, { code: wrongFor(now(who)) })
  assert.equal(wrong.status, 400)
  assert.match(wrong.body, /That was not right/)
  assert.equal(cookieOf(browser), before)
  const done = await browser.submit(wrong, { code: now(who) })
  assert.equal(pathOf(done), back)
  assert.notEqual(cookieOf(browser), before)
  assert.deepEqual(await standing(user), [{ acr: 'urn:cardea:aal2', amr: ['pwd', 'otp', 'mfa'] }])
})

test('an old session is asked for the password and then for the factor, and stays as it is until both are right', async () => {
  const who = await person()
  const { browser, user } = who
  await browser.submit(await browser.open(back), { code: now(who) })
  clock.advance(quarter)
  const strong = await standing(user)
  const before = cookieOf(browser)
  const page = await browser.open(back)
  assert.match(page.body, /id="password"/)
  const wrong = await browser.submit(page, { password: 'a guess' })
  assert.match(wrong.body, /The password is not correct/)
  const half = await browser.submit(wrong, { password: user.password })
  assert.match(pathOf(half), /^\/account\/confirm\?return=%2Faccount%2Fusername&signin=[\w-]{43}$/)
  assert.match(half.body, /id="code"/)
  assert.equal(cookieOf(browser), before)
  assert.deepEqual(await standing(user), strong)
  assert.equal(pathOf(await browser.open(back)), asked)
  const done = await browser.submit(half, { code: now(who) })
  assert.equal(pathOf(done), back)
  assert.notEqual(cookieOf(browser), before)
  assert.deepEqual(await standing(user), strong)
})

test('the factor alone does not renew a session that is old', async () => {
  const who = await person()
  const { browser } = who
  clock.advance(quarter)
  const page = await browser.open(back)
  const { csrf = '', account = '' } = hiddenFields(page.body)
  const body = new URLSearchParams({ csrf, account, factor: 'totp', code: now(who), return: back })
  const answer = await browser.fetch(path, { method: 'POST', body })
  assert.equal(answer.status, 400)
  assert.equal(pathOf(await browser.open(back)), asked)
})

test('a proof that waits is of use to the same person in the same browser only, and for a while', async () => {
  const user = await server.user()
  const [browser, elsewhere] = [await signIn(server, user), await signIn(server, user)]
  const who = { ...(await protect(user)), browser }
  const other = await person()
  clock.advance(quarter)
  const page = await who.browser.open(back)
  const half = await who.browser.submit(page, { password: who.user.password })
  const { signin = '' } = hiddenFields(half.body)
  const at = `${asked}&signin=${signin}`
  const asksForPassword = /id="password"[\s\S]*id="confirm-submit"/
  for (const one of [other.browser, elsewhere]) {
    assert.match((await one.open(at)).body, asksForPassword)
  }
  assert.match((await who.browser.open(at)).body, /id="code"/)
  clock.advance(quarter)
  assert.match((await who.browser.open(at)).body, asksForPassword)
  const late = await who.browser.submit(half, { code: now(who) })
  assert.equal(late.status, 400)
  assert.match(late.body, /id="password"/)
})

test('somebody else who signs in to the same browser gains nothing from a proof that waits there', async () => {
  const who = await person()
  clock.advance(quarter)
  const page = await who.browser.open(back)
  const half = await who.browser.submit(page, { password: who.user.password })
  const { signin = '' } = hiddenFields(half.body)
  const other = await server.user()
  const { browser } = who
  await browser.submit(await browser.open('/logout'), {})
  await signIn(server, other, { browser })
  const theirs = await giveTotp(server, other)
  clock.advance(quarter + 60)
  assert.match((await browser.open(`${asked}&signin=${signin}`)).body, /id="password"/)
  const posted = await browser.submit(half, { code: theirs.codeAt(clock.now()) })
  assert.equal(pathOf(posted), '/account')
})

test('a backup code stands in for the factor, once', async () => {
  const { browser, app } = await person()
  const [code = ''] = app.backupCodes
  const page = await browser.open(`${asked}&factor=backup_code`)
  const done = await browser.submit(page, { code: code.toLowerCase() })
  assert.equal(pathOf(done), back)
  clock.advance(quarter)
  const again = await browser.submit(await browser.open(`${asked}&factor=backup_code`), { code })
  assert.equal(again.status, 400)
})

test('a mailed code is sent when it is asked for, and not by looking', async () => {
  const user = await server.user()
  const browser = await signIn(server, user)
  const { enrol } = factorOf('email_code')
  const [core, subject] = [mfaCore(server), subjectOf(user)]
  await enrol?.begin(core, subject)
  const first = await mailbox.next(user.email ?? '', 'code')
  assert.equal((await enrol?.confirm(core, subject, { code: first.code }))?.ok, true)
  const sent = () =>
    mailbox.letters().filter(({ to, subject: about }) => to === user.email && /code/i.test(about))
  const before = sent().length
  const page = await browser.open(back)
  assert.doesNotMatch(page.body, /id="code"/)
  const told = await post(browser, page, `${path}/send`)
  assert.match(told.body, /p…@example\.com/)
  const { code = '' } = await mailbox.next(user.email ?? '', 'code')
  assert.equal(sent().length, before + 1)
  const wrong = await browser.submit(told, { code: wrongFor(code) })
  assert.equal(wrong.status, 400)
  const done = await post(browser, wrong, path, { code })
  assert.equal(pathOf(done), back)
})

test('a passkey that knows its owner is enough alone', async () => {
  const user = await server.user()
  const browser = await signIn(server, user)
  const key = await givePasskey(user)
  clock.advance(quarter)
  const page = await browser.open(back)
  assert.match(page.body, /id="password"/)
  assert.equal(JSON.stringify(optionsIn(page)).includes('"userVerification":"required"'), true)
  const done = await usePasskey(browser, page, key)
  assert.equal(pathOf(done), back)
  const [session] = await standing(user)
  assert.deepEqual(session?.acr, 'urn:cardea:aal3')
})

test('a passkey that was only touched needs the password as well', async () => {
  const user = await server.user()
  const browser = await signIn(server, user)
  const key = await givePasskey(user)
  key.set({ userVerified: false })
  clock.advance(quarter)
  const before = cookieOf(browser)
  const half = await usePasskey(browser, await browser.open(back), key)
  assert.match(half.body, /id="password"/)
  assert.equal(cookieOf(browser), before)
  const done = await browser.submit(half, { password: user.password })
  assert.equal(pathOf(done), back)
  const [session] = await standing(user)
  assert.deepEqual(session?.acr, 'urn:cardea:aal3')
})

test('the passkey of somebody else confirms nothing', async () => {
  const [user, other] = [await server.user(), await server.user()]
  const browser = await signIn(server, user)
  await givePasskey(user)
  const foreign = await givePasskey(other)
  const theirs = await signIn(server, other)
  clock.advance(quarter)
  const answer = foreign.get(optionsIn(await theirs.open(back)))
  const page = await browser.open(back)
  const [form = ''] = /<form[^>]*data-passkey[\s\S]*?<\/form>/.exec(page.body) ?? []
  const refused = await withPasskey(browser, { ...page, body: form }, answer)
  assert.equal(refused.status, 400)
  assert.match(refused.body, /That was not right/)
})

test('of 50 parallel answers with one code one renews the session', async () => {
  const who = await person()
  const { browser, user } = who
  clock.advance(quarter)
  const half = await browser.submit(await browser.open(back), { password: user.password })
  const body = { ...hiddenFields(half.body), code: now(who) }
  const before = cookieOf(browser)
  const headers = { cookie: [...browser.cookies].map(([k, v]) => `${k}=${v}`).join('; ') }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(`${server.url}${path}`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(body),
        redirect: 'manual',
      }),
    ),
  )
  const renewed = answers.filter((one) =>
    one.headers.getSetCookie().some((line) => line.startsWith(`${sessionCookie}=`)),
  )
  assert.equal(renewed.length, 1)
  assert.ok(renewed[0]?.headers.getSetCookie().every((line) => !line.includes(before ?? ' ')))
  assert.equal((await standing(user)).length, 1)
  for (const { status } of answers) assert.ok(status === 303 || status === 400, String(status))
})

test('who has no factor is asked for the password alone', async () => {
  const user = await server.user()
  const browser = await signIn(server, user)
  clock.advance(quarter)
  const page = await browser.open(back)
  assert.doesNotMatch(page.body, /passkey|<script/)
  assert.equal(pathOf(await browser.submit(page, { password: user.password })), back)
})
