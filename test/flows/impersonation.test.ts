import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Browser } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { postJson } from '../harness/json.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, call, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const reason = 'Ticket 4711: nothing works'
const routes: { readonly method: string; readonly url: string }[] = []
let server: TestServer
let admin: Awaited<ReturnType<typeof administrator>>

before(async () => {
  server = await testServer({
    clock,
    env: { CARDEA_ADMIN_IMPERSONATION: 'true' },
    onServer: async (http) => {
      http.addHook('onRoute', ({ method, url }) => {
        for (const name of [method].flat()) routes.push({ method: name, url })
      })
    },
  })
  admin = await administrator('root', 'admin')
})
after(() => server?.close())

async function administrator(username: string, role: string) {
  const user = await server.user({ username, profile: { name: 'Ada Ministra' } })
  await assignRole(server.app.db, user.id, role, clock.now())
  const sign = async () => {
    const login = { identifier: username, password: user.password }
    return (await postJson(`${server.url}/api/v1/auth/login`, login)).body.access_token as string
  }
  const send = async (method: string, at: string, input?: object) =>
    postJson(`${server.url}/api/v1/admin${at}`, input, { method, token: await sign() })
  return { user, send }
}

async function prepare(person: TestUser, input: object = { reason }, by = admin) {
  return by.send('POST', `/users/${person.id}/impersonate`, input)
}

/** A browser in which an administrator sees the account of a person. */
async function seen(person: TestUser, input?: object): Promise<{ browser: Browser; id: string }> {
  const { status, body } = await prepare(person, input)
  assert.equal(status, 201, JSON.stringify(body))
  const browser = server.browser()
  const page = await browser.open(body.link)
  assert.match(page.body, /Ticket 4711/)
  const done = await browser.submit(page, {})
  assert.match(done.url, /\/account$/)
  return { browser, id: body.id }
}

const entries = (action: string) =>
  server.app.db.many<{
    actor: string
    onBehalfOf: string | null
    details: Record<string, unknown>
  }>(sql`SELECT actor, on_behalf_of, details FROM audit_log WHERE action = ${action} ORDER BY seq`)

test('an administrator sees the account as its person does, under a banner, and leaves it', async () => {
  const person = await server.user({ username: 'pia', profile: { name: 'Pia Person' } })
  const { browser, id } = await seen(person)
  for (const path of [
    '/account',
    '/account/profile',
    '/account/security',
    '/account/sessions',
    '/',
    '/login',
    '/logout',
  ]) {
    const { body } = await browser.open(path)
    assert.match(body, /You see this as <strong><bdi>Pia Person<\/bdi><\/strong>/, path)
  }
  const { body: other } = await server.browser().open('/login')
  assert.doesNotMatch(other, /You see this as/)
  const cookie = browser.cookies.get('cardea_session')
  const listed = await admin.send('GET', `/impersonations?user_id=${person.id}`)
  assert.deepEqual([listed.body.items[0].state, listed.body.items[0].reason], ['running', reason])
  const page = await browser.open('/account')
  const end = new URLSearchParams({ csrf: hiddenFields(page.body).csrf ?? '' })
  const left = await browser.fetch('/impersonation/end', { method: 'POST', body: end })
  assert.equal(left.status, 303)
  assert.ok(cookie)
  assert.equal(await alive(browser), false)
  const [start] = await entries('impersonation.start')
  assert.equal(start?.actor, `user:${admin.user.id}`)
  assert.equal(start?.details.reason, reason)
  const [over] = await entries('impersonation.end')
  assert.deepEqual(
    [over?.actor, over?.onBehalfOf, over?.details.impersonation],
    [`user:${admin.user.id}`, null, id],
  )
  assert.equal((await admin.send('GET', '/impersonations')).body.items[0].state, 'over')
})

