import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientId, UserId } from '../../../base/index.ts'
import type { Page } from '../../../http/index.ts'
import { translator } from '../../../i18n/index.ts'
import { confirmFactorPage as confirmByFactor } from '../confirm/factor-page.ts'
import { passwordPage as confirmByPassword } from '../confirm/password-page.ts'
import { keysPage } from '../api-keys/views/keys-page.ts'
import { newKeyPage } from '../api-keys/views/new-key-page.ts'
import { shownKeyPage } from '../api-keys/views/shown-key-page.ts'
import { authenticatorPage } from '../security/views/authenticator-page.ts'
import { codesPage } from '../security/views/codes-page.ts'
import { emailCodePage } from '../security/views/email-code-page.ts'
import { factorPage } from '../security/views/factor-page.ts'
import { passkeyPage } from '../security/views/passkey-page.ts'
import { securityPage } from '../security/views/security-page.ts'
import type { AccountPageProps } from './account-frame.ts'
import { applicationsPage } from './applications-page.ts'
import { emailPage, emailSentPage } from './email-page.ts'
import { leavePage, leftPage } from './leave-page.ts'
import { noticeNamed } from './notices.ts'
import { overviewPage } from './overview-page.ts'
import { passwordPage } from './password-page.ts'
import { choicesOf, profilePage } from './profile-page.ts'
import { usernamePage } from './username-page.ts'

const evil = `"'><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>`
const names = ['name', 'picture', 'zoneinfo', 'locale', 'username', 'email', 'code', 'password']
const everywhere = Object.fromEntries(
  [...names, 'current_password', ''].map((name) => [name, evil]),
)

function pagesIn(locale: 'en' | 'de'): Record<string, Page> {
  const t = translator(locale)
  const hidden = { csrf: evil, [evil]: evil }
  const frame = { t, link: () => evil, hidden, errors: everywhere, notice: 'Save' as const }
  const scripts = { reveal: evil, meter: evil, worker: evil, least: 2 }
  const leave = { ...frame, username: evil, hasEmail: true }
  return {
    overview: overviewPage({
      ...frame,
      name: evil,
      username: evil,
      email: evil,
      emailVerified: false,
      isProtected: false,
      memberSince: evil,
    }),
    profile: profilePage({ ...frame, values: everywhere, stored: everywhere }),
    username: usernamePage({ ...frame, username: evil }),
    email: emailPage({ ...frame, current: evil, email: evil }),
    'email sent': emailSentPage({ ...frame, minutes: 10 }),
    password: passwordPage({ ...frame, username: evil, minLength: 8, context: [evil], scripts }),
    leave: leavePage({ ...leave, graceDays: 14 }),
    'leave at once': leavePage({ ...leave, hasEmail: false, graceDays: 0 }),
    'no applications': applicationsPage({ ...frame, zone: evil, cards: [] }),
    applications: applicationsPage({
      ...frame,
      zone: undefined,
      cards: [
        {
          application: {
            clientId: evil as ClientId,
            name: evil,
            uri: evil,
            initiateUri: evil,
            isActive: true,
            scopes: [evil],
            resources: [evil],
            grantedAt: new Date(0),
            grants: 1,
            offline: true,
            lastUsedAt: new Date(0),
          },
          allowed: [evil],
          places: [evil],
          opens: evil,
        },
      ],
    }),
    left: leftPage({ t, left: 'deleting', after: evil, hasEmail: true }),
    ...factorPagesIn(frame),
    ...keyPagesIn(frame),
  }
}

function keyPagesIn(frame: AccountPageProps): Record<string, Page> {
  const at = new Date(0)
  const key = {
    id: 'k1',
    userId: evil as UserId,
    name: evil,
    start: evil,
    scopes: [evil],
    createdAt: at,
    expiresAt: new Date(2),
    lastUsedAt: at,
    lastIp: evil,
    revokedAt: null,
  }
  const keys = [key, { ...key, id: 'k2' }, { ...key, id: 'k3', revokedAt: at }]
  const made = { ...frame, name: evil, scopes: evil, lifetime: 90_000, maxLifetime: 864_000 }
  return {
    keys: keysPage({ ...frame, keys, now: at, zone: evil, enabled: true }),
    'new key': newKeyPage(made),
    'shown key': shownKeyPage({ ...frame, name: evil, text: evil, until: evil }),
  }
}

