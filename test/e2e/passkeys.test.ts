import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { defaultPolicy } from '../../src/mfa/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { soundPage, visit } from '../harness/inspection.ts'
import { setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

let server: TestServer
let chromium: Browser

type Device = {
  readonly cdp: CDPSession
  readonly authenticatorId: string
}

/** A device with a sensor for fingers, which answers at once, even where it is only offered by the way. */
async function deviceOf(page: Page): Promise<Device> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { cdp, authenticatorId }
}

const credentialsOn = async ({ cdp, authenticatorId }: Device) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials

async function typePassword(page: Page, { username, password }: TestUser): Promise<void> {
  await page.goto(`${server.url}/login`)
  await page.fill('#identifier', username)
  await page.fill('#password', password)
  await page.click('#login-submit')
}

async function signOut(page: Page): Promise<void> {
  await page.goto(`${server.url}/logout`)
  await page.click('button[type=submit]')
  await page.waitForURL(`${server.url}/logout/done`)
}

/** Registers a passkey of this device on the pages of the account. */
async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto(`${server.url}/account/security`)
  await page.click('#add-passkey')
  await page.fill('#name', name)
  await page.click('#passkey-submit')
  await page.locator('#codes-kept, [role=status]').first().waitFor()
}

/** The person is in, and not on the way any more. */
async function isIn(page: Page): Promise<void> {
  await page.waitForURL(`${server.url}/`)
  assert.equal((await page.goto(`${server.url}/account`))?.status(), 200)
  assert.equal(new URL(page.url()).pathname, '/account')
}

async function lastSession({ id }: TestUser) {
  const found = await rows(
    server.databaseUrl,
    `SELECT acr, amr FROM sessions WHERE user_id = '${id}' AND ended_at IS NULL
     ORDER BY created_at DESC LIMIT 1`,
  )
  return found[0]
}

/** A browser that uses passkeys when a button is pressed, and does not offer them before. */
async function browser() {
  const visitor = await visit(chromium, {}, server.url)
  await visitor.context.addInitScript(
    'PublicKeyCredential.isConditionalMediationAvailable = async () => false',
  )
  return visitor
}

/** Somebody signed in, with a device of their own that holds a passkey for the account. */
async function person(username: string, visitor = browser()) {
  const user = await server.user({ username })
  const { context, page, complaints } = await visitor
  const device = await deviceOf(page)
  await typePassword(page, user)
  await page.waitForURL(`${server.url}/`)
  await addPasskey(page, `Key of ${username}`)
  return { user, context, page, complaints, device }
}

