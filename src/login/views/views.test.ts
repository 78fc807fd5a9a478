import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { setupClosedPage, setupPage } from '../../admin/views/setup-page.ts'
import { errorPage } from '../../http/page/error-page.ts'
import type { Page } from '../../http/page/page.ts'
import { renderPage } from '../../http/page/page.ts'
import type { Translate } from '../../i18n/index.ts'
import { locales, translator } from '../../i18n/index.ts'
import { formPostPage } from '../../oauth/authorize/form-post.ts'
import { secondStepPages } from '../second-step/views/second-step-pages.fixture.ts'
import { choosePage } from '../choose/choose-page.ts'
import { consentPage } from './consent-page.ts'
import { landingPage, welcomePage } from './landing-page.ts'
import { loginPage } from './login-page.ts'
import { loggedOutPage, logoutPage } from './logout-page.ts'
import { outsidePages } from './outside-pages.fixture.ts'

const evil = `"'><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>`
const en = translator('en')

function consentProps(t: Translate, text: string) {
  return {
    t,
    action: text,
    hidden: { csrf: text, [text]: text },
    clientName: text,
    client: { host: text, onDevice: false, unverified: true, logo: undefined },
    resources: [{ identifier: text, name: text, scopes: [] }],
    details: [{ type: text, lines: [[text, text] as const] }],
    clientUri: `https://${text}`,
    policyUri: `https://${text}`,
    tosUri: `https://${text}`,
    user: { name: text, username: text },
    scopes: [{ name: text, words: text, detail: text }],
    offline: true,
    switchUrl: text,
  }
}

/** Every page, with the same text in every prop. */
function pagesWith(t: Translate, text: string): Record<string, Page> {
  const form = { t, action: text, hidden: { csrf: text, [text]: text } }
  const person = { username: text, email: text, name: text }
  return {
    login: loginPage({
      ...form,
      clientName: text,
      clientHost: text,
      identifier: text,
      error: text,
      notice: text,
      remember: true,
      registerUrl: text,
      forgotUrl: text,
    }),
    choose: choosePage({ ...form, clientName: text, user: person }),
    consent: consentPage(consentProps(t, text)),
    logout: logoutPage({ ...form, clientName: text, user: text }),
    'logged out': loggedOutPage({ t, continueUrl: text }),
    landing: landingPage({
      t,
      user: person,
      session: { since: text, ip: text, browser: text },
      isAdministrator: true,
      logoutUrl: text,
      issuer: text,
      links: [{ label: text, href: text, words: text }],
    }),
    welcome: welcomePage({ t, issuer: text, loginUrl: text }),
    error: errorPage({
      t,
      title: text,
      code: text,
      words: text,
      parameter: text,
      requestId: text,
      status: 400,
      backUrl: text,
    }),
    setup: setupPage({
      ...form,
      values: person,
      errors: { ...person, password: text, confirm: text, form: text },
      minLength: 12,
    }),
    'setup closed': setupClosedPage(t),
    ...outsidePages(t, text),
    ...secondStepPages(t, text),
    'form post': formPostPage(t, `https://${text}`, { state: text }),
  }
}

const pages = pagesWith(en, evil)
const render = (page: Page) => renderPage(page, { name: evil, stylesheet: evil, query: evil })

function all(document: string, pattern: RegExp): string[] {
  return [...document.matchAll(pattern)].map((match) => match[1] ?? '')
}

const inEveryLanguage = locales.flatMap((locale) =>
  Object.entries(pagesWith(translator(locale), evil)).map(
    ([name, page]) => [`${name} (${locale})`, page] as const,
  ),
)

for (const [name, page] of inEveryLanguage) {
  const document = render(page)
  const scripted = name.startsWith('form post')

  test(`the ${name} page shows hostile text as text`, () => {
    assert.doesNotMatch(document, /<script(?! type="module" src="\/)|<img|alert\(1\)<\//i)
    assert.ok(!document.includes(evil))
    // A quote that got through would leave an attribute behind that no view writes.
    for (const tag of all(document, /<([a-z][^>]*)>/g)) {
      const attributes = all(tag.replaceAll(/="[^"]*"/g, ''), /\s+(\S+)/g)
      for (const attribute of attributes) assert.match(attribute, /^[a-zA-Z-]+\/?$/)
      const refused = scripted ? /^on|^style$/ : /^on|^src$|^style$/
      for (const attribute of attributes) assert.doesNotMatch(attribute, refused)
    }
  })

  test(`the ${name} page needs no script and no inline style`, () => {
    assert.doesNotMatch(document, /<style|\sstyle="|\son[a-z]+="|javascript:/i)
    if (!scripted) assert.doesNotMatch(document, /<script/i)
    else assert.match(document, /<button type="submit"/)
  })

  test(`the ${name} page has a title, a language, one main and one h1`, () => {
    assert.deepEqual(all(document, /<html lang="([^"]+)">/g), [page.lang])
    assert.equal(all(document, /<title>([^<]+)<\/title>/g).length, 1)
    assert.equal(all(document, /(<main[ >])/g).length, 1)
    assert.equal(all(document, /(<h1[ >])/g).length, 1)
  })

  test(`the ${name} page ties every label and description to what it is about`, () => {
    const ids = all(document, /\sid="([^"]+)"/g)
    assert.equal(new Set(ids).size, ids.length)
    const inputs = all(document, /<input id="([^"]+)"/g)
    assert.deepEqual(all(document, /<label for="([^"]+)"/g), inputs)
    const referred = all(document, /aria-(?:describedby|labelledby)="([^"]+)"/g)
    for (const id of referred.flatMap((list) => list.split(' '))) assert.ok(ids.includes(id), id)
    assert.ok(all(document, /(\sautofocus)/g).length <= 1)
  })
}

