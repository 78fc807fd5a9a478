import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from '../../src/db/index.ts'
import { listFactors } from '../../src/mfa/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { hiddenFields } from '../harness/browser.ts'
import { authorizePath, pkce } from '../harness/oauth.ts'
import { giveTotp, setPolicy, typePassword, waitingOf } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { apiLogin, callWith } from '../harness/signed-in.ts'

/**
 * What anybody may ask for. Every other route must turn away who has proved a password and owes the
 * second factor: a new route fails this test until it asks for a person or is listed here.
 */
const open: ReadonlySet<string> = new Set([
  'GET /health/live',
  'GET /health/started',
  'GET /health/ready',
  'GET /metrics',
  'GET /favicon.ico',
  // Clients prove themselves here, not people.
  'POST /oauth/token',
  'POST /oauth/introspect',
  'POST /oauth/revoke',
  'POST /oauth/device',
  'POST /oauth/backchannel',
  'GET /.well-known/openid-configuration',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/openid_configuration',
  'GET /.well-known/authzen-configuration',
  'GET /oauth/jwks',
  // Judged below: they lead to the sign-in or to the application, and tell who nobody is.
  'GET /oauth/authorize',
  'POST /oauth/authorize',
  'GET /oauth/authorize/resume',
  'GET /oauth/authorize/posted',
  'GET /oauth/logout',
  'POST /oauth/logout',
  'GET /oauth/logout/posted',
  'GET /oauth/session',
  'POST /oauth/register',
  'GET /',
  'GET /login',
  'POST /login',
  'POST /login/passkey',
  'GET /login/mfa',
  'POST /login/mfa',
  'POST /login/mfa/send',
  'GET /login/mfa/help',
  'GET /login/enrol',
  'POST /login/enrol/later',
  'POST /login/enrol/totp',
  'POST /login/enrol/email',
  'POST /login/enrol/passkey',
  'POST /login/enrol/totp/confirm',
  'POST /login/enrol/email/confirm',
  // The code of a device leads to the sign-in; test/rfc/rfc8628.test.ts judges what is behind it.
  'GET /device',
  'POST /device',
  'GET /device/confirm',
  'POST /device/confirm',
  'GET /device/done',
  'GET /logout',
  'POST /logout',
  'GET /logout/done',
  // Registration, recovery and the links of letters have proofs of their own.
  'GET /register',
  'POST /register',
  'GET /register/sent',
  'POST /register/code',
  'GET /register/confirm',
  'POST /register/confirm',
  'GET /forgot-password',
  'POST /forgot-password',
  'GET /forgot-password/sent',
  'GET /reset-password',
  'POST /reset-password',
  'GET /recover-factors',
  'POST /recover-factors',
  'GET /email/confirm',
  'POST /email/confirm',
  'GET /email/confirm/done',
  'GET /reactivate',
  'POST /reactivate',
  // Worth nothing without the link that an administrator was given.
  'GET /impersonation',
  'POST /impersonation',
  'GET /impersonation/over',
  'GET /setup',
  'POST /setup',
  'POST /api/v1/auth/login',
  'GET /api/v1/auth/challenge',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/mfa/challenge',
  'POST /api/v1/auth/mfa/verify',
  'POST /api/v1/auth/mfa/enrol',
  'POST /api/v1/auth/mfa/enrol/confirm',
  'POST /api/v1/auth/passkey/options',
  'POST /api/v1/auth/passkey',
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/register/confirm',
  'POST /api/v1/auth/forgot-password',
  'POST /api/v1/auth/reset-password',
  'POST /api/v1/auth/confirm-email',
  'POST /api/v1/auth/reactivate',
])
/** What speaks JSON. */
const isData = (path: string) => /^\/(api|access|oauth\/register|\.well-known\/authzen)/.test(path)
const isOpen = (route: string) => open.has(route) || route.startsWith('GET /assets/')

let server: TestServer
let user: TestUser
const routes: string[] = []
/** A body that each route can read, so that it is the caller whom it refuses. */
const bodies = new Map<string, string>()

