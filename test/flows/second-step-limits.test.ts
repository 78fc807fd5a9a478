import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { giveTotp, post, typePassword } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer

before(async () => {
  server = await testServer({
    clock,
    env: {
      CARDEA_LIMITS_ENABLED: 'true',
      CARDEA_LIMITS_FACTOR_FAILURES: '12',
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
    },
  })
})
after(() => server?.close())

/** Posts a code as if from an address. */
async function guess(browser: Browser, page: Visit, code: string, ip: string): Promise<Response> {
  const body = new URLSearchParams({ ...hiddenFields(page.body), code })
  const headers = { 'x-forwarded-for': ip }
  return browser.fetch('/login/mfa', { method: 'POST', body, headers })
}

/** A device that signed in with both factors before. */
async function ownDevice(user: TestUser, codeAt: (moment: Date) => string): Promise<Browser> {
  const browser = server.browser()
  const page = await typePassword(browser, user)
  await post(browser, page, '/login/mfa', { code: codeAt(clock.now()) })
  assert.equal(await alive(browser), true)
  await browser.submit(await browser.open('/logout'), {})
  clock.advance(60)
  return browser
}

test('wrong codes make a stranger wait, tell the owner, and leave the device of the owner alone', async () => {
  const user = await server.user({ username: 'ada' })
  const app = await giveTotp(server, user)
  const owner = await ownDevice(user, app.codeAt)
  const stranger = server.browser()
  const page = await typePassword(stranger, user)
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await guess(stranger, page, '000000', '192.0.2.1')).status, 400)
  }
  const early = await guess(stranger, page, app.codeAt(clock.now()), '192.0.2.1')
  assert.equal(early.status, 429)
  assert.equal(early.headers.get('retry-after'), '1')
  assert.match(await early.text(), /role="alert"/)

  // Of the day, whatever the address and however long the waits.
  for (let i = 0; i < 7; i += 1) {
    clock.advance(61)
    const fresh = await typePassword(stranger, user)
    assert.equal((await guess(stranger, fresh, '000000', `198.51.100.${i}`)).status, 400)
  }
  clock.advance(3600)
  const late = await typePassword(stranger, user)
  const spent = await guess(stranger, late, app.codeAt(clock.now()), '203.0.113.5')
  assert.equal(spent.status, 429)
  assert.equal(await alive(stranger), false)

  const mine = await typePassword(owner, user)
  const end = await post(owner, mine, '/login/mfa', { code: app.codeAt(clock.now()) })
  assert.equal(end.url, `${server.url}/`)
  await server.app.queue.drain()
  const subjects = server.app.inbox.list().filter(({ to }) => to === user.email)
  assert.equal(subjects.filter(({ text }) => /wrong|failed|incorrect/i.test(text)).length, 1)
})

test('tries at one factor are counted apart from those at another', async () => {
  const user = await server.user({ username: 'bea' })
  const app = await giveTotp(server, user)
  const stranger = server.browser()
  for (let i = 0; i < 12; i += 1) {
    clock.advance(61)
    const page = await typePassword(stranger, user)
    assert.equal((await guess(stranger, page, '000000', `198.18.0.${i}`)).status, 400)
  }
  clock.advance(61)
  const page = await typePassword(stranger, user)
  assert.equal((await guess(stranger, page, app.codeAt(clock.now()), '198.18.0.99')).status, 429)
  const code = app.backupCodes[0] ?? ''
  const backup = { ...page, body: page.body.replaceAll('value="totp"', 'value="backup_code"') }
  assert.equal((await guess(stranger, backup, code, '198.18.0.99')).status, 303)
})

test('a device that was known before the factor was, guesses no longer than others in a day', async () => {
  const user = await server.user({ username: 'dora' })
  const thief = server.browser()
  await typePassword(thief, user)
  await thief.submit(await thief.open('/logout'), {})
  const app = await giveTotp(server, user)
  for (let i = 0; i < 12; i += 1) {
    clock.advance(61)
    const page = await typePassword(thief, user)
    assert.equal((await guess(thief, page, '000000', `198.19.0.${i}`)).status, 400)
  }
  clock.advance(3600)
  const page = await typePassword(thief, user)
  assert.equal((await guess(thief, page, app.codeAt(clock.now()), '198.19.0.99')).status, 429)
  assert.equal(await alive(thief), false)
  // Others have a count of their own.
  const owner = server.browser()
  const mine = await typePassword(owner, user)
  assert.equal((await guess(owner, mine, app.codeAt(clock.now()), '198.19.1.1')).status, 303)
})

test('the limit of an address holds for this step as well', async () => {
  const user = await server.user({ username: 'carla' })
  await giveTotp(server, user)
  const browser = server.browser()
  const page = await typePassword(browser, user)
  const statuses: number[] = []
  for (let i = 0; i < 80; i += 1) {
    const body = new URLSearchParams({ ...hiddenFields(page.body), factor: 'totp' })
    const headers = { 'x-forwarded-for': '203.0.113.77' }
    statuses.push(
      (await browser.fetch('/login/mfa/send', { method: 'POST', body, headers })).status,
    )
  }
  assert.equal(statuses[0], 200)
  assert.equal(statuses.at(-1), 429)
})