test('the person is told: by a letter, on the list of sessions and on the security page', async () => {
  const person = await server.user({ username: 'quinn' })
  const own = await signIn(server, person)
  await seen(person)
  await server.app.queue.drain()
  const letter = server.app.inbox
    .list()
    .find(({ to, subject }) => to === person.email && /administrator/.test(subject))
  assert.match(letter?.text ?? '', /Ada Ministra/)
  assert.match(letter?.text ?? '', /Ticket 4711/)
  assert.match(
    (await own.open('/account/sessions')).body,
    /An administrator sees your account here/,
  )
  assert.match(
    (await own.open('/account/security')).body,
    /Ada Ministra saw your account on .*Ticket 4711/,
  )
  const { body } = await call(own, 'GET /users/me/sessions')
  const sessions = body.sessions as unknown as { id: string; impersonated: boolean }[]
  const theirs = sessions.find(({ impersonated }) => impersonated)
  assert.equal((await call(own, `DELETE /users/me/sessions/${theirs?.id}`)).status, 204)
  const { items } = (await admin.send('GET', `/impersonations?user_id=${person.id}`)).body
  assert.equal(items[0].state, 'over')
})

test('what decides who gets into the account stays with the person, on pages and by the API', async () => {
  const person = await server.user({ username: 'rosa' })
  const { browser } = await seen(person)
  const { csrf = '' } = hiddenFields((await browser.open('/account/profile')).body)
  const posts = routes.filter(({ method, url }) => method === 'POST' && url.startsWith('/account'))
  assert.ok(posts.length > 20, String(posts.length))
  const password = person.password
  for (const { url } of posts.filter((post) => post.url !== '/account/profile')) {
    const fields = { csrf, account: person.id, password, current_password: password }
    const body = new URLSearchParams(fields)
    const answer = await browser.fetch(url, { method: 'POST', body })
    assert.equal(answer.status, 403, url)
    assert.match(await answer.text(), /while you see the account of somebody else/, url)
  }
  for (const path of ['/login/mfa', '/login/enrol']) {
    assert.equal((await browser.open(path)).status, 403, path)
  }
  const administration = routes.filter(({ url }) => url.startsWith('/api/v1/admin'))
  for (const { method, url } of administration.filter((route) => route.method !== 'HEAD')) {
    const path = url.replaceAll(/:\w+/g, person.id).replace('/api/v1', '')
    const answer = await call(browser, `${method} ${path}`)
    assert.deepEqual([answer.status, answer.body.code], [403, 'impersonated'], `${method} ${url}`)
  }
  const calls: [what: string, body: object][] = [
    [
      'PUT /users/me/password',
      { current_password: person.password, password: 'tulip harbour seventeen' },
    ],
    ['PUT /users/me/username', { username: 'mine' }],
    ['POST /users/me/email', { email: 'mine@example.org' }],
    ['DELETE /users/me', {}],
    ['POST /users/me/api-keys', { name: 'mine', scopes: ['cardea.user:read'] }],
    ['POST /users/me/sessions/end-others', {}],
    ['POST /auth/reauthenticate', { password: person.password }],
  ]
  for (const [what, body] of calls) {
    const answer = await call(browser, what, body)
    assert.equal(answer.status, 403, what)
    assert.equal(answer.body.code, 'impersonated', what)
  }
  assert.equal((await call(browser, 'GET /users/me')).status, 200)
  const user = await server.app.db.maybe<{ username: string; email: string }>(
    sql`SELECT username, email FROM users WHERE id = ${person.id}`,
  )
  assert.deepEqual(user, { username: 'rosa', email: person.email })
})

test('what is done in it is done by the administrator, on behalf of the person', async () => {
  const person = await server.user({ username: 'sven' })
  const { browser } = await seen(person)
  const page = await browser.open('/account/profile')
  const form = hiddenFields(page.body)
  const body = new URLSearchParams({ ...form, nickname: 'Svenny', name: 'Sven' })
  const saved = await browser.fetch('/account/profile', { method: 'POST', body })
  assert.equal(saved.status, 303)
  const entry = (await entries('user.update')).at(-1)
  assert.equal(entry?.actor, `user:${admin.user.id}`)
  assert.equal(entry?.onBehalfOf, `user:${person.id}`)
})

