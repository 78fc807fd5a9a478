import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import { defaultPolicy, factorOf, listFactors, rememberDevice } from '../../src/mfa/index.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { createBrowser, decode, hiddenFields } from '../harness/browser.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import { giveTotp, post, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { sessionCookie, signIn } from '../harness/signed-in.ts'
import { dump, rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const path = '/account/security'
const confirm = `/account/confirm?return=${encodeURIComponent(path)}`
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
})
beforeEach(() => setPolicy(server, {}))
after(async () => {
  await server?.close()
  await mailbox?.close()
})

type Person = { readonly user: TestUser; readonly browser: Browser }

async function person(input: Parameters<TestServer['user']>[0] = {}): Promise<Person> {
  const user = await server.user(input)
  return { user, browser: await signIn(server, user) }
}

const pathOf = ({ url }: Visit) => url.slice(server.url.length)
const cookieOf = (browser: Browser) => browser.cookies.get(sessionCookie)
const wrongFor = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 5) % 10))
const factorsOf = ({ id }: TestUser) => listFactors({ db: server.app.db, clock }, id)
const codesOn = ({ body }: Visit) =>
  [...body.matchAll(/<li><code>([^<]+)<\/code>/g)].map(([, code]) => code ?? '')

/** What an app shows that was given the key of a page. */
function appOf({ body }: Visit): () => string {
  const key = /id="totp-key">([^<]+)</.exec(body)?.[1]?.replaceAll(' ', '')
  assert.ok(key, 'the page shows a key')
  const app = new TOTP({ secret: Secret.fromBase32(key) })
  return () => app.generate({ timestamp: clock.now().getTime() })
}

async function offered(browser: Browser): Promise<Visit> {
  return post(browser, await browser.open(path), `${path}/authenticator`)
}

/** Sets an authenticator app up on the pages; the next code of it is another one. */
async function addApp(browser: Browser, name = 'Phone') {
  const page = await offered(browser)
  const shown = appOf(page)
  const done = await browser.submit(page, { code: shown(), name })
  clock.advance(30)
  return { shown, done, codes: codesOn(done) }
}

/** The page of the first factor of somebody. */
async function factorPage({ user, browser }: Person): Promise<Visit> {
  const [entry] = await factorsOf(user)
  assert.ok(entry)
  return browser.open(`${path}/factor?kind=${entry.kind}&id=${entry.id}`)
}

/** Posts fields as a page of this person would, whoever they are about. */
async function send(browser: Browser, to: string, fields: Readonly<Record<string, string>> = {}) {
  const { csrf = '', account = '' } = hiddenFields((await browser.open('/account/profile')).body)
  const body = new URLSearchParams({ csrf, account, ...fields })
  const answer = await browser.fetch(`${path}${to}`, { method: 'POST', body })
  await answer.arrayBuffer()
  return { status: answer.status, location: answer.headers.get('location') }
}

