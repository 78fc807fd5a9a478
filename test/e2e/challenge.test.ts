import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { systemClock } from '../../src/base/index.ts'
import { createLimits, type Limits } from '../../src/limits/index.ts'
import { defaults } from '../../src/limits/limits.fixture.ts'
import { startChromium, withoutChromium } from '../harness/chromium.ts'

const script = readFileSync(new URL('../../src/http/assets/challenge.js', import.meta.url))
const policy = "default-src 'none'; script-src 'self'; form-action 'self'; base-uri 'none'"
const attributes = 'data-working="Checking" data-ready="Checked" data-failed="Could not check"'

const makeLimits = (challengeCost: number) =>
  createLimits({
    settings: { ...defaults, challengeCost },
    clock: systemClock,
    secret: Buffer.alloc(32, 9),
  })

type Parameters = { salt: string; nonce: string; cost: number; keyPrefix: string }

/** A challenge that nobody solves within the first slice of work. */
async function unhurried({ challenges }: Limits): Promise<string> {
  for (;;) {
    const issued = await challenges.issue()
    const text = Buffer.from(issued, 'base64').toString()
    const { parameters }: { parameters: Parameters } = JSON.parse(text)
    const hashes = Math.min(40_000, 16 ** parameters.keyPrefix.length)
    const tries = Array.from({ length: hashes / parameters.cost }, (_, counter) => counter)
    if (!tries.some((counter) => solves(parameters, counter))) return issued
  }
}

function solves({ salt, nonce, cost, keyPrefix }: Parameters, counter: number): boolean {
  const last = Buffer.alloc(4)
  last.writeUInt32BE(counter)
  let key = Buffer.concat([Buffer.from(salt + nonce, 'hex'), last])
  for (let i = 0; i < cost; i += 1) key = createHash('sha256').update(key).digest()
  return key.toString('hex').startsWith(keyPrefix)
}

/** A page with a protected form, under the policy of our pages, and what was posted from it. */
async function startSite() {
  const limits = { quick: makeLimits(50_000), slow: makeLimits(300_000) }
  const posted: URLSearchParams[] = []
  const page = (challenge: string) => `<!doctype html><html lang="en"><title>Form</title>
    <script type="module" src="/challenge.js"></script>
    <form method="post" action="/post" data-challenge="${challenge}" ${attributes}>
      <input type="hidden" name="challenge_answer">
      <p data-challenge-status aria-live="polite"></p>
      <progress data-challenge-progress value="0" max="1">progress</progress>
      <input name="name"><button name="way" value="first">Send</button>
    </form>`
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/challenge.js') {
      return response.setHeader('content-type', 'text/javascript').end(script)
    }
    if (request.method === 'POST') posted.push(new URLSearchParams(await text(request)))
    const kind = pathname === '/slow' ? limits.slow : limits.quick
    const issued = pathname === '/broken' ? 'AAAA' : await unhurried(kind)
    response.setHeader('content-type', 'text/html').setHeader('content-security-policy', policy)
    return response.end(request.method === 'POST' ? 'thanks' : page(issued))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    limits,
    posted,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

describe('proof of work in a browser', { skip: withoutChromium }, () => {
  let site: Awaited<ReturnType<typeof startSite>>
  let chromium: Browser
  let page: Page
  const complaints: string[] = []

  before(async () => {
    site = await startSite()
    chromium = await startChromium()
    page = await chromium.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      const known = message.text().startsWith('Failed to load resource') // the icon
      if (message.type() === 'error' && !known) complaints.push(message.text())
    })
  })
  after(async () => {
    await chromium.close()
    site.close()
  })

  test('it is solved under our policy, says so, and the answer is accepted', async () => {
    await page.goto(`${site.url}/quick`)
    await page.getByText('Checked').waitFor()
    await page.getByRole('button').click()
    await page.getByText('thanks').waitFor()
    const [fields] = site.posted.splice(0)
    const answer = fields?.get('challenge_answer') ?? ''
    assert.equal(await site.limits.quick.challenges.verify(answer), 'ok')
    assert.deepEqual(complaints, [])
  })

  test('who submits earlier waits for the rest, while the page stays usable', async () => {
    const held = await chromium.newPage()
    // The work comes to rest after its first slice until the test lets it go on.
    await held.addInitScript(`
      const [later, waiting] = [window.setTimeout, []]
      window.setTimeout = (task) => waiting.push(task)
      window.goOn = () => {
        window.setTimeout = later
        for (const task of waiting) task()
      }`)
    await held.goto(`${site.url}/slow`)
    await held.getByText('Checking').waitFor()
    await held.getByRole('button').click()
    assert.equal(await held.locator('form').getAttribute('aria-busy'), 'true')
    await held.locator('input[name=name]').fill('Ann')
    assert.equal(site.posted.length, 0)
    await held.evaluate('window.goOn()')
    await held.getByText('thanks').waitFor()
    const [fields] = site.posted.splice(0)
    const answer = fields?.get('challenge_answer') ?? ''
    assert.equal(await site.limits.slow.challenges.verify(answer), 'ok')
    assert.deepEqual([fields?.get('name'), fields?.get('way')], ['Ann', 'first'])
    await held.close()
  })

  test('a challenge that cannot be solved does not hold the form back', async () => {
    await page.goto(`${site.url}/broken`)
    await page.getByText('Could not check').waitFor()
    await page.getByRole('button').click()
    await page.getByText('thanks').waitFor()
    assert.equal(site.posted.splice(0)[0]?.get('challenge_answer'), '')
    assert.deepEqual(complaints, [])
  })
})
