import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assignRole, ownerRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { createUser, eraseDueUsers, findUser } from '../../src/identity/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const day = 86_400
const sessionCookie = 'cardea_session'
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

async function signIn({ username, password }: Pick<TestUser, 'username' | 'password'>) {
  const browser = server.browser()
  const page = await browser.open('/login')
  const landed = await browser.submit(page, { identifier: username, password })
  assert.equal(landed.status, 200, landed.url)
  return browser
}

async function person(input: Parameters<TestServer['user']>[0] = {}) {
  const user = await server.user(input)
  return { user, browser: await signIn(user) }
}

const pathOf = ({ url }: Visit) => url.slice(server.url.length)
const stored = async ({ id }: Pick<TestUser, 'id'>) => findUser(server.app.db, id)
const isSignedIn = async (browser: Browser) =>
  (await browser.fetch('/account/profile')).status === 200

/** The value of an input, as a person sees it. */
function typedIn(page: Visit, name: string): string {
  const input = new RegExp(`<input id="${name}"[^>]*>`).exec(page.body)?.[0] ?? ''
  return / value="([^"]*)"/.exec(input)?.[1] ?? ''
}

/** A refused form: the title says so, and the words lead to the field. */
function refused(page: Visit, status: number, field: string, words: RegExp): void {
  assert.equal(page.status, status)
  assert.match(page.body, /<title>Error: /)
  assert.match(page.body, new RegExp(`<a href="#${field}">`))
  assert.match(page.body, new RegExp(`id="${field}"[^>]*aria-invalid="true"`))
  const said = new RegExp(`id="${field}-error">([^<]*)`).exec(page.body)?.[1] ?? ''
  assert.match(said, words)
}

const pages = ['', '/profile', '/username', '/email', '/email/sent', '/password', '/leave']
const forms = [
  '/profile',
  '/username',
  '/email',
  '/email/code',
  '/email/verify',
  '/password',
  '/leave',
]

describe('who may enter', () => {
  test('nobody sees a page or a download of an account without being signed in', async () => {
    for (const path of [...pages, '/export']) {
      const answer = await server.browser().fetch(`/account${path}`)
      assert.equal(answer.status, 303, path)
      const back = encodeURIComponent(`/account${path}`)
      assert.equal(answer.headers.get('location'), `/login?return=${back}`)
    }
  })

  test('the sign-in comes back to the page that was asked for, and to no other place', async () => {
    const user = await server.user()
    const browser = server.browser()
    const login = await browser.open('/account/profile')
    const { password } = user
    const wrong = await browser.submit(login, { identifier: user.username, password: 'a guess' })
    const there = await browser.submit(wrong, { identifier: user.username, password })
    assert.equal(there.url, `${server.url}/account/profile`)
    for (const evil of [
      'https://evil.example/',
      '//evil.example',
      '/account/../logout',
      '/consent',
    ]) {
      const stranger = server.browser()
      const page = await stranger.open(`/login?${new URLSearchParams({ return: evil })}`)
      const landed = await stranger.submit(page, { identifier: user.username, password })
      assert.equal(landed.url, `${server.url}/account`, evil)
    }
  })

  test('a form without its token, or from elsewhere, changes nothing', async () => {
    const { user, browser } = await person()
    const page = await browser.open('/account/profile')
    const { csrf, ...rest } = hiddenFields(page.body)
    assert.ok(csrf)
    const body = { ...rest, name: 'Mallory', username: user.username, way: 'delete' }
    for (const path of forms) {
      const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
        browser.fetch(`/account${path}`, {
          method: 'POST',
          headers,
          body: new URLSearchParams({ ...body, ...fields }),
        })
      const forged: Response[] = [
        await send({}),
        await send({ csrf: 'x'.repeat(43) }),
        await send({ csrf }, { origin: 'https://evil.example' }),
        await send({ csrf }, { 'sec-fetch-site': 'cross-site' }),
      ]
      for (const { status } of forged) assert.equal(status, 403, path)
    }
    const { profile, lifecycle, version } = (await stored(user)) ?? user
    assert.deepEqual(
      { profile, lifecycle, version },
      {
        profile: user.profile,
        lifecycle: { state: 'active' },
        version: user.version,
      },
    )
  })

  test('a form that was shown to somebody else is not taken from who signed in since', async () => {
    const { user: first, browser } = await person()
    const page = await browser.open('/account/profile')
    const second = await server.user()
    const login = await browser.open('/logout')
    await browser.submit(login, {})
    const again = await browser.open('/login')
    await browser.submit(again, { identifier: second.username, password: second.password })
    const late = await browser.submit(page, { name: 'Mixed Up' })
    assert.equal(pathOf(late), '/account')
    assert.equal((await stored(first))?.profile.name, 'Perla Sona')
    assert.equal((await stored(second))?.profile.name, 'Perla Sona')
  })

  test('ASVS 7.5.1: what is sensitive asks an old session for the password, and comes back', async () => {
    const { user, browser } = await person()
    const form = await browser.open('/account/username')
    clock.advance(16 * 60)
    for (const path of ['/username', '/email', '/leave', '/export']) {
      const page = await browser.open(`/account${path}`)
      assert.match(pathOf(page), /^\/account\/confirm\?return=/, path)
    }
    const late = await browser.submit(form, { username: 'too-late' })
    assert.equal(pathOf(late), '/account/confirm?return=%2Faccount%2Fusername')
    assert.equal((await stored(user))?.username, user.username)
    const back = await browser.submit(late, { password: user.password })
    assert.equal(pathOf(back), '/account/username')
    for (const path of ['', '/profile', '/password']) {
      clock.advance(16 * 60)
      assert.equal(pathOf(await browser.open(`/account${path}`)), `/account${path}`)
    }
  })
})

