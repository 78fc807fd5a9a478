import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { PasskeyFormProps } from '../../src/http/index.ts'
import { passkeyForm } from '../../src/http/index.ts'
import { translator } from '../../src/i18n/index.ts'
import type { MfaCore, Subject } from '../../src/mfa/index.ts'
import { factorOf } from '../../src/mfa/index.ts'
import { signInOptions, verifySignIn } from '../../src/mfa/webauthn/index.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let chromium: Browser
let site: Server
let core: MfaCore
/** What the next visit shows, and what was posted. */
let body = ''
let posted = new URLSearchParams()
const passkey = factorOf('passkey')
const script = readFileSync(new URL('../../src/http/assets/passkey.js', import.meta.url))

/** Shows one form under the policy that our pages have. */
async function startSite(): Promise<Server> {
  const policy = "default-src 'none'; script-src 'self'; form-action 'self'; base-uri 'none'"
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const isPost = request.method === 'POST'
    if (isPost) posted = new URLSearchParams(await text(request))
    const isScript = request.url === '/passkey.js'
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : isPost ? 'sent' : body)
  }
  const made = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => made.listen(0, 'localhost', resolve))
  return made
}

function show(mode: PasskeyFormProps['mode'], options: object | undefined): void {
  assert.ok(options)
  const form = { t: translator('en'), mode, options, action: '/done', label: 'Go', id: 'go' }
  body = `<!doctype html><html lang="en"><title>Passkeys</title>
<input autocomplete="username webauthn"><input type="hidden" id="capable" data-passkey-capable>
${passkeyForm({ ...form, hidden: { csrf: 'kept' }, script: '/passkey.js' })}`
}

async function offer(subject: Subject): Promise<object | undefined> {
  const offered = await passkey.enrol?.begin(core, subject)
  return offered?.kind === 'passkey' ? offered.options : undefined
}

/** A page with an authenticator whose owner is at hand. */
async function pageWithAuthenticator(): Promise<Page> {
  const page = await chromium.newPage()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return page
}

const open = (page: Page) => page.goto(core.relyingParty?.origin ?? '')

async function press(page: Page): Promise<string> {
  await page.click('#go')
  await page.waitForURL('**/done')
  assert.equal(posted.get('csrf'), 'kept')
  return posted.get('credential') ?? ''
}

describe('the script of passkeys in a real browser', { skip: withoutChromium }, () => {
  before(async () => {
    ;[server, chromium, site] = await Promise.all([testServer(), startChromium(), startSite()])
    const origin = `http://localhost:${(site.address() as AddressInfo).port}`
    core = mfaCore(server, { relyingParty: { id: 'localhost', name: 'Cardea', origin } })
  })
  after(async () => {
    await chromium?.close()
    site?.close()
    await server?.close()
  })

  for (const old of [false, true]) {
    const kind = old ? 'without the JSON of passkeys' : 'of today'
    test(`a browser ${kind} makes a passkey and answers with it`, async () => {
      const subject = subjectOf(await server.user())
      const page = await pageWithAuthenticator()
      if (old) {
        await page.addInitScript(() => {
          Reflect.deleteProperty(PublicKeyCredential, 'parseCreationOptionsFromJSON')
          Reflect.deleteProperty(PublicKeyCredential, 'parseRequestOptionsFromJSON')
          Reflect.deleteProperty(PublicKeyCredential.prototype, 'toJSON')
        })
      }
      show('create', await offer(subject))
      await open(page)
      await page.waitForFunction(
        () => document.querySelector<HTMLInputElement>('#capable')?.value === 'yes',
      )
      assert.equal(await page.evaluate(() => 'toJSON' in PublicKeyCredential.prototype), !old)
      const made = await passkey.enrol?.confirm(core, subject, { credential: await press(page) })
      assert.ok(made?.ok, JSON.stringify(made))
      assert.deepEqual(made.entry.passkey?.transports, ['internal'])

      const { options } = await passkey.challenge(core, subject)
      show('get', options)
      await open(page)
      const verdict = await passkey.verify(core, subject, { credential: await press(page) })
      assert.ok(verdict.ok, JSON.stringify(verdict))

      show('create', await offer(subject))
      await open(page)
      await page.click('#go')
      await page.getByText('This device has a passkey for this account already.').waitFor()
      await page.close()
    })
  }

  test('a passkey is offered in the field for the username', async () => {
    const subject = subjectOf(await server.user())
    const page = await pageWithAuthenticator()
    show('create', await offer(subject))
    await open(page)
    await passkey.enrol?.confirm(core, subject, { credential: await press(page) })
    show('sign-in', await signInOptions(core, 'browser'))
    await open(page)
    // The authenticator of the test is always present, so it answers as soon as it is asked.
    await page.waitForURL('**/done')
    const credential = posted.get('credential')
    const signedIn = await verifySignIn(core, { binding: 'browser', credential, origin: {} })
    assert.ok(signedIn.ok, JSON.stringify(signedIn))
    assert.equal(signedIn.userId, subject.person.id)
    await page.close()
  })

  test('whoever cancels is told so and can try again', async () => {
    const page = await pageWithAuthenticator()
    show('sign-in', await signInOptions(core, 'browser'))
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = async () => false
      const refuse = () => Promise.reject(new DOMException('', 'NotAllowedError'))
      Object.defineProperty(navigator.credentials, 'get', { value: refuse })
    })
    await open(page)
    for (let i = 0; i < 2; i += 1) {
      await page.click('#go')
      await page.getByText('No passkey was used. You can try again.').waitFor()
    }
    await page.close()
  })

  test('without passkeys the button stays away', async () => {
    const page = await chromium.newPage()
    show('sign-in', await signInOptions(core, 'browser'))
    await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'PublicKeyCredential'))
    await open(page)
    await page.getByText('This browser cannot use passkeys.').waitFor()
    assert.equal(await page.locator('#go').isVisible(), false)
    await page.close()
  })
})