before(async () => {
  server = await testServer({
    onServer: async (http) => {
      http.addHook('onRoute', ({ method, url, schema }) => {
        for (const one of [method].flat().filter((name) => name !== 'HEAD')) {
          routes.push(`${one} ${url}`)
          bodies.set(
            `${one} ${url}`,
            JSON.stringify(sampleOf(schema?.body as Schema | undefined) ?? {}),
          )
        }
      })
    },
  })
})
after(() => server?.close())
beforeEach(async () => {
  await setPolicy(server, {})
  user = await server.user()
})

type Half = { readonly browser: Browser; readonly page: Visit; readonly secret: string }

/** Somebody who has proved the password in a browser, on the way to an application. */
async function half(): Promise<Half> {
  const browser = server.browser()
  const client = await server.client({ require_consent: false })
  const page = await typePassword(browser, user, { at: authorizePath(client, pkce()) })
  return { browser, page, secret: waitingOf(page) }
}

/** Calls a route by the cookies of the browser, with its form secrets, as our own page would. */
async function callBy({ browser, page, secret }: Half, route: string): Promise<Response> {
  const [method = '', url = ''] = route.split(' ')
  const path = url.replace(':kind', 'totp').replaceAll(/:\w+/g, user.id)
  const headers = { 'sec-fetch-site': 'same-origin' }
  if (method === 'GET') {
    // The API refuses parameters that it does not know, whoever sends them.
    if (isData(path)) return browser.fetch(path, { headers })
    const { flow = '' } = hiddenFields(page.body)
    return browser.fetch(`${path}?${new URLSearchParams({ signin: secret, flow })}`, { headers })
  }
  if (!isData(path)) {
    const fields = { ...hiddenFields(page.body), signin: secret, account: user.id }
    return browser.fetch(path, { method, headers, body: new URLSearchParams(fields) })
  }
  const json = { ...headers, 'content-type': 'application/json' }
  return browser.fetch(path, { method, headers: json, body: bodies.get(route) ?? '{}' })
}

async function callByToken(token: string, route: string): Promise<number> {
  const [method = '', url = ''] = route.split(' ')
  const path = url.replace(':kind', 'totp').replaceAll(/:\w+/g, user.id)
  const headers = { authorization: `Bearer ${token}` }
  const isApi = isData(path)
  const isBodiless = method === 'GET' || method === 'HEAD'
  const answer = await fetch(server.url + path, {
    method,
    headers: isBodiless || !isApi ? headers : { ...headers, 'content-type': 'application/json' },
    ...(!isBodiless && { body: isApi ? (bodies.get(route) ?? '{}') : new URLSearchParams() }),
    redirect: 'manual',
  })
  await answer.arrayBuffer()
  return answer.status
}

/** A page leads to the sign-in; the API and the protocol say 401 or 403. */
function assertTurnedAway(route: string, { status, headers }: Response): void {
  const location = headers.get('location')
  if (location === null) {
    assert.ok([401, 403].includes(status), `${route}: ${status}`)
  } else {
    const { pathname } = new URL(location, server.url)
    assert.equal(pathname, '/login', `${route} leads to ${location}`)
  }
}

async function assertNobodyIsIn(): Promise<void> {
  const sessions = await server.app.db.many(sql`SELECT 1 FROM sessions WHERE user_id = ${user.id}`)
  assert.equal(sessions.length, 0)
}

test('the list of open routes has none that is gone', () => {
  const known = new Set(routes)
  assert.deepEqual(
    [...open].filter((route) => !known.has(route)),
    [],
  )
})

test('who has proved the password only is turned away by everything that asks for a person', async () => {
  await giveTotp(server, user)
  const before = await listFactors(server.app, user.id)
  const someone = await half()
  for (const route of routes.filter((one) => !isOpen(one))) {
    const answer = await callBy(someone, route)
    assertTurnedAway(route, answer)
    await answer.arrayBuffer()
  }
  await assertNobodyIsIn()
  assert.deepEqual(await listFactors(server.app, user.id), before)
})