describe('the overview', () => {
  test('shows the account and leads to every section', async () => {
    const { user, browser } = await person({ profile: { name: 'Olga <b>View</b>' } })
    const page = await browser.open('/account')
    assert.match(page.body, /Olga &#60;b&#62;View/)
    assert.ok(page.body.includes(user.email ?? ''))
    assert.match(page.body, />confirmed</)
    assert.match(page.body, /1 January 2030/)
    for (const path of [...pages.filter((one) => one !== '/email/sent'), '/sessions']) {
      assert.ok(page.body.includes(`href="/account${path}"`), path)
    }
    assert.equal([...page.body.matchAll(/aria-current="page"/g)].length, 1)
    assert.match(page.body, /href="\/account" aria-current="page"/)
  })

  test('says nothing that its address makes up', async () => {
    const { browser } = await person()
    const page = await browser.open('/account?notice=Send+your+password')
    assert.doesNotMatch(page.body, /role="status"|Send your password/)
  })

  test('sends the confirmation mail of an unconfirmed address again', async () => {
    const password = 'correct horse battery staple'
    const account = { username: 'unproved', email: 'unproved@example.com', password }
    await createUser(server.app, { ...account, emailVerified: false }, { actor: 'system' })
    const browser = await signIn({ username: 'unproved', password })
    const page = await browser.open('/account')
    assert.match(page.body, />not confirmed</)
    const sent = await browser.submit(page, {})
    assert.equal(pathOf(sent), '/account/email/sent')
    const { code = '' } = await mailbox.next(account.email)
    const done = await browser.submit(sent, { code })
    assert.equal(pathOf(done), '/account?notice=email')
    assert.match(done.body, />confirmed</)
    assert.doesNotMatch(done.body, /verify-submit/)
  })
})

describe('the profile', () => {
  test('keeps what is typed and forgets what is emptied', async () => {
    const { user, browser } = await person({ profile: { name: 'Ada', nickname: 'A' } })
    const page = await browser.open('/account/profile')
    const saved = await browser.submit(page, {
      name: 'Ada Lovelace',
      nickname: '',
      website: 'https://example.org/ada',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en',
      phone_number: '+44 20 7946 0000',
    })
    assert.equal(pathOf(saved), '/account/profile?notice=profile')
    assert.match(saved.body, /role="status">Your profile is saved\./)
    assert.match(saved.body, /<option value="Europe\/London" selected>/)
    assert.deepEqual((await stored(user))?.profile, {
      name: 'Ada Lovelace',
      website: 'https://example.org/ada',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en',
      phone_number: '+44 20 7946 0000',
    })
  })

  test('keeps what the form does not show', async () => {
    const address = { country: 'PT' }
    const { user, browser } = await person({ profile: { address, middle_name: 'M' } })
    await browser.submit(await browser.open('/account/profile'), { name: 'New' })
    const { profile } = (await stored(user)) ?? user
    assert.deepEqual(profile, { address, middle_name: 'M', name: 'New' })
  })

  test('tells by field what is wrong, keeps what was typed and saves nothing', async () => {
    const { user, browser } = await person()
    const page = await browser.open('/account/profile')
    const wrong: [string, string, RegExp][] = [
      ['website', 'javascript:alert(1)', /begins with https/],
      ['picture', 'ftp://example.org/me.png', /begins with https/],
      ['birthdate', '10 December 1815', /YYYY-MM-DD/],
      ['name', 'x'.repeat(301), /too long/],
      ['zoneinfo', 'Middle/Earth', /choose one/],
      ['locale', 'tlh', /choose one/],
    ]
    for (const [name, value, words] of wrong) {
      const again = await browser.submit(page, { nickname: 'Kept', [name]: value })
      refused(again, 400, name, words)
      assert.equal(typedIn(again, 'nickname'), 'Kept')
    }
    assert.deepEqual((await stored(user))?.profile, user.profile)
  })

  test('RFC 9110 §13.1.1: of two tabs the later one is shown what the earlier one saved', async () => {
    const { user, browser } = await person()
    const [one, two] = [
      await browser.open('/account/profile'),
      await browser.open('/account/profile'),
    ]
    await browser.submit(one, { name: 'From tab one' })
    const stale = await browser.submit(two, { name: 'From tab two' })
    assert.equal(stale.status, 412)
    assert.match(stale.body, /This was changed meanwhile/)
    assert.equal(typedIn(stale, 'name'), 'From tab one')
    assert.equal((await stored(user))?.profile.name, 'From tab one')
    const repeated = await browser.submit(stale, { name: 'From tab two' })
    assert.equal(repeated.status, 200)
    assert.equal((await stored(user))?.profile.name, 'From tab two')
  })

  test('a version that is none is refused', async () => {
    const { browser } = await person()
    const page = await browser.open('/account/profile')
    for (const version of ['', '*', 'any', '1e9']) {
      assert.equal((await browser.submit(page, { name: 'X', version })).status, 412, version)
    }
  })
})

describe('the username', () => {
  test('changes, and the person hears of it', async () => {
    const { user, browser } = await person({ username: 'before' })
    const done = await browser.submit(await browser.open('/account/username'), {
      username: 'afterwards',
    })
    assert.equal(pathOf(done), '/account?notice=username')
    assert.equal((await stored(user))?.username, 'afterwards')
    const letter = await mailbox.next('before@example.com')
    assert.match(letter.text, /afterwards/)
    await signIn({ username: 'afterwards', password: user.password })
  })

  test('is refused when it is taken or breaks a rule', async () => {
    await server.user({ username: 'Taken' })
    const { user, browser } = await person()
    const page = await browser.open('/account/username')
    refused(await browser.submit(page, { username: 'tAKEN' }), 409, 'username', /already taken/)
    refused(await browser.submit(page, { username: 'a@b' }), 400, 'username', /must not contain @/)
    const mixed = await browser.submit(page, { username: 'pаypal' }) // with a Cyrillic a
    refused(mixed, 400, 'username', /alphabets/)
    assert.equal(typedIn(mixed, 'username'), 'pаypal')
    assert.equal((await stored(user))?.username, user.username)
  })

  test('two tabs: the later change is refused', async () => {
    const { browser } = await person()
    const [one, two] = [
      await browser.open('/account/username'),
      await browser.open('/account/username'),
    ]
    await browser.submit(one, { username: 'first-tab' })
    const stale = await browser.submit(two, { username: 'second-tab' })
    assert.equal(stale.status, 412)
    assert.equal(typedIn(stale, 'username'), 'first-tab')
  })
})

describe('the email address', () => {
  const ask = async (browser: Browser, email: string) =>
    browser.submit(await browser.open('/account/email'), { email })

  test('changes with the code of the mail only, and the old address hears of it', async () => {
    const { user, browser } = await person({ username: 'mover' })
    const sent = await ask(browser, 'moved@example.net')
    assert.equal(pathOf(sent), '/account/email/sent')
    assert.match((await mailbox.next('mover@example.com')).text, /moved@example\.net/)
    assert.equal((await stored(user))?.email, 'mover@example.com')
    const { code = '' } = await mailbox.next('moved@example.net')
    const wrong = code === '000000' ? '111111' : '000000'
    refused(await browser.submit(sent, { code: wrong }), 400, 'code', /not correct or has expired/)
    assert.equal((await stored(user))?.email, 'mover@example.com')
    const done = await browser.submit(sent, { code: `${code.slice(0, 3)} ${code.slice(3)}` })
    assert.equal(pathOf(done), '/account?notice=email')
    const changed = await stored(user)
    assert.deepEqual([changed?.email, changed?.emailVerified], ['moved@example.net', true])
    await mailbox.next('mover@example.com')
  })

  test('the page says the same of an address that belongs to somebody else', async () => {
    const owner = await server.user()
    const { browser } = await person()
    const free = await ask(browser, 'nobody-yet@example.net')
    await mailbox.next('nobody-yet@example.net')
    const taken = await ask(browser, owner.email ?? '')
    assert.equal(taken.url, free.url)
    assert.equal(taken.body, free.body)
    const letter = await mailbox.next(owner.email ?? '')
    assert.equal(letter.code, undefined)
  })

  test('the code of one person is of no use to another', async () => {
    const { browser } = await person()
    await ask(browser, 'mine@example.net')
    const { code = '' } = await mailbox.next('mine@example.net')
    const { user, browser: other } = await person()
    const sent = await other.open('/account/email/sent')
    assert.equal((await other.submit(sent, { code })).status, 400)
    assert.equal((await stored(user))?.email, user.email)
  })

  test('what is no address is refused', async () => {
    const { browser } = await person()
    refused(await ask(browser, 'not an address'), 400, 'email', /does not look like/)
  })
})

describe('the password', () => {
  const next = 'violet tractor sings at noon'

  test('changes with the current one, ends every other session and renews this one', async () => {
    const { user, browser } = await person({ username: 'rotator' })
    const elsewhere = await signIn(user)
    const before = browser.cookies.get(sessionCookie) ?? ''
    const done = await browser.submit(await browser.open('/account/password'), {
      current_password: user.password,
      password: next,
    })
    assert.equal(pathOf(done), '/account?notice=password')
    assert.notEqual(browser.cookies.get(sessionCookie), before)
    assert.ok(await isSignedIn(browser))
    assert.ok(!(await isSignedIn(elsewhere)))
    // ASVS 7.2.4: the secret from before opens nothing any more.
    const stolen = server.browser()
    stolen.cookies.set(sessionCookie, before)
    assert.ok(!(await isSignedIn(stolen)))
    await mailbox.next('rotator@example.com', 'password was changed')
    await signIn({ username: user.username, password: next })
    assert.equal((await server.browser().fetch('/account')).status, 303)
  })

  test('stays when the current one is wrong or the new one is weak', async () => {
    const { user, browser } = await person()
    const before = browser.cookies.get(sessionCookie)
    const page = await browser.open('/account/password')
    const guess = await browser.submit(page, { current_password: 'a guess', password: next })
    refused(guess, 403, 'current_password', /not correct/)
    const weak = await browser.submit(page, { current_password: user.password, password: 'short' })
    refused(weak, 400, 'password', /characters/)
    assert.doesNotMatch(weak.body, new RegExp(`${user.password}|value="short"`))
    assert.equal(browser.cookies.get(sessionCookie), before)
    await signIn(user)
  })
})

describe('leaving', () => {
  test('the download holds the account and no secret', async () => {
    const { user, browser } = await person()
    const answer = await browser.fetch('/account/export')
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; .*account\.json/)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const text = await answer.text()
    assert.equal(JSON.parse(text).account.username, user.username)
    assert.doesNotMatch(text, /argon2|digest|password_hash/)
  })

  test('deactivating ends every session, and the link of the mail brings the account back', async () => {
    const { user, browser } = await person({ username: 'pauser' })
    const elsewhere = await signIn(user)
    const gone = await browser.submit(await browser.open('/account/leave'), { way: 'deactivate' })
    assert.equal(gone.status, 200)
    assert.match(gone.body, /<h1>Your account is deactivated<\/h1>/)
    assert.equal(browser.cookies.get(sessionCookie), undefined)
    assert.ok(!(await isSignedIn(elsewhere)))
    assert.deepEqual((await stored(user))?.lifecycle, { state: 'deactivated', by: 'user' })
    assert.match(
      (await mailbox.next('pauser@example.com', 'is deactivated')).text,
      /\/reactivate\?token=/,
    )
  })

  test('deleting wants the username, waits for the grace period and then erases', async () => {
    const { user, browser } = await person({ username: 'Leaver' })
    const page = await browser.open('/account/leave')
    assert.match(page.body, /after 14 days/)
    refused(
      await browser.submit(page, { way: 'delete', username: 'somebody' }),
      400,
      'username',
      /not your username/,
    )
    assert.equal((await stored(user))?.lifecycle.state, 'active')
    const now = clock.now()
    const gone = await browser.submit(page, { way: 'delete', username: ' leaver ' })
    const after = new Date(now.getTime() + 14 * day * 1000)
    const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
    assert.match(gone.body, new RegExp(`will be deleted on ${date.format(after)}`))
    assert.equal(browser.cookies.get(sessionCookie), undefined)
    const letter = await mailbox.next('Leaver@example.com')
    assert.match(letter.text, /\/reactivate\?token=/)
    assert.equal(await eraseDueUsers(server.app, clock.now(), 100), 0)
    clock.advance(14 * day + 1)
    assert.equal(await eraseDueUsers(server.app, clock.now(), 100), 1)
    assert.equal(await stored(user), undefined)
    await mailbox.next('Leaver@example.com')
    const left = await rows(
      server.databaseUrl,
      `SELECT 1 FROM sessions WHERE user_id = '${user.id}'`,
    )
    assert.deepEqual(left, [])
  })

  test('without a grace period a deletion is final, and says so before and after', async () => {
    const strict = await testServer({ env: { CARDEA_ACCOUNT_DELETION_GRACE: '0s' } })
    try {
      const { id, username, password } = await strict.user()
      const browser = strict.browser()
      await browser.submit(await browser.open('/login'), { identifier: username, password })
      const page = await browser.open('/account/leave')
      assert.match(page.body, /erased at once, and nobody can bring it back/)
      const gone = await browser.submit(page, { way: 'delete', username })
      assert.match(gone.body, /<h1>Your account is deleted<\/h1>/)
      assert.doesNotMatch(gone.body, /brings it back/)
      assert.equal(await findUser(strict.app.db, id), undefined)
    } finally {
      await strict.close()
    }
  })

  test('the last owner is told why they cannot leave', async () => {
    const { user, browser } = await person({ username: 'owner' })
    await assignRole(server.app.db, user.id, ownerRole, clock.now())
    const page = await browser.open('/account/leave')
    for (const fields of [{ way: 'deactivate' }, { way: 'delete', username: 'owner' }]) {
      const again = await browser.submit(page, fields)
      assert.equal(again.status, 409)
      assert.match(again.body, /The last owner cannot leave/)
    }
    assert.equal((await stored(user))?.lifecycle.state, 'active')
    assert.ok(await isSignedIn(browser))
  })

  test('a form that says neither leaves everything as it is', async () => {
    const { user, browser } = await person()
    const page = await browser.open('/account/leave')
    const again = await browser.submit(page, { username: user.username })
    assert.equal(pathOf(again), '/account/leave')
    assert.equal((await stored(user))?.lifecycle.state, 'active')
  })
})