describe('an authenticator app', () => {
  test('is set up with a code of it, and the first factor brings backup codes that are shown once', async () => {
    const { user, browser } = await person()
    const page = await browser.open(path)
    assert.match(page.body, /Only your password protects this account/)
    assert.match((await browser.open('/account')).body, /Only your password protects this account/)
    const before = cookieOf(browser)
    const { done, codes } = await addApp(browser)
    assert.equal(done.status, 200)
    assert.equal(codes.length, 10)
    assert.match(done.body, /Your authenticator app is set up/)
    assert.match(done.body, /href="\/account\/sessions"/)
    assert.notEqual(cookieOf(browser), before)
    const [session] = await rows(
      server.databaseUrl,
      `SELECT acr FROM sessions WHERE user_id = '${user.id}' AND ended_at IS NULL`,
    )
    assert.equal(session?.acr, 'urn:cardea:aal2')
    const later = await browser.open(path)
    assert.deepEqual(codesOn(later), [])
    assert.match(later.body, /10 of 10/)
    assert.match(later.body, /<bdi>Phone<\/bdi>/)
    assert.match(later.body, /A second factor protects your account/)
    assert.match((await browser.open('/account')).body, /A second factor protects your account/)
    const everything = await dump(server.databaseUrl)
    for (const code of codes) assert.ok(!everything.includes(code))
  })

  test('a second one brings no new codes, and the person goes on without proving anything again', async () => {
    const { user, browser } = await person()
    await addApp(browser)
    const { done } = await addApp(browser, 'Tablet')
    assert.equal(pathOf(done), `${path}?notice=authenticator-added`)
    assert.match(done.body, /role="status">Your authenticator app is set up/)
    assert.equal((await factorsOf(user)).length, 2)
  })

  test('a wrong code sets nothing up and may be corrected without the key being shown again', async () => {
    const { user, browser } = await person()
    const page = await offered(browser)
    const shown = appOf(page)
    const wrong = await browser.submit(page, { code: wrongFor(shown()), name: 'My <b>phone' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body, /<title>Error: /)
    assert.match(wrong.body, /not correct or has expired/)
    assert.doesNotMatch(wrong.body, /id="totp-key"|<svg class="qr|<b>/)
    assert.deepEqual(await factorsOf(user), [])
    const right = await browser.submit(wrong, { code: shown(), name: 'Phone' })
    assert.equal(codesOn(right).length, 10)
  })

  test('the same form a second time sets nothing up', async () => {
    const { user, browser } = await person()
    const page = await offered(browser)
    const code = appOf(page)()
    await browser.submit(page, { code })
    const again = await browser.submit(page, { code })
    assert.equal(again.status, 400)
    assert.deepEqual(codesOn(again), [])
    assert.equal((await factorsOf(user)).length, 1)
  })

  test('the offer of somebody else is good for nothing', async () => {
    const [one, other] = [await person(), await person()]
    const page = await offered(other.browser)
    const { id = '' } = hiddenFields(page.body)
    const { status } = await send(one.browser, '/authenticator/confirm', {
      id,
      code: appOf(page)(),
    })
    assert.equal(status, 400)
    assert.deepEqual([await factorsOf(one.user), await factorsOf(other.user)], [[], []])
  })

  test('of 50 parallel answers one sets it up and shows codes', async () => {
    const { user, browser } = await person()
    const page = await offered(browser)
    const body = new URLSearchParams({ ...hiddenFields(page.body), code: appOf(page)() })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const init = { method: 'POST', body }
        return (await browser.fetch(`${path}/authenticator/confirm`, init)).text()
      }),
    )
    assert.equal(answers.filter((text) => text.includes('id="backup-codes"')).length, 1)
    assert.equal((await factorsOf(user)).length, 1)
  })
})

describe('a passkey', () => {
  test('is registered with a name and told by where it is', async () => {
    const { browser } = await person()
    for (const [kind, state] of [
      [{ backupEligible: false, backedUp: false }, 'on one device'],
      [{ backupEligible: true, backedUp: true }, 'synced'],
    ] as const) {
      const page = await browser.open(`${path}/passkeys`)
      const options: unknown = JSON.parse(
        decode(/data-options="([^"]*)"/.exec(page.body)?.[1] ?? ''),
      )
      const key = createAuthenticator({ origin: server.url, ...kind })
      const credential = JSON.stringify(key.create(options))
      await browser.submit(page, { credential, name: `Key ${state}` })
      const list = await browser.open(path)
      assert.match(list.body, new RegExp(`<bdi>Key ${state}</bdi>`))
      assert.match(list.body, new RegExp(`class="badge">${state}<`))
    }
  })

  test('what is no passkey is refused and can be tried again', async () => {
    const { user, browser } = await person()
    const page = await browser.open(`${path}/passkeys`)
    for (const credential of ['', '{', '{"id":"x"}', '[]', '\u0000']) {
      const refused = await browser.submit(page, { credential })
      assert.equal(refused.status, 400)
      assert.match(refused.body, /The passkey could not be checked/)
      assert.match(refused.body, /data-passkey="create"/)
    }
    assert.deepEqual(await factorsOf(user), [])
  })

  test('that may have been copied is told of', async () => {
    const { user, browser } = await person()
    const page = await browser.open(`${path}/passkeys`)
    const options: unknown = JSON.parse(decode(/data-options="([^"]*)"/.exec(page.body)?.[1] ?? ''))
    const key = createAuthenticator({ origin: server.url })
    await browser.submit(page, { credential: JSON.stringify(key.create(options)) })
    await rows(
      server.databaseUrl,
      `UPDATE mfa_passkeys SET suspended_at = now() WHERE user_id = '${user.id}'`,
    )
    assert.match((await browser.open(path)).body, /may have been copied/)
  })
})

