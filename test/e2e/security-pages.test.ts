import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { defaultPolicy, rememberDevice } from '../../src/mfa/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { shoot, soundPage, visit } from '../harness/inspection.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

let server: TestServer
let mailbox: Mailbox
let chromium: Browser
const day = 86_400_000

async function signedIn({ username, password }: TestUser, options: BrowserContextOptions = {}) {
  const { context, page, complaints } = await visit(chromium, options, server.url)
  await page.goto(`${server.url}/login`)
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
  await page.waitForURL(`${server.url}/`)
  return { context, page, complaints }
}

/** What an app shows that was given the key on the page. */
async function codeFor(page: Page): Promise<string> {
  const key = (await page.locator('#totp-key').textContent()) ?? ''
  return new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate()
}

const wrongFor = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 5) % 10))

describe('the pages of factors in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    mailbox = await createMailbox()
    ;[server, chromium] = await Promise.all([testServer({ mailbox }), startChromium()])
    const factors = [...defaultPolicy.factors, 'email_code' as const]
    const passkeys = { ...defaultPolicy.passkeys, offer: false }
    await setPolicy(server, { factors, passkeys })
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
    await mailbox?.close()
  })

  test('a person sets up an app and codes by email, changes and removes them, and each page is sound', async () => {
    const user = await server.user({ username: 'wanda' })
    const { context, page, complaints } = await signedIn(user)
    await page.goto(`${server.url}/account`)
    await soundPage(page, 'account-unprotected')
    await page.click('main >> text=Protect it better')
    await soundPage(page, 'security-empty')
    await page.click('#add-authenticator')
    await soundPage(page, 'security-authenticator')
    const code = await codeFor(page)
    await page.fill('#code', wrongFor(code))
    await page.fill('#name', 'Phone')
    await page.click('#totp-submit')
    assert.match(await page.innerText('.alert'), /not correct or has expired/)
    await soundPage(page, 'security-authenticator-refused')
    await page.fill('#code', code)
    await page.click('#totp-submit')
    await page.click('#codes-kept')
    await page.click('#add-email-code')
    await soundPage(page, 'security-email-code')
    const letter = await mailbox.next(user.email ?? '', 'code')
    await page.fill('#code', letter.code ?? '')
    await page.click('#code-submit')
    assert.match(await page.innerText('[role=status]'), /turned on/)
    await page.click('text=Rename or remove')
    await soundPage(page, 'security-factor')
    await page.fill('#name', '')
    await page.locator('#name').evaluate((input) => input.removeAttribute('required'))
    await page.click('#rename-submit')
    await page.locator('#error-summary:focus').waitFor()
    await soundPage(page, 'security-factor-refused')
    await page.fill('#name', 'Old phone')
    await page.click('#rename-submit')
    assert.match(await page.innerText('main'), /Old phone/)
    await page.click('text=Rename or remove')
    await page.click('#remove-submit')
    assert.match(await page.innerText('[role=status]'), /removed/)
    assert.doesNotMatch(await page.innerText('main'), /Old phone/)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('everything at once is sound: a suspended passkey, used codes, remembered browsers, a demand', async () => {
    const user = await server.user({ username: 'xenia', profile: { locale: 'de' } })
    const { context, page, complaints } = await signedIn(user)
    await giveTotp(server, user)
    const now = new Date()
    const until = new Date(now.getTime() + 30 * day)
    const digest = Buffer.alloc(32, 1)
    await rememberDevice(server.app.db, { userId: user.id, digest, userAgent: null, now, until })
    await rows(
      server.databaseUrl,
      `UPDATE mfa_backup_codes SET used_at = now(), used_ip = '2001:db8::17', used_agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
       WHERE user_id = '${user.id}' AND digest IN
         (SELECT digest FROM mfa_backup_codes WHERE user_id = '${user.id}' LIMIT 8)`,
    )
    await rows(
      server.databaseUrl,
      `INSERT INTO mfa_passkeys (id, user_id, credential_id, public_key, sign_count, name, transports,
         aaguid, attestation, backup_eligible, backed_up, user_verified, created_at, suspended_at)
       VALUES (gen_random_uuid(), '${user.id}', '\\x01', '\\x01', 7, 'YubiKey am Schlüsselbund', '{usb}',
         gen_random_uuid(), 'none', false, false, true, now(), now())`,
    )
    await page.goto(`${server.url}/account/security`)
    await soundPage(page, 'security-full-de')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('confirming works without JavaScript: the password, then the code of the app', async () => {
    const user = await server.user({ username: 'yann' })
    const { context, page, complaints } = await signedIn(user, { javaScriptEnabled: false })
    const app = await giveTotp(server, user)
    await page.goto(`${server.url}/account/leave`)
    await page.waitForURL(`${server.url}/account/confirm?*`)
    await shoot(page, 'confirm-factor-plain')
    await page.click('text=Use a backup code')
    await shoot(page, 'confirm-backup-code-plain')
    await page.click('text=Use an authenticator app')
    await page.fill('#code', app.codeAt(new Date()))
    await page.click('#confirm-submit')
    await page.waitForURL(`${server.url}/account/leave`)
    await rows(
      server.databaseUrl,
      `UPDATE sessions SET auth_time = auth_time - interval '1 hour' WHERE user_id = '${user.id}'`,
    )
    await page.goto(`${server.url}/account/leave`)
    await page.fill('#password', user.password)
    await page.click('#confirm-submit')
    const [code = ''] = app.backupCodes
    await page.click('text=Use a backup code')
    await page.fill('#code', code)
    await page.click('#confirm-submit')
    await page.waitForURL(`${server.url}/account/leave`)
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the page that asks for a factor is sound', async () => {
    const user = await server.user({ username: 'zoe' })
    const { context, page, complaints } = await signedIn(user)
    await giveTotp(server, user)
    await page.goto(`${server.url}/account/leave`)
    await soundPage(page, 'confirm-factor')
    await page.fill('#code', '000000')
    await page.click('#confirm-submit')
    assert.match(await page.innerText('.alert'), /not right/)
    await soundPage(page, 'confirm-factor-refused')
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
