import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, apiLogin, sessionCookie, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
let server: TestServer
let user: TestUser

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
})
after(() => server.close())

test('a sign-in is one transaction of five statements, with the device that it notes', async () => {
  const { username: identifier, password } = await server.user()
  const browser = server.browser()
  const { csrf = '' } = hiddenFields((await browser.open('/login')).body)
  server.statements()
  const body = new URLSearchParams({ csrf, identifier, password })
  await browser.fetch('/login', { method: 'POST', body })
  const told = server.statements()
  const inside = told.slice(told.findIndex((text) => /^\s*BEGIN/i.test(text)))
  assert.equal(inside.length, 5, told.join('\n'))
})

test('a sign-in from a new device is told by mail, from a known or the very first one not', async () => {
  const who = await server.user()
  const letters = async () => {
    await server.app.queue.drain()
    return server.app.inbox.list().filter(({ to }) => to === who.email)
  }
  const laptop = await signIn(server, who)
  await signIn(server, who, { browser: laptop })
  assert.equal((await letters()).length, 0)
  const phone = await signIn(server, who)
  await signIn(server, who, { browser: phone })
  const [letter, ...more] = await letters()
  assert.equal(more.length, 0)
  assert.ok(letter?.text.includes(`${server.url}/account/sessions`), letter?.text)
  assert.ok(letter?.text.includes('Firefox on Linux'))
  await apiLogin(server, who)
  await apiLogin(server, who)
  assert.equal((await letters()).length, 2, 'an application is a device of its own')
})

test('the device cookie outlives the session, is renewed, and is no session', async () => {
  const browser = await signIn(server, user)
  const device = browser.cookies.get('cardea_device') ?? ''
  assert.match(device, /^[\w-]{43}$/)
  await browser.submit(await browser.open('/logout'), {})
  assert.equal(browser.cookies.get('cardea_device'), device)
  await signIn(server, user, { browser: browser })
  assert.equal(browser.cookies.get('cardea_device'), device)
  const thief = server.browser()
  thief.cookies.set(sessionCookie, device)
  assert.equal(await alive(thief), false)
  const failed = server.browser()
  await failed.submit(await failed.open('/login'), { identifier: user.username, password: 'no' })
  assert.equal(failed.cookies.has('cardea_device'), false, 'only who signs in has one')
})
