import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { accountCore } from '../../src/accounts.ts'
import { sql } from '../../src/db/index.ts'
import { invite, requestEmailChange } from '../../src/identity/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { soundPage, visit } from '../harness/inspection.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const password = 'tulip harbour seventeen'

let server: TestServer
let mailbox: Mailbox
let chromium: Browser

const visitor = (options: BrowserContextOptions = {}) => visit(chromium, options, server.url)

async function register(page: Page, username: string): Promise<void> {
  await page.goto(`${server.url}/register`)
  await page.fill('#email', `${username}@example.org`)
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.check('#accepted_terms')
  await page.click('#register-submit')
  await page.waitForURL(`${server.url}/register/sent?*`)
}

async function linkFor(address: string): Promise<string> {
  return (await mailbox.next(address)).link ?? ''
}

async function ask(page: Page, identifier: string): Promise<void> {
  await page.goto(`${server.url}/forgot-password`)
  await page.fill('#identifier', identifier)
  await page.click('#forgot-submit')
  await page.waitForURL(`${server.url}/forgot-password/sent`)
}

describe('the pages of sign-up and recovery in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    mailbox = await createMailbox()
    ;[server, chromium] = await Promise.all([
      testServer({
        mailbox,
        env: {
          CARDEA_REGISTRATION_MODE: 'open',
          CARDEA_REGISTRATION_TERMS_VERSION: '2030-01',
          CARDEA_REGISTRATION_TERMS_URL: 'https://example.org/terms',
          CARDEA_REGISTRATION_PRIVACY_URL: 'https://example.org/privacy',
        },
      }),
      startChromium(),
    ])
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
    await mailbox?.close()
  })

  test('from the sign-in to a new account, with the code of the mail', async () => {
    const { context, page, complaints } = await visitor()
    await page.goto(`${server.url}/login`)
    await soundPage(page, 'login-with-ways')
    await page.click('a[href="/register"]')
    await soundPage(page, 'register')
    await page.fill('#email', 'ada@example.org')
    await page.fill('#username', 'ada@lovelace')
    await page.fill('#password', 'passwords')
    await page.check('#accepted_terms')
    await page.click('#register-submit')
    assert.match(await page.innerText('.alert'), /must not contain @/)
    assert.equal(await page.inputValue('#email'), 'ada@example.org')
    await soundPage(page, 'register-refused')
    await page.fill('#username', 'ada')
    await page.fill('#password', password)
    await page.click('#register-submit')
    await page.waitForURL(`${server.url}/register/sent?*`)
    await soundPage(page, 'register-sent')
    const { code = '' } = await mailbox.next('ada@example.org')
    await page.fill('#code', code === '000000' ? '000001' : '000000')
    await page.click('#code-submit')
    assert.match(await page.innerText('.alert'), /not correct or has expired/)
    await soundPage(page, 'register-code-refused')
    await page.fill('#code', code)
    await page.click('#code-submit')
    await page.waitForURL(`${server.url}/`)
    assert.match(await page.innerText('h1'), /ada/)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the link of the mail, here and in another browser, also without JavaScript', async () => {
    const { context, page, complaints } = await visitor({ javaScriptEnabled: false })
    await register(page, 'bea')
    const link = await linkFor('bea@example.org')
    await page.goto(link)
    await page.waitForSelector('#confirm-submit')
    const elsewhere = await visitor()
    await elsewhere.page.goto(link)
    await soundPage(elsewhere.page, 'confirm-elsewhere')
    await elsewhere.page.fill('#password', 'some other words')
    await elsewhere.page.click('#confirm-submit')
    await soundPage(elsewhere.page, 'confirm-refused')
    await page.click('#confirm-submit')
    await page.waitForURL(`${server.url}/`)
    const used = await elsewhere.page.goto(link)
    assert.equal(used?.status(), 400)
    await soundPage(elsewhere.page, 'confirm-used')
    assert.deepEqual([...complaints, ...elsewhere.complaints], [])
    const third = await visitor()
    await register(third.page, 'carla')
    await third.page.goto(await linkFor('carla@example.org'))
    await soundPage(third.page, 'confirm')
    for (const one of [context, elsewhere.context, third.context]) await one.close()
  })

  test('a forgotten password, and back to the sign-in', async () => {
    await server.user({ username: 'dora' })
    const { context, page, complaints } = await visitor()
    await page.goto(`${server.url}/forgot-password`)
    await soundPage(page, 'forgot')
    await ask(page, 'dora')
    await soundPage(page, 'forgot-sent')
    const link = await linkFor('dora@example.com')
    await page.goto(link)
    await soundPage(page, 'reset')
    await page.fill('#password', 'passwords')
    await page.click('#reset-submit')
    await soundPage(page, 'reset-refused')
    await page.fill('#password', password)
    await page.click('#reset-submit')
    await page.waitForURL(`${server.url}/login?notice=password-changed`)
    assert.match(await page.innerText('[role=status]'), /Your password is changed/)
    await soundPage(page, 'login-notice')
    const used = await page.goto(link)
    assert.equal(used?.status(), 400)
    await soundPage(page, 'reset-used')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('who left comes back with the right password', async () => {
    const user = await server.user({ username: 'emma' })
    const after = new Date(Date.now() + 86_400_000)
    await server.app.db.run(sql`
      UPDATE users SET is_active = false, deactivated_by = 'user', delete_after = ${after}
      WHERE id = ${user.id}`)
    const { context, page, complaints } = await visitor()
    await page.goto(`${server.url}/login`)
    await page.fill('#identifier', 'emma')
    await page.fill('#password', user.password)
    await page.click('#login-submit')
    await page.waitForURL(`${server.url}/reactivate?*`)
    await soundPage(page, 'reactivate')
    await page.click('#reactivate-submit')
    await page.waitForURL(`${server.url}/login?notice=account-back`)
    await page.goto(`${server.url}/reactivate?token=x`)
    await soundPage(page, 'reactivate-used')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('an invitation fixes the address', async () => {
    const { app, config } = server
    const signUp = { mode: 'open', invitationLifetime: 3600 } as const
    const invitation = { email: 'finn@example.org', inviter: 'Perla', locale: 'de' }
    await invite({ ...app, issuer: config.publicUrl, signUp }, invitation, { actor: 'system' })
    const { context, page, complaints } = await visitor({ locale: 'de-DE' })
    await page.goto(await linkFor('finn@example.org'))
    assert.equal(await page.getAttribute('html', 'lang'), 'de')
    await soundPage(page, 'register-invited-de')
    await page.goto(`${server.url}/register?invitation=x`)
    await soundPage(page, 'invitation-used-de')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the link that proves another address', async () => {
    const user = await server.user({ username: 'greta' })
    const core = accountCore(server.config, Buffer.alloc(32, 7), server.app)
    const visit = { origin: { ip: '127.0.0.1', requestId: 'r' }, locale: 'en' }
    await requestEmailChange(core, user, 'greta@example.org', visit)
    const { context, page, complaints } = await visitor()
    const link = await linkFor('greta@example.org')
    await page.goto(link)
    assert.match(await page.innerText('main'), /greta@example\.org/)
    await soundPage(page, 'email-confirm')
    await page.click('#confirm-submit')
    await page.waitForURL(`${server.url}/email/confirm/done`)
    await soundPage(page, 'email-confirmed')
    await page.goto(link)
    await soundPage(page, 'email-used')
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
