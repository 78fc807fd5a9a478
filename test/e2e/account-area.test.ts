import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createUser } from '../../src/identity/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Where pictures of the pages go when somebody wants to look at them. */
const shots = process.env.CARDEA_TEST_SHOTS
const wide = { width: 1200, height: 800 }
const narrow = { width: 320, height: 640 }

let server: TestServer
let mailbox: Mailbox
let chromium: Browser

/** A page of a person who is signed in, and what the browser complains about. */
async function signedIn(
  { username, password }: { username: string; password: string },
  options: BrowserContextOptions = {},
) {
  const context = await chromium.newContext({
    viewport: wide,
    reducedMotion: 'reduce', // a colour on its way to another has no contrast to speak of
    ...options,
  })
  context.setDefaultTimeout(10_000)
  const complaints: string[] = []
  context.on('console', (message) => {
    // Chromium reports every answer of 400 and more there as well.
    const status = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !status) complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
  const page = await context.newPage()
  await page.goto(`${server.url}/login`)
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
  await page.waitForURL(`${server.url}/`)
  return { context, page, complaints }
}

type Finding = { readonly id: string; readonly impact: string | null; readonly nodes: unknown[] }

/** No serious or critical finding of axe-core on the page that is shown. */
async function accessible(page: Page): Promise<void> {
  // Evaluated by the debugger, so that the policy of the page stays as it is.
  await page.evaluate(axe)
  const found = await page.evaluate<Finding[]>(
    '(async () => (await axe.run(document)).violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html) })))()',
  )
  const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(grave, [], page.url())
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/account-${name}.png`, fullPage: true })
}

/** Light and dark, wide and narrow: nothing to object to, and nothing wider than the window. */
async function soundPage(page: Page, name: string): Promise<void> {
  await accessible(page)
  await shoot(page, name)
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page)
  await shoot(page, `${name}-dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize(narrow)
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  assert.ok(overflow <= 0, `${name} is ${overflow} px wider than a window of 320 px`)
  await shoot(page, `${name}-320`)
  await page.setViewportSize(wide)
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
    await soundPage(page, 'overview')
    await page.click('text=Profile')
    await page.fill('#website', 'example.org')
    await page.click('#profile-submit')
    assert.equal(await page.evaluate('document.activeElement.id'), 'error-summary')
    await soundPage(page, 'profile-refused')
    await page.fill('#website', 'https://example.org')
    await page.selectOption('#locale', 'en')
    await page.click('#profile-submit')
    assert.match(await page.innerText('[role=status]'), /saved/)
    await soundPage(page, 'profile')
    await page.click('nav >> text=Username')
    await soundPage(page, 'username')
    await page.click('nav >> text=Email')
    await soundPage(page, 'email')
    await page.fill('#email', 'perla@example.net')
    await page.click('#email-submit')
    await page.waitForURL(`${server.url}/account/email/sent`)
    await soundPage(page, 'email-sent')
    const { code = '' } = await mailbox.next('perla@example.net', 'Confirm')
    await page.fill('#code', code)
    await page.click('#code-submit')
    assert.match(await page.innerText('main'), /perla@example\.net\s+confirmed/)
    await soundPage(page, 'overview-confirmed')
    await page.click('nav >> text=Data and deletion')
    await soundPage(page, 'leave')
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')])
    assert.equal(download.suggestedFilename(), 'account.json')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('a new password is judged while it is typed and ends the other sessions', async () => {
    const user = await server.user({ username: 'tess' })
    const { context, page, complaints } = await signedIn(user)
    const other = await signedIn(user)
    await page.goto(`${server.url}/account/password`)
    await soundPage(page, 'password')
    await page.fill('#current_password', password)
    await page.fill('#password', 'violet tractor sings at noon')
    // The worker reads its dictionaries first.
    await page.locator('#password-strength', { hasText: /\S/ }).waitFor()
    await soundPage(page, 'password-typed')
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
    await shoot(page, 'leave-de')
    await page.fill('#username', 'uwe')
    await page.click('#delete-submit')
    assert.match(await page.innerText('h1'), /Ihr Konto wird am .* gelöscht/)
    await shoot(page, 'left-de')
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
    await soundPage(page, 'leave-refused')
    await page.click('#deactivate-submit')
    assert.match(await page.innerText('h1'), /deactivated/)
    await soundPage(page, 'left')
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