describe('codes by email', () => {
  test('are offered where the policy allows them, and turned on by the first of them', async () => {
    const { user, browser } = await person()
    assert.doesNotMatch((await browser.open(path)).body, /add-email-code/)
    assert.equal((await send(browser, '/email-code')).status, 400)
    await setPolicy(server, { factors: [...defaultPolicy.factors, 'email_code'] })
    const sent = await post(browser, await browser.open(path), `${path}/email-code`)
    assert.ok(sent.body.includes(user.email ?? ' '))
    const { code = '' } = await mailbox.next(user.email ?? '', 'code')
    const wrong = await browser.submit(sent, { code: wrongFor(code) })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body, /id="code-error">The code is not correct/)
    const done = await browser.submit(wrong, { code })
    assert.equal(codesOn(done).length, 10)
    const list = await browser.open(path)
    assert.doesNotMatch(list.body, /add-email-code/)
    const page = await factorPage({ user, browser })
    assert.doesNotMatch(page.body, /rename-submit/)
    assert.equal(pathOf(await browser.submit(page, {})), `${path}?notice=factor-removed`)
    assert.deepEqual(await factorsOf(user), [])
  })
})

describe('changes', () => {
  test('a new name is kept, and one that cannot be a name is refused', async () => {
    const who = await person()
    const { user, browser } = who
    await addApp(browser)
    const page = await factorPage(who)
    for (const name of ['', '   ', 'x'.repeat(65)]) {
      const refused = await browser.submit(page, { name })
      assert.equal(refused.status, 400, name)
      assert.match(refused.body, /id="name"[^>]*aria-invalid="true"/)
    }
    const done = await browser.submit(page, { name: ' Old <i>phone</i> ' })
    assert.equal(pathOf(done), `${path}?notice=factor-renamed`)
    assert.match(done.body, /Old &#60;i&#62;phone/)
    assert.deepEqual(
      (await factorsOf(user)).map(({ name }) => name),
      ['Old <i>phone</i>'],
    )
  })

  test('a factor is removed on a page that says what that means, and the last one takes the codes with it', async () => {
    const who = await person()
    const { user, browser } = who
    await addApp(browser)
    const list = await browser.open(path)
    const href = decode(/href="(\/account\/security\/factor[^"]*)"/.exec(list.body)?.[1] ?? '')
    const page = await browser.open(href)
    assert.match(page.body, /It is your last second factor/)
    const done = await post(browser, page, `${path}/remove`)
    assert.equal(pathOf(done), `${path}?notice=factor-removed`)
    assert.match(done.body, /Only your password protects this account/)
    assert.doesNotMatch(done.body, /id="codes"/)
    assert.deepEqual(await factorsOf(user), [])
    const again = await browser.open(href)
    assert.equal(again.status, 404)
  })

  test('the last factor stays where one is required', async () => {
    const who = await person()
    await addApp(who.browser)
    await setPolicy(server, { mode: 'required' })
    const page = await factorPage(who)
    const refused = await post(who.browser, page, `${path}/remove`)
    assert.equal(refused.status, 409)
    assert.match(refused.body, /Add another one before you remove this one/)
    assert.equal((await factorsOf(who.user)).length, 1)
    assert.match((await who.browser.open(path)).body, /This account must have a second factor\./)
  })

  test('who still has time is told how long', async () => {
    const { user, browser } = await person()
    await setPolicy(server, { mode: 'required' })
    const { body } = await browser.open(path)
    assert.match(body, /must have a second factor from \d+ January 2030/)
    assert.deepEqual(await factorsOf(user), [])
  })

  test('what the policy does not allow is not offered and not made', async () => {
    const { user, browser } = await person()
    const other = await person()
    await giveTotp(server, other.user)
    await setPolicy(server, { factors: ['passkey'] })
    assert.doesNotMatch((await browser.open(path)).body, /add-authenticator|id="codes"/)
    assert.equal((await send(browser, '/authenticator')).status, 400)
    assert.match((await other.browser.open(path)).body, /It does not count/)
    await setPolicy(server, { factors: ['totp'] })
    assert.doesNotMatch((await browser.open(path)).body, /add-passkey/)
    assert.equal((await browser.open(`${path}/passkeys`)).status, 400)
    assert.equal((await send(browser, '/backup-codes')).status, 400)
    assert.deepEqual(await factorsOf(user), [])
  })
})