describe('in German', () => {
  const headings: Readonly<Record<string, string>> = {
    '': 'Übersicht',
    '/profile': 'Profil',
    '/username': 'Benutzername',
    '/email': 'E-Mail',
    '/email/sent': 'Sehen Sie in Ihr Postfach',
    '/password': 'Passwort',
    '/leave': 'Daten und Löschung',
  }

  test('every page speaks the language of the account', async () => {
    const { browser } = await person({ profile: { locale: 'de-AT', zoneinfo: 'Europe/Vienna' } })
    for (const [path, heading] of Object.entries(headings)) {
      const page = await browser.open(`/account${path}`)
      assert.equal(page.headers.get('content-language'), 'de')
      assert.match(page.body, /<html lang="de">/)
      assert.ok(page.body.includes(`<h1>${heading}</h1>`), path)
      assert.doesNotMatch(page.body, /\b(?:Your|Save|Change|Delete|optional)\b/, path)
    }
    const profile = await browser.open('/account/profile')
    assert.match(profile.body, /<option value="de-AT" selected>/)
  })

  test('a language asked for by the address stays through links, forms and refusals', async () => {
    const { user, browser } = await person()
    const page = await browser.open('/account/password?ui_locales=de')
    assert.match(page.body, /href="\/account\/profile\?ui_locales&#61;de"/)
    const wrong = await browser.submit(page, { current_password: 'x', password: 'y' })
    assert.match(wrong.body, /Das aktuelle Passwort ist nicht richtig\./)
    const leave = await browser.open('/account/leave?ui_locales=de')
    const gone = await browser.submit(leave, { way: 'delete', username: user.username })
    assert.match(gone.body, /Ihr Konto wird am \d+\. \S+ \d{4}.* gelöscht/)
  })
})
