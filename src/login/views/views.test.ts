import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { setupClosedPage, setupPage } from '../../admin/views/setup-page.ts'
import { errorPage } from '../../http/error-page.ts'
import type { Page } from '../../http/page.ts'
import { renderPage } from '../../http/page.ts'
import { consentPage } from './consent-page.ts'
import { landingPage, welcomePage } from './landing-page.ts'
import { loginPage } from './login-page.ts'
import { loggedOutPage, logoutPage } from './logout-page.ts'

const evil = `"'><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>`
const form = { action: evil, hidden: { csrf: evil, [evil]: evil } }

const consent = {
  ...form,
  clientName: evil,
  clientHost: evil,
  clientUri: `https://${evil}`,
  policyUri: `https://${evil}`,
  tosUri: `https://${evil}`,
  user: { name: evil, username: evil },
  scopes: [{ name: evil, words: evil, detail: evil }],
  offline: true,
  switchUrl: evil,
}

// Every page, with something hostile in every prop.
const pages: Record<string, Page> = {
  login: loginPage({
    ...form,
    clientName: evil,
    clientHost: evil,
    identifier: evil,
    error: evil,
    registerUrl: evil,
    forgotUrl: evil,
  }),
  consent: consentPage(consent),
  logout: logoutPage({ ...form, clientName: evil, user: evil }),
  'logged out': loggedOutPage({ continueUrl: evil }),
  landing: landingPage({
    user: { name: evil, username: evil, email: evil },
    session: { since: evil, ip: evil, userAgent: evil },
    isAdministrator: true,
    logoutUrl: evil,
    issuer: evil,
    links: [{ label: evil, href: evil, words: evil }],
  }),
  welcome: welcomePage({ issuer: evil, loginUrl: evil }),
  error: errorPage({
    title: evil,
    code: evil,
    words: evil,
    parameter: evil,
    requestId: evil,
    status: 400,
    backUrl: evil,
  }),
  setup: setupPage({
    ...form,
    values: { username: evil, email: evil, name: evil },
    errors: { username: evil, email: evil, name: evil, password: evil, confirm: evil, form: evil },
    minLength: 12,
  }),
  'setup closed': setupClosedPage(),
}

const render = (page: Page) => renderPage(page, { name: evil, stylesheet: evil })

function all(document: string, pattern: RegExp): string[] {
  return [...document.matchAll(pattern)].map((match) => match[1] ?? '')
}

for (const [name, page] of Object.entries(pages)) {
  const document = render({ ...page, lang: evil })

  test(`the ${name} page shows hostile text as text`, () => {
    assert.doesNotMatch(document, /<script|<img|alert\(1\)<\/|&amp;amp;.*<script/i)
    assert.ok(!document.includes(evil))
    // A quote that got through would leave an attribute behind that no view writes.
    for (const tag of all(document, /<([a-z][^>]*)>/g)) {
      const attributes = all(tag.replaceAll(/="[^"]*"/g, ''), /\s+(\S+)/g)
      for (const attribute of attributes) assert.match(attribute, /^[a-zA-Z-]+\/?$/)
      for (const attribute of attributes) assert.doesNotMatch(attribute, /^on|^src$|^style$/)
    }
  })

  test(`the ${name} page needs no script and no inline style`, () => {
    assert.doesNotMatch(document, /<script|<style|\sstyle="|\son[a-z]+="|javascript:/i)
  })

  test(`the ${name} page has a title, a language, one main and one h1`, () => {
    assert.match(document, /<html lang="[^"]+">/)
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

function names(page: Page | undefined, expected: readonly string[]): void {
  for (const id of expected) assert.match(page?.body ?? '', new RegExp(` id="${id}"`))
}

test('the stable handles for automation are there', () => {
  names(pages.login, ['identifier', 'password', 'login-submit'])
  names(pages.consent, ['consent-allow', 'consent-deny'])
  names(pages.logout, ['logout-confirm'])
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
    const { body } = consentPage({ ...consent, clientUri, policyUri: undefined, tosUri: undefined })
    assert.doesNotMatch(body, /Website/)
  }
})

test('a scope for offline access is told once', () => {
  const scopes = [{ name: 'offline_access', words: 'Stay' }]
  const { body } = consentPage({ ...consent, scopes })
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
  assert.ok(statSync(file).size < 16 * 1024)
  assert.doesNotMatch(readFileSync(file, 'utf8'), /@import|url\(/)
})
