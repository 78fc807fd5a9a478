import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Visit } from '../harness/browser.ts'
import { authorizePath, pkce, query } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

let server: TestServer
let client: TestClient
let person: TestUser

before(async () => {
  server = await testServer()
  client = await server.client({ client_name: 'Perla Notes' })
  person = await server.user()
})
after(() => server.close())

/** A request of a browser that prefers some language. */
function get(
  path: string,
  accept?: string,
  browser: Browser = server.browser(),
): Promise<Response> {
  return browser.fetch(path, accept === undefined ? {} : { headers: { 'accept-language': accept } })
}

async function textOf(response: Response, language: string): Promise<string> {
  const body = await response.text()
  assert.match(body, new RegExp(`<html lang="${language}">`))
  assert.equal(response.headers.get('content-language'), language)
  assert.equal(response.headers.get('vary'), 'Accept-Language, Cookie')
  return body
}

function speaks(page: Visit, language: string): void {
  assert.match(page.body, new RegExp(`<html lang="${language}">`), page.url)
}

const signIn = (browser: Browser, page: Visit, user: TestUser) =>
  browser.submit(page, { identifier: user.username, password: user.password })

/** A link of the page to itself in another language. */
function switchTo(page: Visit, locale: string): string {
  const href = new RegExp(`<a href="(\\?[^"]*)" lang="${locale}"`).exec(page.body)?.[1] ?? ''
  const plain = href.replaceAll('&#38;', '&').replaceAll('&#61;', '=')
  return new URL(plain, page.url).href
}

test('OIDC Core 3.1.2.1: ui_locales chooses the language of sign-in, its refusal and consent', async () => {
  const browser = server.browser()
  const path = authorizePath(client, pkce(), { ui_locales: 'fr-CA de', prompt: 'consent' })
  const login = await browser.open(path)
  speaks(login, 'de')
  assert.match(login.body, /<h1>Anmelden<\/h1>/)
  assert.match(login.body, /um zu <strong><bdi>Perla Notes<\/bdi><\/strong> zu gelangen/)
  const again = await browser.submit(login, { identifier: person.username, password: 'wrong' })
  assert.equal(again.status, 400)
  speaks(again, 'de')
  assert.match(again.body, /das Passwort ist nicht richtig/)
  assert.match(again.body, /<title>Fehler: Anmelden/)
  const consent = await signIn(browser, again, person)
  assert.equal(new URL(consent.url).pathname, '/consent')
  speaks(consent, 'de')
  assert.match(consent.body, /möchte Ihr Konto verwenden/)
  assert.match(consent.body, /Ihre E-Mail-Adresse sehen/)
  assert.match(consent.body, /id="consent-allow"[^>]*>Erlauben/)
})

test('RFC 9110 section 12.5.4: without ui_locales the browser chooses', async () => {
  assert.match(await textOf(await get('/', 'de-CH, en;q=0.5'), 'de'), /<h1>Willkommen</)
  assert.match(await textOf(await get('/', 'de;q=0.4, en;q=0.5'), 'en'), /<h1>Welcome</)
  const asked = await get('/login?ui_locales=en', 'de')
  assert.match(await textOf(asked, 'en'), /<h1>Sign in</)
})

test('a language that there is not is answered in the fallback, and refused never', async () => {
  for (const tags of ['fr', 'xx-YY', 'de'.repeat(200), '%00', '', '"><script>']) {
    const response = await get(`/login?${query({ ui_locales: tags })}`, 'ja')
    assert.equal(response.status, 200)
    assert.ok(!(await textOf(response, 'en')).includes('"><script>'))
  }
  const twice = await get('/?ui_locales=de&ui_locales=de')
  assert.match(await textOf(twice, 'en'), /Welcome/)
})

test('the fallback is a setting', async () => {
  const german = await testServer({ env: { CARDEA_LOCALE: 'de' } })
  try {
    assert.match((await german.browser().open('/')).body, /<h1>Willkommen</)
    const english = await german.browser().fetch('/', { headers: { 'accept-language': 'en' } })
    assert.match(await english.text(), /<h1>Welcome</)
  } finally {
    await german.close()
  }
})

