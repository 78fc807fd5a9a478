import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { manualClock } from '../../src/base/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { accessible, soundPage, visit } from '../harness/inspection.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let chromium: Browser

describe('sessions and the development inbox in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    ;[server, chromium] = await Promise.all([
      testServer({ clock, env: { CARDEA_ENV: 'development' } }),
      startChromium(),
    ])
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
  })

  test('the list of sessions, and the password again before one is ended', async () => {
    const user = await server.user({ username: 'perla' })
    const elsewhere = await signedIn(user)
    const { context, page, complaints } = await signedIn(user)
    await page.goto(`${server.url}/account/sessions`)
    await soundPage(page, 'sessions')
    clock.advance(16 * 60)
    await page.click('#end-others')
    await page.waitForURL(`${server.url}/account/confirm?*`)
    await soundPage(page, 'confirm-password')
    await page.fill('#password', 'a guess')
    await page.click('#confirm-submit')
    await page.locator('[role=alert]').waitFor()
    await soundPage(page, 'confirm-password-refused')
    await page.fill('#password', user.password)
    await page.click('#confirm-submit')
    await page.waitForURL(`${server.url}/account/sessions`)
    await page.click('#end-others')
    await page.waitForURL(`${server.url}/account/sessions`)
    assert.equal(await page.locator('#end-others').count(), 0)
    await elsewhere.page.goto(`${server.url}/account`)
    assert.match(elsewhere.page.url(), /\/login/)
    assert.deepEqual(complaints, [])
    await Promise.all([context.close(), elsewhere.context.close()])
  })

  test('the inbox, a letter, and the letter in its cage', async () => {
    await server.user({ username: 'hugo' })
    const { context, page, complaints } = await visit(chromium, {}, server.url)
    await page.goto(`${server.url}/dev/mail`)
    await soundPage(page, 'inbox-empty')
    await page.goto(`${server.url}/forgot-password`)
    await page.fill('#identifier', 'hugo')
    await page.click('#forgot-submit')
    await server.app.queue.drain()
    await page.goto(`${server.url}/dev/mail`)
    await soundPage(page, 'inbox')
    await page.click('main a[href^="/dev/mail/"]')
    await page.waitForURL(`${server.url}/dev/mail/*`)
    await soundPage(page, 'inbox-letter')
    await page.goto(`${page.url()}/html`)
    assert.match(await page.innerText('body'), /hugo/)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})

async function signedIn(user: { readonly username: string; readonly password: string }) {
  const visitor = await visit(chromium, {}, server.url)
  const { page } = visitor
  await page.goto(`${server.url}/login`)
  await accessible(page)
  await page.fill('#identifier', user.username)
  await page.fill('#password', user.password)
  await page.click('#login-submit')
  await page.waitForURL(`${server.url}/`)
  return visitor
}
