import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setupClosedPage, setupPage } from '../src/admin/views/setup-page.ts'
import { errorPage } from '../src/http/page/error-page.ts'
import type { Page } from '../src/http/page/page.ts'
import { renderPage } from '../src/http/page/page.ts'
import { translator } from '../src/i18n/index.ts'
import { choosePage } from '../src/login/choose/choose-page.ts'
import { consentPage } from '../src/login/views/consent-page.ts'
import { landingPage, welcomePage } from '../src/login/views/landing-page.ts'
import { loginPage } from '../src/login/views/login-page.ts'
import { loggedOutPage, logoutPage } from '../src/login/views/logout-page.ts'

// Writes every hosted page with sample data: node scripts/preview-pages.ts <folder> [language]

const t = translator(process.argv[3] === 'de' ? 'de' : 'en')
const hidden = { csrf: 'sample', flow: 'sample' }
const unbroken = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft'
const arabic = 'مكتبة الإسكندرية الجديدة'

const consent = {
  t,
  action: '/consent',
  hidden,
  clientName: 'Harbour Notes',
  client: {
    host: 'notes.harbour.example',
    onDevice: false,
    unverified: false,
    logo: undefined,
  },
  clientUri: 'https://harbour.example',
  policyUri: 'https://harbour.example/privacy',
  tosUri: 'https://harbour.example/terms',
  user: { name: 'Mira Lindqvist', username: 'mira' },
  scopes: [
    { name: 'openid', words: 'Know who you are', detail: 'A stable identifier, no more.' },
    { name: 'profile', words: 'See your name and username' },
    { name: 'email', words: 'See your email address', detail: 'mira@lindqvist.example' },
  ],
  offline: true,
  resources: [
    { identifier: 'https://api.harbour.example/', name: 'Harbour Notes API', scopes: [] },
  ],
  details: [],
  switchUrl: '/login?switch',
}

const landing = {
  t,
  user: { name: 'Mira Lindqvist', username: 'mira', email: 'mira@lindqvist.example' },
  session: {
    since: '4 March 2026, 09:41 UTC',
    ip: '2001:db8:85a3::8a2e:370:7334',
    browser: 'Firefox 139 on Linux',
  },
  isAdministrator: true,
  logoutUrl: '/logout',
  issuer: 'https://id.harbour.example',
  links: [
    { label: 'Interface description', href: '/openapi.json', words: 'Every endpoint, as OpenAPI.' },
    { label: 'Server health', href: '/readyz', words: 'Whether the database answers.' },
  ],
}

const pages: Record<string, Page> = {
  login: loginPage({
    t,
    action: '/login',
    hidden,
    clientName: 'Harbour Notes',
    clientHost: 'notes.harbour.example',
    registerUrl: '/register',
    forgotUrl: '/forgot-password',
  }),
  'login-plain': loginPage({ t, action: '/login', hidden }),
  'login-error': loginPage({
    t,
    action: '/login',
    hidden,
    clientName: unbroken,
    clientHost: `${unbroken.toLowerCase().slice(0, 60)}.example`,
    identifier: 'mira@lindqvist.example',
    error: 'The name or the password is not right. Check both and try again.',
    registerUrl: '/register',
    forgotUrl: '/forgot-password',
  }),
  choose: choosePage({
    t,
    action: '/login/choose',
    hidden: {},
    clientName: unbroken,
    user: consent.user,
  }),
  consent: consentPage(consent),
  'consent-strange': consentPage({
    ...consent,
    clientName: arabic,
    client: { ...consent.client, host: 'xn--mgbaab3ac1bjcf0fxa.example', unverified: true },
    details: [{ type: unbroken, lines: [['Actions', unbroken] as const] }],
    user: { name: 'נועה בן־דוד', username: unbroken.toLowerCase() },
    scopes: [...consent.scopes, { name: unbroken, words: unbroken, detail: unbroken }],
  }),
  'consent-small': consentPage({
    t,
    action: '/consent',
    hidden,
    clientName: 'Sign-in test',
    client: { host: 'localhost:4000', onDevice: true, unverified: false, logo: undefined },
    user: consent.user,
    scopes: consent.scopes.slice(0, 1),
    offline: false,
    resources: [],
    details: [],
  }),
  logout: logoutPage({ t, action: '/logout', hidden, clientName: 'Harbour Notes', user: 'mira' }),
  'logged-out': loggedOutPage({ t }),
  'logged-out-continue': loggedOutPage({ t, continueUrl: 'https://notes.harbour.example/' }),
  landing: landingPage(landing),
  'landing-person': landingPage({ ...landing, isAdministrator: false, links: [] }),
  'landing-strange': landingPage({
    ...landing,
    user: { name: `${arabic} ${unbroken}`, username: unbroken },
    session: {
      since: '4 March 2026, 09:41 UTC',
      browser:
        'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
    },
  }),
  welcome: welcomePage({ t, issuer: 'https://id.harbour.example', loginUrl: '/login' }),
  error: errorPage({
    t,
    title: 'This request cannot be used',
    code: 'invalid_request',
    words: 'The application sent you here with an address that it has not registered.',
    parameter: 'redirect_uri',
    requestId: 'req_01JQ8Z3W5T7N9M2K4H6F',
    status: 400,
    backUrl: '/',
  }),
  'error-server': errorPage({
    t,
    title: 'Something went wrong',
    code: 'server_error',
    words: 'We could not finish your request.',
    requestId: 'req_01JQ8Z3W5T7N9M2K4H6F',
    status: 500,
  }),
  setup: setupPage({ t, action: '/setup', hidden, values: {}, errors: {}, minLength: 12 }),
  'setup-errors': setupPage({
    t,
    action: '/setup',
    hidden,
    values: { username: 'mira lindqvist', email: 'mira@', name: 'Mira Lindqvist' },
    errors: {
      username: 'A username has no spaces.',
      email: 'Enter a complete email address.',
      confirm: 'The two passwords differ.',
    },
    minLength: 12,
  }),
  'setup-closed': setupClosedPage(t),
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: preview-pages.ts <folder>')
mkdirSync(join(folder, 'assets'), { recursive: true })
for (const file of ['cardea.css', 'logo.svg', 'favicon.svg']) {
  const source = new URL(`../src/http/assets/${file}`, import.meta.url)
  copyFileSync(source, join(folder, 'assets', file))
}
for (const [name, page] of Object.entries(pages)) {
  const document = renderPage(page, { name: 'Cardea', stylesheet: '/assets/cardea.css', query: '' })
  writeFileSync(join(folder, `${name}.html`), document)
}
