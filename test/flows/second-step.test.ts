import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { giveTotp, post, setPolicy, typePassword } from '../harness/second-factor.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer

before(async () => {
  server = await testServer({ clock })
})
after(() => server?.close())
beforeEach(async () => {
  clock.advance(60)
  await setPolicy(server, {})
})

test('a code of the authenticator app is asked for after the password, and lets in once', async () => {
  const user = await server.user()
  const authenticator = await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  assert.match(page.body, /id="code"[^>]*inputmode="numeric" autocomplete="one-time-code"/)
  assert.match(page.body, /id="mfa-submit"/)
  assert.equal(await alive(browser), false)
  const home = await post(browser, page, '/login/mfa', { code: authenticator.codeAt(clock.now()) })
  assert.equal(home.url, `${server.url}/`)
  assert.equal(await alive(browser), true)
})