/** Marks what went through a translation, so that the rest can be seen. */
const marked: Translate = Object.assign(
  (words: string, values: Readonly<Record<string, string | number>> = {}) =>
    `«${words.replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))}»`,
  { locale: 'de' as const, any: (words: string) => `«${words}»`, time: String },
)

function withoutMarked(text: string): string {
  const less = text.replaceAll(/«[^«»]*»/g, '')
  return less === text ? text : withoutMarked(less)
}

for (const [name, { title, body }] of Object.entries(pagesWith(marked, '0'))) {
  test(`the ${name} page says nothing that is not translated`, () => {
    const spoken = all(body, /\s(?:aria-label|title|alt|placeholder)="([^"]*)"/g).join(' ')
    const shown = body.replaceAll(/<pre>[\s\S]*?<\/pre>/g, '').replaceAll(/<[^>]*>/g, ' ')
    const rest = withoutMarked(`${title} ${spoken} ${shown}`).replaceAll(/&#?\w+;/g, '')
    assert.doesNotMatch(rest, /\p{Letter}/u)
  })
}

test('the languages of a page are links to itself that keep what our pages put into its query', () => {
  const page = welcomePage({
    t: translator('de'),
    issuer: 'https://id.example',
    loginUrl: '/login',
  })
  const frame = {
    name: 'Cardea',
    stylesheet: '/x.css',
    query: 'flow=a-_9.x&ui_locales=fr&B=c&d=%22%3E&e=7*7',
  }
  const document = renderPage(page, frame)
  assert.deepEqual(all(document, /<a href="(\?[^"]*)" lang="en" hreflang="en">English/g), [
    '?flow&#61;a-_9.x&#38;ui_locales&#61;en',
  ])
  assert.match(document, /<li aria-current="true">Deutsch<\/li>/)
  assert.doesNotMatch(renderPage(page, { ...frame, query: undefined }), /ui_locales|English/)
})

function names(page: Page | undefined, expected: readonly string[]): void {
  for (const id of expected) assert.match(page?.body ?? '', new RegExp(` id="${id}"`))
}

test('the stable handles for automation are there', () => {
  names(pages.login, ['identifier', 'password', 'login-submit'])
  names(pages.consent, ['consent-allow', 'consent-deny'])
  names(pages.login, ['remember'])
  names(pages.logout, ['logout-confirm'])
  names(pages.register, ['username', 'email', 'name', 'password', 'accepted_terms'])
  names(pages.register, ['register-submit'])
  names(pages['check your mail'], ['code', 'code-submit'])
  names(pages['confirm registration'], ['password', 'confirm-submit'])
  names(pages['second step with an app'], ['code', 'mfa-submit'])
  names(pages['second step by email'], ['code', 'mfa-submit', 'mfa-send'])
  names(pages['choice of a factor'], ['enrol-totp', 'enrol-email', 'enrol-later'])
  names(pages['app to set up'], ['code', 'name', 'totp-submit', 'totp-key'])
  names(pages['backup codes'], ['backup-codes', 'codes-continue'])
  names(pages['recover factors'], ['password', 'recover-submit'])
  names(pages.forgot, ['identifier', 'forgot-submit'])
  names(pages.reset, ['password', 'keep_sessions', 'reset-submit'])
  names(pages['confirm email'], ['confirm-submit'])
  names(pages.reactivate, ['reactivate-submit'])
  names(pages.setup, ['username', 'email', 'name', 'password', 'confirm', 'setup-submit'])
  assert.match(pages.login?.body ?? '', /name="identifier".*name="password"/s)
  assert.match(pages.consent?.body ?? '', /name="decision" value="deny".*value="allow"/s)
})

test('password managers find their fields', () => {
  assert.match(pages.login?.body ?? '', /"username".*"current-password"/s)
  assert.equal(all(pages.setup?.body ?? '', /autocomplete="(new-password)"/g).length, 2)
})

test('an address of a client becomes a link only when it is of the web', () => {
  for (const clientUri of [
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    ' https://x',
  ]) {
    const { body } = consentPage({
      ...consentProps(en, evil),
      clientUri,
      policyUri: undefined,
      tosUri: undefined,
    })
    assert.doesNotMatch(body, /Website/)
  }
})

test('a scope for offline access is told once', () => {
  const scopes = [{ name: 'offline_access', words: 'Stay' }]
  const { body } = consentPage({ ...consentProps(en, evil), scopes })
  assert.equal(all(body, /data-scope="(offline_access)"/g).length, 1)
})

test('an error is announced, reachable and tied to its field', () => {
  const login = pages.login?.body ?? ''
  assert.match(login, /id="error-summary" role="alert" tabindex="-1"/)
  assert.match(login, /name="password"[^>]*aria-describedby="error-summary"/)
  const setup = pages.setup?.body ?? ''
  assert.match(setup, /role="alert" tabindex="-1" autofocus/)
  assert.match(setup, /<a href="#email">/)
  assert.match(setup, /name="email"[^>]*aria-invalid="true"[^>]*aria-describedby="email-error"/)
})

test('the error page tells the code, the parameter and the request', () => {
  const { body } = errorPage({
    t: en,
    title: 'This request cannot be used',
    code: 'invalid_request',
    words: 'The address is not registered.',
    parameter: 'redirect_uri',
    requestId: 'req-1',
    status: 400,
  })
  for (const word of ['invalid_request', 'redirect_uri', 'req-1']) assert.ok(body.includes(word))
})

test('the stylesheet stays small and asks for nothing from elsewhere', () => {
  const file = new URL('../../http/assets/cardea.css', import.meta.url)
  assert.ok(statSync(file).size < 20 * 1024)
  assert.doesNotMatch(readFileSync(file, 'utf8'), /@import|url\(/)
})
