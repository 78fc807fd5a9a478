import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import type { Policy } from '../../src/mfa/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { soundPage, visit } from '../harness/inspection.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let chromium: Browser

async function typePassword(page: Page, { username, password }: TestUser): Promise<void> {
  await page.goto(`${server.url}/login`)
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
}

describe('the second step in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    ;[server, chromium] = await Promise.all([testServer(), startChromium()])
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
  })

  test('a code of the app is asked for, and every page of it is sound', async () => {
    const user = await server.user()
    const app = await giveTotp(server, user)
    const { context, page, complaints } = await visit(chromium)
    await page.goto(`${server.url}/login`)
    await soundPage(page, 'login-with-passkey')
    await typePassword(page, user)
    await page.waitForURL('**/login/mfa?*')
    await soundPage(page, 'mfa-totp')
    await page.fill('#code', '000000')
    await page.click('#mfa-submit')
    await soundPage(page, 'mfa-wrong')
    await page.click('text=I cannot use any of these')
    await soundPage(page, 'mfa-help')
    await page.click('text=Go back')
    await page.fill('#code', app.codeAt(new Date()))
    await page.click('#mfa-submit')
    await page.waitForURL(`${server.url}/`)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('an app is set up on the way in, and every page of it is sound', async () => {
    const factors: Policy['factors'] = ['passkey', 'totp', 'email_code', 'backup_code']
    await setPolicy(server, { mode: 'required', enrolment_grace: 0, factors })
    const user = await server.user()
    const { context, page, complaints } = await visit(chromium)
    await typePassword(page, user)
    await page.waitForURL('**/login/enrol?*')
    await soundPage(page, 'enrol-choice')
    await page.click('#enrol-totp')
    await soundPage(page, 'enrol-totp')
    await page.click('summary')
    const secret = await page.textContent('#totp-key')
    await page.fill('#code', codeOf(secret ?? ''))
    await page.click('#totp-submit')
    await page.waitForSelector('#backup-codes')
    await soundPage(page, 'enrol-codes')
    await page.click('#codes-continue')
    await page.waitForURL(`${server.url}/`)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})

function codeOf(key: string): string {
  return new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate()
}