describe('backup codes', () => {
  test('new ones are shown once and end the old ones', async () => {
    const { user, browser } = await person()
    const { codes: old } = await addApp(browser)
    const page = await post(browser, await browser.open(path), `${path}/backup-codes`)
    const fresh = codesOn(page)
    assert.equal(fresh.length, 10)
    assert.ok(fresh.every((code) => !old.includes(code)))
    const isGood = async (code: string | undefined) =>
      (await factorOf('backup_code').verify(mfaCore(server), subjectOf(user), { code })).ok
    assert.equal(await isGood(old[0]), false)
    assert.equal(await isGood(fresh[0]), true)
  })

  test('without a factor there are none to make', async () => {
    const { browser } = await person()
    assert.doesNotMatch((await browser.open(path)).body, /id="codes"/)
    assert.equal((await send(browser, '/backup-codes')).status, 409)
  })

  test('the page says who used one and warns when few are left', async () => {
    const user = await server.user()
    const browser = await signIn(server, user)
    const { backupCodes } = await giveTotp(server, user)
    const at = '/account/confirm?return=%2Faccount%2Fsecurity&factor=backup_code'
    for (const code of backupCodes.slice(0, 7)) {
      assert.doesNotMatch((await browser.open(path)).body, /You have few codes left/)
      await rows(
        server.databaseUrl,
        `UPDATE sessions SET acr = 'urn:cardea:aal1', amr = '{pwd}' WHERE user_id = '${user.id}'`,
      )
      const done = await browser.submit(await browser.open(at), { code })
      assert.equal(pathOf(done), path)
    }
    const { body } = await browser.open(path)
    assert.match(body, /3 of 10/)
    assert.match(body, /You have few codes left/)
    assert.equal(body.match(/127\.0\.0\.1/g)?.length, 7)
  })
})

describe('remembered browsers', () => {
  test('are counted and forgotten', async () => {
    const { user, browser } = await person()
    await addApp(browser)
    const now = clock.now()
    const until = addSeconds(now, 3600)
    for (const digest of [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]) {
      await rememberDevice(server.app.db, { userId: user.id, digest, userAgent: null, now, until })
    }
    const page = await browser.open(path)
    assert.match(page.body, /2 browsers are not asked/)
    const done = await post(browser, page, `${path}/forget-devices`)
    assert.match(done.body, /Every browser is asked for a second factor again/)
    assert.doesNotMatch(done.body, /forget-devices/)
  })
})

