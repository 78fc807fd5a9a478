import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { createUser } from '../../src/identity/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { shoot, soundPage, visit } from '../harness/inspection.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let mailbox: Mailbox
let chromium: Browser

/** A page of a person who is signed in, and what the browser complains about. */
async function signedIn(
  { username, password }: { username: string; password: string },
  options: BrowserContextOptions = {},
) {
  const { context, page, complaints } = await visit(chromium, options)
  await page.goto(`${server.url}/login`)
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
  await page.waitForURL(`${server.url}/`)
  return { context, page, complaints }
}

const password = 'correct horse battery staple'

describe('the account in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    mailbox = await createMailbox()
    ;[server, chromium] = await Promise.all([testServer({ mailbox }), startChromium()])
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
    await mailbox?.close()
  })

  test('a person walks through all sections, and each is sound', async () => {
    const account = { username: 'perla', email: 'perla@example.com', password }
    const profile = { name: 'Perla Sona', zoneinfo: 'Europe/Lisbon' }
    await createUser(server.app, { ...account, emailVerified: false, profile }, { actor: 'system' })
    const { context, page, complaints } = await signedIn(account)
    await page.goto(`${server.url}/account`)
    await soundPage(page, 'account-overview')
    await page.click('text=Profile')
    await page.fill('#website', 'example.org')
    await page.click('#profile-submit')
    await page.locator('#error-summary:focus').waitFor()
    await soundPage(page, 'account-profile-refused')
    await page.fill('#website', 'https://example.org')
    await page.selectOption('#locale', 'en')
    await page.click('#profile-submit')
    assert.match(await page.innerText('[role=status]'), /saved/)
    await soundPage(page, 'account-profile')
    await page.click('nav >> text=Username')
    await soundPage(page, 'account-username')
    await page.click('nav >> text=Email')
    await soundPage(page, 'account-email')
    await page.fill('#email', 'perla@example.net')
    await page.click('#email-submit')
    await page.waitForURL(`${server.url}/account/email/sent`)
    await soundPage(page, 'account-email-sent')
    const { code = '' } = await mailbox.next('perla@example.net', 'Confirm')
    await page.fill('#code', code)
    await page.click('#code-submit')
    assert.match(await page.innerText('main'), /perla@example\.net\s+confirmed/)
    await soundPage(page, 'account-overview-confirmed')
    await page.click('nav >> text=Data and deletion')
    await soundPage(page, 'account-leave')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')])
    assert.equal(download.suggestedFilename(), 'account.json')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('an API key is made, shown once and revoked, and each page is sound', async () => {
    const user = await server.user({ username: 'kay' })
    const { context, page, complaints } = await signedIn(user)
    await page.goto(`${server.url}/account`)
    await page.click('nav >> text=API keys')
    await soundPage(page, 'account-api-keys-none')
    await page.click('#make-key')
    await page.fill('#name', 'Nightly backup')
    await page.fill('#scopes', 'everything')
    await page.click('#key-submit')
    await page.locator('#error-summary').waitFor()
    await soundPage(page, 'account-api-key-refused')
    await page.fill('#scopes', 'document:read photo:*')
    await page.selectOption('#expires_at', '604800')
    await page.click('#key-submit')
    assert.match(await page.inputValue('#api-key'), /^cardea_pat_[0-9A-Za-z]{49}$/)
    await soundPage(page, 'account-api-key-shown')
    await page.click('#key-kept')
    assert.match(await page.innerText('main'), /Nightly backup/)
    await soundPage(page, 'account-api-keys')
    await page.click('text=Revoke this key')
    assert.match(await page.innerText('[role=status]'), /revoked/)
    await page.goto(`${server.url}/account/api-keys/new?ui_locales=de`)
    assert.match(await page.innerText('h1'), /API-Schlüssel erstellen/)
    await soundPage(page, 'account-api-key-de')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('a new password is judged while it is typed and ends the other sessions', async () => {
    const user = await server.user({ username: 'tess' })
    const { context, page, complaints } = await signedIn(user)
    const other = await signedIn(user)
    await page.goto(`${server.url}/account/password`)
    await soundPage(page, 'account-password')
    await page.fill('#current_password', password)
    await page.fill('#password', 'violet tractor sings at noon')
    // The worker reads its dictionaries first.
    await page.locator('#password-strength', { hasText: /\S/ }).waitFor()
    await soundPage(page, 'account-password-typed')
    await page.click('#password-submit')
    assert.match(await page.innerText('[role=status]'), /password is changed/)
    await other.page.goto(`${server.url}/account`)
    assert.equal(other.page.url(), `${server.url}/login?return=%2Faccount`)
    assert.deepEqual(complaints, [])
    await Promise.all([context.close(), other.context.close()])
  })

  test('in German and without JavaScript, down to the last page', async () => {
    const user = await server.user({ username: 'uwe', profile: { locale: 'de' } })
    const { context, page, complaints } = await signedIn(user, { javaScriptEnabled: false })
    await page.goto(`${server.url}/account/leave`)
    assert.match(await page.innerText('h1'), /Daten und Löschung/)
    await shoot(page, 'account-leave-de')
    await page.fill('#username', 'uwe')
    await page.click('#delete-submit')
    assert.match(await page.innerText('h1'), /Ihr Konto wird am .* gelöscht/)
    await shoot(page, 'account-left-de')
    await page.goto(`${server.url}/account`)
    assert.equal(page.url(), `${server.url}/login?return=%2Faccount`)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the page after leaving is sound as well', async () => {
    const user = await server.user({ username: 'vera' })
    const { context, page, complaints } = await signedIn(user)
    await page.goto(`${server.url}/account/leave`)
    await page.fill('#username', 'vero')
    await page.click('#delete-submit')
    await soundPage(page, 'account-leave-refused')
    await page.click('#deactivate-submit')
    assert.match(await page.innerText('h1'), /deactivated/)
    await soundPage(page, 'account-left')
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