test('once the person is known, the language of the account comes before that of the browser', async () => {
  const profile = { name: 'Anna', locale: 'de-AT', zoneinfo: 'Europe/Vienna' }
  const anna = await server.user({ profile })
  const browser = server.browser()
  const login = await browser.open('/login')
  speaks(login, 'en')
  const landing = await signIn(browser, login, anna)
  speaks(landing, 'de')
  assert.match(
    landing.body,
    /<dt>Seit<\/dt><dd><bdi>\d+\. [\p{L}]+ \d{4} um \d\d:\d\d Europe\/Vienna/u,
  )
  assert.match(await textOf(await get('/logout', 'en', browser), 'de'), /Abmelden\?/)
  const asked = await get('/logout?ui_locales=en', 'de', browser)
  assert.match(await textOf(asked, 'en'), /Sign out\?/)
  const consent = await browser.open(authorizePath(client, pkce()))
  speaks(consent, 'de')
  const other = await browser.open(authorizePath(client, pkce(), { ui_locales: 'en' }))
  speaks(other, 'en')
})

test('an error is told in German, its code stays as it is', async () => {
  const path = authorizePath(client, pkce(), { redirect_uri: 'https://evil.example/' })
  const response = await get(path, 'de')
  assert.equal(response.status, 400)
  const body = await textOf(response, 'de')
  assert.match(body, /<h1>Mit dieser Anfrage geht es nicht weiter</)
  assert.match(body, /Die Rücksprungadresse ist für diese Anwendung nicht registriert\./)
  assert.match(body, /<code>invalid_request<\/code>/)
  assert.match(body, /<code>redirect_uri<\/code>/)
  const asked = await get(`${path}&ui_locales=de`)
  assert.match(await textOf(asked, 'de'), /<p class="eyebrow">Fehler 400</)
  assert.match(await textOf(await get('/nowhere', 'de'), 'de'), /Hier ist nichts/)
  const posted = await server.browser().fetch('/login', {
    method: 'POST',
    body: new URLSearchParams({ ui_locales: 'de', csrf: 'forged' }),
  })
  assert.equal(posted.status, 403)
  assert.match(await textOf(posted, 'de'), /Dieses Formular ist nicht mehr gültig\./)
})

test('an error does not repeat the query, which may hold what is secret', async () => {
  const response = await get('/consent?flow=made-up&secret=hunter2', 'de')
  const body = await textOf(response, 'de')
  assert.match(body, /Diese Anmeldung ist abgelaufen/)
  assert.doesNotMatch(body, /hunter2|ui_locales/)
})

test('the language that a person switches to lasts until the sign-in is done', async () => {
  const browser = server.browser()
  const start = authorizePath(client, pkce(), { prompt: 'consent', ui_locales: 'en' })
  const login = await browser.open(start)
  speaks(login, 'en')
  const german = await browser.open(switchTo(login, 'de'))
  speaks(german, 'de')
  const again = await browser.submit(german, { identifier: person.username, password: 'wrong' })
  speaks(again, 'de')
  const consent = await signIn(browser, again, person)
  assert.equal(new URL(consent.url).pathname, '/consent')
  speaks(consent, 'de')
  const done = await browser.submit(consent, { decision: 'allow' })
  const { left } = done
  assert.ok(left)
  assert.ok(left.href.startsWith(callback))
  assert.equal(left.searchParams.get('ui_locales'), null)
  assert.ok(left.searchParams.has('code'))
})

test('RP-Initiated Logout 1.0 section 2: ui_locales chooses the language of signing out', async () => {
  const browser = server.browser()
  await signIn(browser, await browser.open('/login'), person)
  const page = await browser.open('/oauth/logout?ui_locales=de')
  speaks(page, 'de')
  const done = await browser.submit(page, {})
  assert.equal(new URL(done.url).pathname, '/logout/done')
  speaks(done, 'de')
  assert.match(done.body, /Sie sind abgemeldet/)
})

test('the page that goes back to the application by itself is German too, and is shown once', async () => {
  const browser = server.browser()
  const fields = { ui_locales: 'de', response_mode: 'form_post', prompt: 'consent' }
  const login = await browser.open(authorizePath(client, pkce(), fields))
  const consent = await signIn(browser, login, person)
  const page = await browser.submit(consent, { decision: 'allow' })
  speaks(page, 'de')
  assert.match(page.body, /Sie werden zur Anwendung zurückgeleitet/)
  assert.doesNotMatch(page.body, /hreflang/)
})
