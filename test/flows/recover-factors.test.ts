import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { accountCore } from '../../src/accounts.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { startFactorRecovery } from '../../src/identity/index.ts'
import { listFactors } from '../../src/mfa/index.ts'
import { hiddenFields } from '../harness/browser.ts'
import { giveTotp, post, typePassword } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'
import { alive, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer

before(async () => {
  server = await testServer({ clock })
})
after(() => server?.close())
beforeEach(() => clock.advance(60))

/** The path of the link that an administrator has sent to somebody. */
async function linkFor(user: TestUser): Promise<string> {
  const core = accountCore(server.config, masterKey, server.app)
  const origin = { ip: '192.0.2.1', requestId: 'r-1' }
  const { email } = user
  assert.ok(email)
  await startFactorRecovery(core, { user, email, startedBy: 'system' }, { origin, locale: 'en' })
  await server.app.queue.drain()
  const letter = server.app.inbox
    .list()
    .find(({ to, text }) => to === email && /recover-f/.test(text))
  const token = /recover-factors\?token=([\w-]+)/.exec(letter?.text ?? '')?.[1]
  return `/recover-factors?token=${token}`
}
const factorsOf = (user: TestUser) => listFactors(server.app, user.id)

test('link and password together take the factors away, end the sessions and ask for a new factor', async () => {
  const user = await server.user()
  const inside = await signIn(server, user)
  await giveTotp(server, user)
  const browser = server.browser()
  const page = await browser.open(await linkFor(user))
  assert.equal(page.status, 200)
  assert.match(page.body, new RegExp(`<bdi>${user.username}</bdi>`))
  const end = await post(browser, page, '/recover-factors', { password: user.password })
  assert.equal(end.url, `${server.url}/login?notice=factors-reset`)
  assert.match(end.body, /Your second factors are gone/)
  assert.deepEqual(await factorsOf(user), [])
  assert.equal(await alive(browser), false)
  assert.equal(await alive(inside), false)
  const [entry] = await server.app.db.many<{ actor: string }>(sql`
    SELECT actor FROM audit_log WHERE action = 'mfa.recover' AND resource = ${`user:${user.id}`}`)
  assert.equal(entry?.actor, `user:${user.id}`)
  const choice = await typePassword(browser, user)
  assert.equal(new URL(choice.url).pathname, '/login/enrol')
})

test('following the link changes nothing, and a wrong password leaves it as it is', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const link = await linkFor(user)
  const browser = server.browser()
  for (let i = 0; i < 3; i += 1) {
    const page = await browser.open(link)
    const refused = await post(browser, page, '/recover-factors', { password: 'not the password' })
    assert.equal(refused.status, 400)
    assert.match(refused.body, /The password is not correct/)
  }
  assert.ok((await factorsOf(user)).length > 0)
  const page = await browser.open(link)
  await post(browser, page, '/recover-factors', { password: user.password })
  assert.deepEqual(await factorsOf(user), [])
  const again = await browser.open(link)
  assert.equal(again.status, 400)
  assert.match(again.body, /This link is not valid any more/)
})

test('the link of one person and the password of another take nothing away', async () => {
  const [ada, eve] = [
    await server.user(),
    await server.user({ password: 'tulip harbour seventeen' }),
  ]
  await giveTotp(server, ada)
  await giveTotp(server, eve)
  const browser = server.browser()
  const page = await browser.open(await linkFor(ada))
  const refused = await post(browser, page, '/recover-factors', { password: eve.password })
  assert.equal(refused.status, 400)
  assert.ok((await factorsOf(ada)).length > 0)
  assert.ok((await factorsOf(eve)).length > 0)
})

test('a link that is too old, made up or missing opens nothing', async () => {
  const user = await server.user()
  const link = await linkFor(user)
  const browser = server.browser()
  assert.equal((await browser.open('/recover-factors')).status, 400)
  assert.equal((await browser.open('/recover-factors?token=made-up')).status, 400)
  const page = await browser.open(link)
  clock.advance(86_401)
  const late = await post(browser, page, '/recover-factors', { password: user.password })
  assert.equal(late.status, 400)
  assert.match(late.body, /This link is not valid any more/)
})

test('of 50 that follow one link with the password at once, one takes the factors away', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const browser = server.browser()
  const page = await browser.open(await linkFor(user))
  const fields = { ...hiddenFields(page.body), password: user.password }
  const body = new URLSearchParams(fields).toString()
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', body, headers, redirect: 'manual' } as const
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => fetch(`${server.url}/recover-factors`, init)),
  )
  assert.equal(answers.filter(({ status }) => status === 303).length, 1)
  const entries = await server.app.db.many(sql`
    SELECT 1 FROM audit_log WHERE action = 'mfa.recover' AND resource = ${`user:${user.id}`}`)
  assert.equal(entries.length, 1)
})