test('nobody administers, signs in or goes to an application as somebody else', async () => {
  const person = await server.user({ username: 'tara' })
  await assignRole(server.app.db, person.id, 'support', clock.now())
  server.app.access.changed()
  const { browser } = await seen(person)
  const answer = await call(browser, 'GET /admin/users')
  assert.deepEqual([answer.status, answer.body.code], [403, 'impersonated'])
  const client = await server.client()
  for (const prompt of ['none', 'login', undefined]) {
    const { location } = await redirect(browser, authorizePath(client, pkce(), { prompt }))
    assert.match(location, /error=access_denied/, String(prompt))
  }
  const { csrf = '' } = hiddenFields((await browser.open('/login')).body)
  const fields = { csrf, identifier: 'root', password: admin.user.password }
  const login = await browser.fetch('/login', { method: 'POST', body: new URLSearchParams(fields) })
  assert.equal(login.status, 403)
})

async function redirect(browser: Browser, url: string) {
  const answer = await browser.fetch(url)
  return { status: answer.status, location: answer.headers.get('location') ?? '' }
}

test('a link opens one session, however many try at once, and only for a minute', async () => {
  const person = await server.user({ username: 'ulla' })
  const { body } = await prepare(person)
  const pages = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const browser = server.browser()
      return { browser, page: await browser.open(body.link) }
    }),
  )
  const answers = await Promise.all(
    pages.map(({ browser, page }) =>
      browser.fetch('/impersonation', {
        method: 'POST',
        body: new URLSearchParams(hiddenFields(page.body)),
      }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 303).length, 1)
  assert.ok(answers.every(({ status }) => status === 303 || status === 400))
  const late = await prepare(person)
  clock.advance(61)
  assert.equal((await server.browser().open(late.body.link)).status, 400)
})

test('it ends after its minutes, at once when somebody says so, and with the rights of the administrator', async () => {
  const person = await server.user({ username: 'vera' })
  const short = await seen(person, { reason, minutes: 2 })
  assert.equal(await alive(short.browser), true)
  clock.advance(119)
  assert.equal(await alive(short.browser), true)
  clock.advance(2)
  assert.equal(await alive(short.browser), false)
  const stopped = await seen(person)
  const end = () => admin.send('POST', `/impersonations/${stopped.id}/end`)
  const ends = await Promise.all(Array.from({ length: 5 }, end))
  assert.deepEqual(
    ends.map(({ status }) => status).toSorted((a, b) => a - b),
    [204, 404, 404, 404, 404],
  )
  assert.equal(await alive(stopped.browser), false)
  const waiting = await prepare(person)
  await admin.send('POST', `/impersonations/${waiting.body.id}/end`)
  assert.equal((await server.browser().open(waiting.body.link)).status, 400)
  const helper = await administrator('helper', 'admin')
  const { body } = await prepare(person, { reason }, helper)
  const browser = server.browser()
  await browser.submit(await browser.open(body.link), {})
  assert.equal(await alive(browser), true)
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${helper.user.id}`)
  assert.equal(await alive(browser), false)
})

test('who lacks the permission, is outranked, or asks for too much is refused', async () => {
  const person = await server.user({ username: 'wanda' })
  const support = await administrator('support', 'support')
  const owner = await administrator('boss', 'owner')
  assert.equal((await prepare(person, { reason }, support)).status, 403)
  assert.equal((await prepare(owner.user)).status, 403)
  assert.equal((await prepare(admin.user)).body.code, 'own_account')
  assert.equal((await prepare(person, { reason, minutes: 61 })).status, 400)
  assert.equal((await prepare(person, {})).status, 400)
  const late = await prepare(person)
  await server.app.db.run(sql`DELETE FROM role_assignments WHERE user_id = ${admin.user.id}`)
  server.app.access.changed()
  assert.equal((await server.browser().open(late.body.link)).status, 400)
  await assignRole(server.app.db, admin.user.id, 'admin', clock.now())
  server.app.access.changed()
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${person.id}`)
  assert.equal((await prepare(person)).body.code, 'not_active')
})

test('it is off unless the operator turns it on', async () => {
  const plain = await testServer({ clock })
  try {
    const root = await plain.user({ username: 'root' })
    await assignRole(plain.app.db, root.id, 'owner', clock.now())
    const person = await plain.user({ username: 'xena' })
    const login = { identifier: 'root', password: root.password }
    const token = (await postJson(`${plain.url}/api/v1/auth/login`, login)).body.access_token
    const at = `${plain.url}/api/v1/admin/users/${person.id}/impersonate`
    assert.equal((await postJson(at, { reason }, { token })).body.code, 'impersonation_off')
  } finally {
    await plain.close()
  }
})