describe('passkeys in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    ;[server, chromium] = await Promise.all([testServer(), startChromium()])
    // What is offered on the way in is not the matter here.
    await setPolicy(server, { passkeys: { ...defaultPolicy.passkeys, offer: false } })
  })
  after(async () => {
    await chromium?.close()
    await server?.close()
  })

  test('one that was added signs its owner in alone, without password and code', async () => {
    const { user, context, page, complaints, device } = await person('pia')
    assert.match(await page.innerText('main'), /Each works once/)
    await soundPage(page, 'security-codes')
    await page.click('#codes-kept')
    assert.match(await page.innerText('main'), /Key of pia/)
    await soundPage(page, 'security-with-passkey')
    assert.equal((await credentialsOn(device)).length, 1)
    await signOut(page)
    await page.goto(`${server.url}/login`)
    await page.click('#passkey-submit')
    await isIn(page)
    const session = await lastSession(user)
    assert.deepEqual(session?.acr, 'urn:cardea:aal3')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('one is offered after a password, and then by the field for the username', async () => {
    await setPolicy(server, {})
    const user = await server.user({ username: 'ora' })
    const { context, page, complaints } = await visit(chromium, {}, server.url)
    const device = await deviceOf(page)
    await page.goto(`${server.url}/login`)
    await page.waitForFunction(
      () =>
        document.querySelector<HTMLInputElement>('input[data-passkey-capable]')?.value === 'yes',
    )
    await page.fill('#identifier', user.username)
    await page.fill('#password', user.password)
    await page.click('#login-submit')
    await page.waitForURL(`${server.url}/login/enrol*`)
    await soundPage(page, 'passkey-offered')
    await page.click('#passkey-submit')
    await page.click('#codes-continue')
    await isIn(page)
    assert.equal((await credentialsOn(device)).length, 1)
    await signOut(page)
    // The device answers what the browser offers in the field, without any button.
    await page.goto(`${server.url}/login`)
    await isIn(page)
    assert.deepEqual((await lastSession(user))?.amr, ['hwk', 'user', 'mfa'])
    assert.deepEqual(complaints, [])
    await context.close()
    await setPolicy(server, { passkeys: { ...defaultPolicy.passkeys, offer: false } })
  })

  test('one answers as the second factor after the password', async () => {
    const { user, context, page, complaints } = await person('quin')
    await signOut(page)
    await typePassword(page, user)
    await page.waitForURL(`${server.url}/login/mfa?*`)
    await page.click('#mfa-submit')
    await isIn(page)
    assert.deepEqual((await lastSession(user))?.acr, 'urn:cardea:aal3')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('a device that does not know its owner signs nobody in alone', async () => {
    const { user, context, page, device } = await person('rosa')
    await signOut(page)
    const { cdp, authenticatorId } = device
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await page.goto(`${server.url}/login`)
    await page.click('#passkey-submit')
    await page.locator('[data-passkey-status], .alert').filter({ hasText: /\S/ }).first().waitFor()
    await page.goto(`${server.url}/account`)
    assert.equal(new URL(page.url()).pathname, '/login')
    assert.equal(await lastSession(user), undefined)
    await context.close()
  })

  test('the browser may offer it in the field for the username', async () => {
    const { user, context, page, complaints } = await person(
      'sven',
      visit(chromium, {}, server.url),
    )
    await signOut(page)
    await page.goto(`${server.url}/login`)
    await isIn(page)
    assert.deepEqual((await lastSession(user))?.acr, 'urn:cardea:aal3')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the passkey of somebody else is no second factor', async () => {
    const other = await person('tina')
    const user = await server.user({ username: 'uri' })
    const { context, page, complaints, device } = await person('vera')
    const [foreign] = await credentialsOn(other.device)
    const [own] = await credentialsOn(device)
    assert.ok(foreign && own)
    await signOut(page)
    await typePassword(page, user)
    await page.waitForURL(`${server.url}/`)
    await addPasskey(page, 'Key of uri')
    await signOut(page)
    await typePassword(page, user)
    await page.waitForURL(`${server.url}/login/mfa?*`)
    const { cdp, authenticatorId } = device
    const mine = (await credentialsOn(device)).find(
      ({ userHandle }) => userHandle !== own.userHandle,
    )
    assert.ok(mine)
    // The key of another account under the name of one that is asked for.
    const { credentialId } = mine
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId })
    const credential = { ...foreign, credentialId }
    await cdp.send('WebAuthn.addCredential', { authenticatorId, credential })
    await page.click('#mfa-submit')
    await page.locator('.alert').waitFor()
    assert.equal(await lastSession(user), undefined)
    assert.deepEqual(complaints, [])
    await Promise.all([context.close(), other.context.close()])
  })

  test('an old session is confirmed by the passkey alone', async () => {
    const { user, context, page, complaints } = await person('ulla')
    await rows(
      server.databaseUrl,
      `UPDATE sessions SET auth_time = auth_time - interval '1 hour' WHERE user_id = '${user.id}'`,
    )
    await page.goto(`${server.url}/account/security/passkeys`)
    await page.waitForURL(`${server.url}/account/confirm?*`)
    await soundPage(page, 'confirm-with-passkey')
    await page.click('#passkey-submit')
    await page.waitForURL(`${server.url}/account/security/passkeys`)
    await soundPage(page, 'security-add-passkey')
    assert.deepEqual(complaints, [])
    await context.close()
  })

  test('the same device is not registered twice, and says so', async () => {
    const { context, page, complaints } = await person('vito')
    await page.goto(`${server.url}/account/security/passkeys`)
    await page.click('#passkey-submit')
    const status = page.locator('[data-passkey-status]').filter({ hasText: /\S/ })
    await status.waitFor()
    assert.match(await status.innerText(), /has a passkey for this account already/)
    assert.deepEqual(complaints, [])
    await context.close()
  })
})