function factorPagesIn(frame: AccountPageProps): Record<string, Page> {
  const { t, hidden } = frame
  const common = { id: evil, name: evil, createdAt: new Date(0), lastUsedAt: null }
  const entry = {
    kind: 'passkey',
    passkey: {
      backupEligible: true,
      backedUp: true,
      suspended: true,
      aaguid: evil,
      attestation: evil,
      transports: [evil],
    },
    ...common,
  } as const
  const device = { browser: evil, system: evil, kind: 'desktop', words: evil } as const
  const used = [{ at: new Date(0), ip: evil, place: evil, device }]
  const codes = { remaining: 1, total: 10, expiresAt: new Date(0), used }
  const form = { t, action: evil, hidden, user: evil, backUrl: evil, error: evil, script: evil }
  const options = { challenge: evil }
  const asked = {
    ...form,
    options,
    kinds: ['passkey', 'email_code', 'backup_code'],
    linkTo: () => evil,
    sendUrl: evil,
    sentTo: evil,
  } as const
  return {
    security: securityPage({
      ...frame,
      codes,
      canRenew: true,
      zone: evil,
      entries: [entry, { ...common, kind: 'email_code' }],
      isProtected: true,
      demand: { until: new Date(0) },
      accepted: ['passkey'],
      addable: ['passkey', 'totp', 'email_code'],
      remembered: 2,
    }),
    factor: factorPage({ ...frame, entry, name: evil, isLast: true }),
    codes: codesPage({ ...frame, codes: [evil], username: evil, host: evil, until: evil }),
    passkey: passkeyPage({ ...frame, options, script: evil }),
    authenticator: authenticatorPage({
      t,
      link: () => evil,
      hidden,
      offer: { id: evil },
      error: evil,
      name: evil,
    }),
    'email code': emailCodePage({ ...frame, email: evil }),
    'confirm by password': confirmByPassword({ ...form, options }),
    'confirm by passkey': confirmByFactor({ ...asked, kind: 'passkey' }),
    'confirm by mail': confirmByFactor({ ...asked, kind: 'email_code' }),
    'confirm by backup code': confirmByFactor({ ...asked, kind: 'backup_code' }),
  }
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '')
}

for (const [name, { body, title }] of Object.entries(pagesIn('en'))) {
  test(`the ${name} page shows hostile text as text`, () => {
    assert.ok(!body.includes(evil))
    assert.doesNotMatch(body, /<img|<script(?! type="module" src=")/)
    // A quote that got through would leave an attribute behind that no view writes.
    for (const tag of all(body, /<([a-z][^>]*)>/g)) {
      const attributes = all(tag.replaceAll(/="[^"]*"/g, ''), /\s+(\S+)/g)
      for (const attribute of attributes) {
        assert.match(attribute, /^[a-z-]+$/)
        assert.doesNotMatch(attribute, /^on|^style$/)
      }
    }
  })

  test(`the ${name} page has a title, one h1, and ties its words to its fields`, () => {
    assert.notEqual(title, '')
    assert.equal(all(body, /(<h1>)/g).length, 1)
    const ids = all(body, /\sid="([^"]+)"/g)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of all(body, /<label for="([^"]+)"/g)) assert.ok(ids.includes(id), id)
    const referred = all(body, /aria-(?:describedby|labelledby)="([^"]+)"/g)
    for (const id of referred.flatMap((list) => list.split(' '))) assert.ok(ids.includes(id), id)
    assert.ok(all(body, /(\sautofocus)/g).length <= 1)
  })
}

test('every page says its own words in German', () => {
  const english = pagesIn('en')
  for (const [name, page] of Object.entries(pagesIn('de'))) {
    const words = (of: Page | undefined) =>
      all(of?.body ?? '', /<(?:h1|h2|label[^>]*|button[^>]*)>([^<{]+)</g)
    const same = words(page).filter((word) => words(english[name]).includes(word))
    const shared = ['Website', 'Name', 'Name ', 'Website ', 'Code']
    assert.deepEqual(
      same.filter((word) => !shared.includes(word)),
      [],
      name,
    )
  }
})

test('what a choice may be is ours or what is stored already', () => {
  assert.ok(choicesOf('zoneinfo', '').includes('Europe/Lisbon'))
  assert.ok(!choicesOf('zoneinfo', '').includes('Middle/Earth'))
  assert.equal(choicesOf('zoneinfo', 'Middle/Earth')[0], 'Middle/Earth')
  assert.deepEqual(choicesOf('locale', 'de'), choicesOf('locale', ''))
})

test('a notice is known by its name or not at all', () => {
  assert.equal(noticeNamed('profile'), 'Your profile is saved.')
  for (const name of ['', 'constructor', '__proto__', 'Your profile is saved.']) {
    assert.equal(noticeNamed(name), undefined)
  }
})