test('no open route makes a session of half a sign-in, or shows whose it is', async () => {
  await giveTotp(server, user)
  const before = await listFactors(server.app, user.id)
  const someone = await half()
  for (const route of routes.filter(isOpen)) {
    const answer = await callBy(someone, route)
    const body = await answer.text()
    assert.ok(
      !answer.headers.getSetCookie().some((one) => one.startsWith('cardea_session=')),
      route,
    )
    assert.ok(!body.includes(user.email ?? 'x'), route)
    assert.doesNotMatch(answer.headers.get('location') ?? '', /[?&]code=/, route)
  }
  await assertNobodyIsIn()
  assert.deepEqual(await listFactors(server.app, user.id), before)
})

test('who still has to set up a factor is nobody either', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 0 })
  const someone = await half()
  for (const route of routes.filter((one) => !isOpen(one))) {
    const answer = await callBy(someone, route)
    assertTurnedAway(route, answer)
    await answer.arrayBuffer()
  }
  await assertNobodyIsIn()
})

test('the secret of a waiting sign-in is no token, whether of a browser or of an application', async () => {
  await giveTotp(server, user)
  const { secret } = await half()
  const login = { identifier: user.username, password: user.password }
  const asked = await callWith(server, 'POST /auth/login', { body: login })
  const tokens = [secret, ...secretsIn(asked.body)]
  assert.ok(tokens.length > 1, JSON.stringify(asked.body))
  const needPerson = routes.filter(
    (one) => !isOpen(one) && (one.includes(' /api/') || one.includes('/userinfo')),
  )
  for (const token of tokens) {
    for (const route of needPerson) {
      const status = await callByToken(token, route)
      assert.ok([401, 403].includes(status), `${route}: ${status}`)
    }
  }
  await assertNobodyIsIn()
})

test('the waiting sign-in of an application is worth nothing in a browser, nor the other way round', async () => {
  await giveTotp(server, user)
  const { browser, secret } = await half()
  const login = { identifier: user.username, password: user.password }
  const asked = await callWith(server, 'POST /auth/login', { body: login })
  for (const token of secretsIn(asked.body)) {
    const page = await browser.open(`/login/mfa?signin=${token}`)
    assert.equal(page.url, `${server.url}/login`)
  }
  const body = { mfa_token: secret, factor: 'totp', code: '000000' }
  const answer = await callWith(server, 'POST /auth/mfa/verify', { body })
  assert.equal(answer.body.code === 'invalid_factor', false)
  assert.ok(answer.status >= 400)
})

test('nothing of a first proof reaches an application', async () => {
  const answer = await apiLogin(server, await withTotp())
  assert.equal(answer.access_token, undefined)
  assert.equal(answer.refresh_token, undefined)
  await assertNobodyIsIn()
})

async function withTotp(): Promise<TestUser> {
  await giveTotp(server, user)
  return user
}

/** What looks like a secret of ours. */
function secretsIn(body: object): string[] {
  return [...JSON.stringify(body).matchAll(/"([\w-]{43})"/g)].map(([, secret = '']) => secret)
}

type Schema = {
  readonly const?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly minProperties?: number
  readonly anyOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

/** The least value that fits a JSON schema of ours. */
function sampleOf(schema: Schema | undefined): unknown {
  if (schema?.examples !== undefined) return schema.examples[0]
  if (schema === undefined || schema.const !== undefined) return schema?.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0])
  const { type, properties = {}, required = [], minProperties = 0 } = schema
  if (type === 'string') {
    if (schema.format === 'uuid') return '00000000-0000-7000-8000-000000000000'
    if (schema.pattern === '^[0-9]{6}$') return '000000'
    return 'x'.repeat(Math.max(1, schema.minLength ?? 1))
  }
  if (type === 'integer' || type === 'number') return 1
  if (type === 'boolean') return true
  if (type === 'array') return []
  const least = Object.keys(properties).slice(0, minProperties)
  const names = new Set([...required, ...(required.length < minProperties ? least : [])])
  return Object.fromEntries([...names].map((name) => [name, sampleOf(properties[name])]))
}