describe('who may change what', () => {
  const forms = [
    '/passkeys',
    '/authenticator',
    '/authenticator/confirm',
    '/email-code',
    '/email-code/confirm',
    '/backup-codes',
    '/rename',
    '/remove',
    '/forget-devices',
  ]

  test('ASVS 7.5.1: the password alone changes nothing once there is a factor, however recent it is', async () => {
    const user = await server.user()
    const browser = await signIn(server, user)
    const { id } = await giveTotp(server, user)
    const before = await factorsOf(user)
    assert.equal((await browser.open(path)).status, 200)
    for (const page of ['/passkeys', `/factor?kind=totp&id=${id}`]) {
      assert.match(pathOf(await browser.open(`${path}${page}`)), /^\/account\/confirm\?/)
    }
    for (const form of forms) {
      const answer = await send(browser, form, { kind: 'totp', id, name: 'Mine now' })
      assert.deepEqual(answer, { status: 303, location: confirm }, form)
    }
    assert.deepEqual(await factorsOf(user), before)
  })

  test('ASVS 7.5.1: an old proof changes nothing', async () => {
    const who = await person()
    await addApp(who.browser)
    const before = await factorsOf(who.user)
    clock.advance(15 * 60)
    for (const form of forms) {
      const [{ kind, id } = { kind: '', id: '' }] = before
      assert.equal((await send(who.browser, form, { kind, id })).location, confirm, form)
    }
    assert.deepEqual(await factorsOf(who.user), before)
  })

  test('the factors of somebody else are as unknown as those that never were', async () => {
    const [one, other] = [await person(), await person()]
    await addApp(one.browser)
    await addApp(other.browser)
    const before = await factorsOf(other.user)
    const [{ id } = { id: '' }] = before
    const page = await one.browser.open(`${path}/factor?kind=totp&id=${id}`)
    assert.equal(page.status, 404)
    for (const form of ['/rename', '/remove']) {
      for (const target of [
        { kind: 'totp', id },
        { kind: 'passkey', id },
        { kind: 'totp', id: 'x' },
        { kind: 'constructor', id },
        {},
      ]) {
        assert.equal((await send(one.browser, form, { ...target, name: 'Mine' })).status, 404, form)
      }
    }
    assert.deepEqual(await factorsOf(other.user), before)
  })

  test('a form that was shown to somebody else changes nothing', async () => {
    const { user, browser } = await person()
    const page = await browser.open(path)
    await browser.submit(await browser.open('/logout'), {})
    const second = await server.user()
    await signIn(server, second, { browser })
    const late = await post(browser, page, `${path}/authenticator`)
    assert.equal(pathOf(late), '/account')
    assert.deepEqual([await factorsOf(user), await factorsOf(second)], [[], []])
  })

  test('a form without its token changes nothing', async () => {
    const { user, browser } = await person()
    await addApp(browser)
    for (const form of forms) {
      for (const csrf of ['', 'x'.repeat(43)]) {
        assert.equal((await send(browser, form, { csrf })).status, 403, form)
      }
    }
    assert.equal((await factorsOf(user)).length, 1)
  })

  test('where browsers keep no passkeys none is offered', async () => {
    const bare = await testServer({ env: { CARDEA_PUBLIC_URL: 'http://127.0.0.1:1' } })
    try {
      const [at] = bare.app.http.addresses()
      assert.ok(typeof at === 'object')
      const browser = createBrowser(`http://127.0.0.1:${at.port}`)
      await signIn(bare, await bare.user(), { browser })
      const { body } = await browser.open(path)
      assert.match(body, /add-authenticator/)
      assert.doesNotMatch(body, /add-passkey/)
      assert.equal((await browser.open(`${path}/passkeys`)).status, 400)
    } finally {
      await bare.close()
    }
  })

  test('the pages speak German', async () => {
    const { browser } = await person({ profile: { name: 'Uwe', locale: 'de' } })
    const { done } = await addApp(browser)
    assert.match(done.body, /Ihre Backup-Codes/)
    const page = await browser.open(path)
    assert.match(page.body, /Sicherheit/)
    assert.match(page.body, /Backup-Codes/)
  })
})
