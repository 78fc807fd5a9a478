import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { findUserByIdentifier, invite } from '../../src/identity/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { authorizePath, pkce, redeem } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const password = 'tulip harbour seventeen'
const title = (page: Visit) => /<h1>([^<]*)<\/h1>/.exec(page.body)?.[1]
/** The address of a link on a page. */
const linkTo = ({ body }: Visit, start: string) => {
  const links = [...body.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
  return (links.find((href) => href.startsWith(start)) ?? '').replaceAll('&#61;', '=')
}
const path = (page: Visit) => new URL(page.url).pathname

function isSignedIn(browser: Browser): boolean {
  return browser.cookies.has('cardea_session')
}

/** Fills in the registration page of a browser. */
async function register(
  browser: Browser,
  fields: Readonly<Record<string, string>>,
  at = '/register',
): Promise<Visit> {
  return browser.submit(await browser.open(at), { password, ...fields })
}

function start(mailbox: Mailbox, env: Readonly<Record<string, string>>): Promise<TestServer> {
  return testServer({ mailbox, env })
}

function wrongCode(code: string | undefined): string {
  return code === '000000' ? '000001' : '000000'
}

describe('open registration', () => {
  let mailbox: Mailbox
  let server: TestServer
  const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
  before(async () => {
    mailbox = await createMailbox()
    server = await testServer({ mailbox, clock, env: { CARDEA_REGISTRATION_MODE: 'open' } })
  })
  after(async () => {
    await server?.close()
    await mailbox?.close()
  })
  const account = (identifier: string) => findUserByIdentifier(server.app.db, identifier)

  test('the code of the mail makes the account and signs its owner in', async () => {
    const browser = server.browser()
    const login = await browser.open('/login')
    assert.match(login.body, /href="\/register"/)
    const sent = await register(browser, {
      username: 'ada',
      email: 'ada@example.org',
      name: 'Ada L.',
    })
    assert.equal(path(sent), '/register/sent')
    assert.equal(await account('ada'), undefined)
    const { code = '' } = await mailbox.next('ada@example.org')
    const page = await browser.submit(sent, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })
    assert.equal(path(page), '/')
    assert.match(page.body, /Ada L\./)
    const made = await account('ada')
    assert.equal(made?.emailVerified, true)
    assert.equal(made.profile.name, 'Ada L.')
  })

  test('the link of the mail does the same with one click in the same browser', async () => {
    const browser = server.browser()
    await register(browser, { username: 'bea', email: 'bea@example.org' })
    const { link = '' } = await mailbox.next('bea@example.org')
    const page = await browser.open(link)
    assert.match(page.body, /bea@example\.org/)
    assert.doesNotMatch(page.body, /type="password"/)
    assert.equal(await account('bea'), undefined, 'looking uses nothing up')
    assert.equal(path(await browser.submit(page, {})), '/')
    assert.ok(isSignedIn(browser))
    const again = await browser.open(link)
    assert.equal(again.status, 400)
    assert.match(title(again) ?? '', /not valid any more/)
  })

  test('another browser is asked for the password, which must be right', async () => {
    await register(server.browser(), { username: 'carla', email: 'carla@example.org' })
    const { link = '' } = await mailbox.next('carla@example.org')
    const other = server.browser()
    const page = await other.open(link)
    assert.match(page.body, /type="password"/)
    const empty = await other.submit(page, {})
    assert.equal(empty.status, 400)
    const wrong = await other.submit(empty, { password: 'some other words' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body, /role="alert"/)
    assert.equal(await account('carla'), undefined)
    const done = await other.submit(wrong, { password })
    assert.equal(path(done), '/')
    assert.ok(isSignedIn(other))
  })

  test('nobody can be led to confirm the registration of somebody else with a code', async () => {
    const attacker = server.browser()
    const sent = await register(attacker, { username: 'dora', email: 'dora@example.org' })
    const { code = '' } = await mailbox.next('dora@example.org')
    const victim = server.browser()
    const led = await victim.open(sent.url)
    assert.equal(led.status, 400)
    assert.doesNotMatch(led.body, /name="code"/)
    // Not even with a form of the own browser around it.
    const { csrf = '' } = hiddenFields((await victim.open('/register')).body)
    const { registration = '' } = hiddenFields(sent.body)
    const body = new URLSearchParams({ csrf, registration, code })
    const posted = await victim.fetch('/register/code', { method: 'POST', body })
    assert.equal(posted.status, 400)
    assert.equal(await account('dora'), undefined)
    for (const bad of ['', 'x', `${registration}x`, '%00', 'a.b.c']) {
      const page = await attacker.open(`/register/sent?registration=${bad}`)
      assert.equal(page.status, 400, bad)
    }
  })

  test('five wrong codes leave only the link', async () => {
    const browser = server.browser()
    let page = await register(browser, { username: 'emma', email: 'emma@example.org' })
    const { code = '', link = '' } = await mailbox.next('emma@example.org')
    for (let i = 0; i < 5; i += 1) {
      page = await browser.submit(page, { code: wrongCode(code) })
      assert.equal(page.status, 400)
      assert.match(page.body, /The code is not correct or has expired\./)
    }
    page = await browser.submit(page, { code })
    assert.equal(page.status, 400)
    assert.ok(!isSignedIn(browser))
    assert.equal(path(await browser.submit(await browser.open(link), {})), '/')
  })

  test('the code expires before the link, and the link after it', async () => {
    const browser = server.browser()
    const sent = await register(browser, { username: 'elsa', email: 'elsa@example.org' })
    const { code = '', link = '' } = await mailbox.next('elsa@example.org')
    clock.advance(10 * 60)
    assert.equal((await browser.submit(sent, { code })).status, 400)
    const form = await browser.open(link)
    assert.equal(form.status, 200)
    clock.advance(50 * 60)
    assert.equal((await browser.open(link)).status, 400)
    assert.equal((await browser.submit(form, {})).status, 400)
    assert.equal(await account('elsa'), undefined)
    const again = await register(browser, { username: 'elsa', email: 'elsa2@example.org' })
    assert.equal(path(again), '/register/sent', 'the name is free again')
  })

  test('an address with an account gets the same page, and a letter that says so', async () => {
    await server.user({ username: 'frida', email: 'frida@example.org' })
    const [known, unknown] = [server.browser(), server.browser()]
    const one = await register(known, { username: 'frida2', email: 'Frida@example.org' })
    const two = await register(unknown, { username: 'greta', email: 'greta@example.org' })
    const bare = ({ body }: Visit) => body.replaceAll(/value="[^"]*"|href="[^"]*"/g, '')
    assert.equal(bare(one), bare(two))
    assert.deepEqual([one.status, path(one)], [two.status, path(two)])
    const letter = await mailbox.next('Frida@example.org')
    assert.equal(letter.code, undefined)
    assert.match(letter.text, /\/forgot-password/)
    const wrong = await known.submit(one, { code: '000000' })
    assert.equal(wrong.status, 400)
  })

  test('every mistake is told at its field, and only the password has to be typed again', async () => {
    await server.user({ username: 'hanna' })
    const browser = server.browser()
    const taken = await register(browser, { username: 'Hanna', email: 'h@example.org', name: 'H.' })
    assert.equal(taken.status, 400)
    assert.match(taken.body, /id="username-error">This username is already taken/)
    assert.match(taken.body, /name="email"[^>]* value="h@example\.org"/)
    assert.match(taken.body, /name="name"[^>]* value="H\."/)
    assert.ok(!taken.body.includes(password))
    const bad = { username: 'a@b', email: 'nowhere', name: 'x', password: 'short' }
    const all = await register(browser, bad)
    for (const field of ['username', 'email', 'password'])
      assert.match(all.body, new RegExp(`id="${field}-error"`))
    const rest = await register(browser, { username: 'ida', email: '', name: 'x'.repeat(201) })
    assert.match(rest.body, /id="email-error">An email address is needed/)
    assert.match(rest.body, /id="name-error">The name must have at most 200 characters/)
    const control = await register(browser, {
      username: 'ida',
      email: 'i@example.org',
      name: 'a\0b',
    })
    assert.match(control.body, /id="name-error"/)
  })

  test('a name is made up for a person who gives none', async () => {
    const browser = server.browser()
    const sent = await register(browser, { username: '', email: 'nameless@example.org' })
    const { code = '' } = await mailbox.next('nameless@example.org')
    await browser.submit(sent, { code })
    const made = await account('nameless@example.org')
    assert.match(made?.username ?? '', /^user-[a-z2-9]{10}$/)
  })

  test('registering on the way to an application leads back to it, by code and by link', async () => {
    const client = await server.client({ client_name: 'Perla Notes' })
    for (const [name, way] of [
      ['jana', 'code'],
      ['kira', 'link'],
    ]) {
      const browser = server.browser()
      const proof = pkce()
      const login = await browser.open(authorizePath(client, proof))
      const form = await browser.open(linkTo(login, '/register'))
      assert.match(form.body, /to continue to <strong><bdi>Perla Notes/)
      assert.match(form.headers.get('content-security-policy') ?? '', /form-action 'self' https:/)
      const email = `${name}@example.org`
      const sent = await browser.submit(form, { username: name ?? '', email, password })
      const letter = await mailbox.next(email)
      const page =
        way === 'code'
          ? await browser.submit(sent, { code: letter.code ?? '' })
          : await browser.submit(await browser.open(letter.link ?? ''), {})
      assert.equal(path(page), '/consent', way)
      const back = await browser.submit(page, { decision: 'allow' })
      const code = back.left?.searchParams.get('code') ?? ''
      assert.equal((await redeem(server, client, code, proof.verifier)).status, 200)
    }
  })

  test('who is signed in already is led on', async () => {
    const browser = server.browser()
    const user = await server.user()
    const login = await browser.open('/login')
    await browser.submit(login, { identifier: user.username, password: user.password })
    assert.equal(path(await browser.open('/register')), '/')
  })

  test('the pages speak German to those who prefer it, errors and letters included', async () => {
    const browser = server.browser()
    const form = await browser.open('/register?ui_locales=de')
    assert.match(form.body, /<html lang="de">/)
    assert.equal(title(form), 'Konto erstellen')
    const refused = await browser.submit(form, {
      username: 'a@b',
      email: 'lena@example.org',
      password,
    })
    assert.match(refused.body, /Der Benutzername darf kein @ enthalten/)
    const sent = await browser.submit(refused, {
      username: 'lena',
      email: 'lena@example.org',
      password,
    })
    assert.equal(title(sent), 'Sehen Sie in Ihr Postfach')
    const letter = await mailbox.next('lena@example.org')
    assert.match(letter.text, /Ihr/)
    const done = await browser.submit(sent, { code: letter.code ?? '' })
    assert.match(done.body, /<html lang="de">/)
  })
})

describe('registration with terms', () => {
  let mailbox: Mailbox
  let server: TestServer
  before(async () => {
    mailbox = await createMailbox()
    server = await start(mailbox, {
      CARDEA_REGISTRATION_MODE: 'open',
      CARDEA_REGISTRATION_VERIFY_EMAIL: 'false',
      CARDEA_REGISTRATION_TERMS_VERSION: '2030-01',
      CARDEA_REGISTRATION_TERMS_URL: 'https://example.org/terms',
      CARDEA_REGISTRATION_PRIVACY_URL: 'https://example.org/privacy',
    })
  })
  after(async () => {
    await server?.close()
    await mailbox?.close()
  })

  test('they must be accepted, and what was accepted is recorded', async () => {
    const browser = server.browser()
    const form = await browser.open('/register')
    assert.match(form.body, /href="https:\/\/example\.org\/terms"[^>]*rel="noopener noreferrer"/)
    assert.match(form.body, /href="https:\/\/example\.org\/privacy"/)
    const fields = { username: 'ada', email: 'ada@example.org', password }
    const refused = await browser.submit(form, fields)
    assert.equal(refused.status, 400)
    assert.match(refused.body, /id="accepted_terms-error"/)
    const old = await browser.submit(refused, { ...fields, accepted_terms: '2029-01' })
    assert.equal(old.status, 400)
    const done = await browser.submit(refused, { ...fields, accepted_terms: '2030-01' })
    assert.equal(path(done), '/', 'without proof of the address the account is there at once')
    const made = await findUserByIdentifier(server.app.db, 'ada')
    assert.equal(made?.terms?.version, '2030-01')
    assert.equal(made.emailVerified, false)
  })

  test('the link of the letter proves the address afterwards', async () => {
    const browser = server.browser()
    const fields = { username: 'bea', email: 'bea@example.org', accepted_terms: '2030-01' }
    assert.equal(path(await register(browser, fields)), '/')
    const { link = '' } = await mailbox.next('bea@example.org')
    const page = await server.browser().open(link)
    assert.match(page.body, /bea@example\.org/)
    assert.equal((await findUserByIdentifier(server.app.db, 'bea'))?.emailVerified, false)
    const other = server.browser()
    const done = await other.submit(await other.open(link), {})
    assert.equal(title(done), 'Your address is confirmed')
    assert.match(done.body, /href="\/account"/)
    assert.ok(!isSignedIn(other))
    assert.equal((await findUserByIdentifier(server.app.db, 'bea'))?.emailVerified, true)
    const used = await other.open(link)
    assert.equal(used.status, 400)
    assert.match(title(used) ?? '', /not valid any more/)
  })

  test('a taken address is refused openly here, because nothing else would tell the person', async () => {
    await server.user({ username: 'carla', email: 'carla@example.org' })
    const fields = { username: 'carla2', email: 'carla@example.org', accepted_terms: '2030-01' }
    const refused = await register(server.browser(), fields)
    assert.match(refused.body, /id="email-error">This email address is already taken/)
    assert.match(refused.body, /name="accepted_terms"[^>]* checked/)
  })
})

describe('registration by invitation', () => {
  let mailbox: Mailbox
  let server: TestServer
  before(async () => {
    mailbox = await createMailbox()
    server = await start(mailbox, { CARDEA_REGISTRATION_MODE: 'invitation' })
  })
  after(async () => {
    await server?.close()
    await mailbox?.close()
  })

  async function invited(email: string): Promise<string> {
    const { app, config } = server
    const signUp = { mode: 'invitation', invitationLifetime: 3600 } as const
    const needs = { ...app, issuer: config.publicUrl, signUp }
    await invite(needs, { email, inviter: 'Perla', locale: 'en' }, { actor: 'system' })
    return (await mailbox.next(email)).link ?? ''
  }

  test('nobody registers without one', async () => {
    const browser = server.browser()
    const page = await browser.open('/register')
    assert.equal(page.status, 403)
    assert.equal(title(page), 'You need an invitation')
    assert.doesNotMatch(page.body, /<form/)
    assert.doesNotMatch((await browser.open('/login')).body, /href="\/register/)
    const { csrf = '' } = hiddenFields((await browser.open('/login')).body)
    const body = new URLSearchParams({ csrf, username: 'ada', email: 'a@example.org', password })
    const posted = await browser.fetch('/register', { method: 'POST', body })
    assert.equal(posted.status, 403)
    assert.equal(await findUserByIdentifier(server.app.db, 'ada'), undefined)
  })

  test('the address of the invitation is fixed and proved, and it counts once', async () => {
    const link = await invited('bea@example.org')
    const browser = server.browser()
    const form = await browser.open(link)
    assert.match(form.body, /bea@example\.org/)
    assert.doesNotMatch(form.body, /name="email"/)
    const done = await browser.submit(form, { username: 'bea', email: 'x@example.org', password })
    assert.equal(path(done), '/')
    const made = await findUserByIdentifier(server.app.db, 'bea')
    assert.deepEqual([made?.email, made?.emailVerified], ['bea@example.org', true])
    const other = server.browser()
    assert.equal((await other.open(link)).status, 400)
    const { csrf = '' } = hiddenFields((await other.open('/login')).body)
    const { invitation = '' } = hiddenFields(form.body)
    const body = new URLSearchParams({ csrf, invitation, username: 'bea2', password })
    const posted = await other.fetch('/register', { method: 'POST', body })
    assert.equal(posted.status, 400)
    assert.match(await posted.text(), /This invitation is not valid any more/)
  })

  test('a mistake leaves the invitation as it was', async () => {
    const link = await invited('carla@example.org')
    const browser = server.browser()
    const refused = await register(browser, { username: 'carla', password: 'short' }, link)
    assert.match(refused.body, /id="password-error"/)
    assert.match(refused.body, /carla@example\.org/)
    assert.equal(path(await browser.submit(refused, { username: 'carla', password })), '/')
  })

  test('one that was taken back is not valid any more', async () => {
    const link = await invited('dora@example.org')
    await server.app.db.run(sql`DELETE FROM invitations`)
    const page = await server.browser().open(link)
    assert.equal(page.status, 400)
    assert.equal(title(page), 'This invitation is not valid any more')
  })
})

describe('closed registration', () => {
  test('the page says so, and so does the answer to a form', async () => {
    const server = await testServer()
    const browser = server.browser()
    const page = await browser.open('/register')
    assert.equal(page.status, 403)
    assert.equal(title(page), 'Registration is closed')
    assert.equal((await browser.open('/register?invitation=x')).status, 403)
    const login = await browser.open('/login')
    assert.doesNotMatch(login.body, /href="\/register/)
    const { csrf = '' } = hiddenFields(login.body)
    for (const more of [{}, { invitation: 'x' }]) {
      const body = new URLSearchParams({ csrf, username: 'ada', email: 'a@b.c', password, ...more })
      assert.equal((await browser.fetch('/register', { method: 'POST', body })).status, 403)
    }
    await server.close()
  })
})
