import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { URI } from 'otpauth'
import { addSeconds, manualClock, sha256 } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { rememberDevice } from '../../src/mfa/index.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import type { Browser } from '../harness/browser.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestAuthenticator } from '../harness/mfa.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { sessionCookie, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const fresh = 15 * 60
const own = '/users/me/mfa'
const nobody = '00000000-0000-7000-8000-000000000000'
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})
afterEach(() => setPolicy(server, {}))

type Caller = (what: string, body?: object) => Promise<JsonAnswer>

/** Calls by a token: 'GET /users/me'. */
const by = (token?: string): Caller => {
  return (what, body) => {
    const [method = 'GET', path = ''] = what.split(' ')
    const url = `${server.url}/api/v1${path}`
    return postJson(url, body, { method, ...(token !== undefined && { token }) })
  }
}

/** Calls from our own pages, by the cookies of a browser. */
const from = (browser: Browser, origin = server.url): Caller => {
  return async (what, body) => {
    const [method = 'GET', path = ''] = what.split(' ')
    const json = body !== undefined && { 'content-type': 'application/json' }
    const init = { method, headers: { origin, ...json } }
    const answer = await browser.fetch(`/api/v1${path}`, {
      ...init,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const read: unknown = text === '' ? undefined : JSON.parse(text)
    return { status: answer.status, body: read, headers: answer.headers }
  }
}

async function login({ username: identifier, password }: TestUser): Promise<Caller> {
  const { status, body } = await by()('POST /auth/login', { identifier, password })
  assert.equal(status, 200, JSON.stringify(body))
  return by(body.access_token)
}

/** Signs in with both factors. */
async function loginWith(user: TestUser, app: TestAuthenticator): Promise<Caller> {
  const { username: identifier, password } = user
  const { mfa_token } = (await by()('POST /auth/login', { identifier, password })).body
  const code = app.codeAt(clock.now())
  const attempt = { mfa_token, factor: 'totp', code }
  const { status, body } = await by()('POST /auth/mfa/verify', attempt)
  assert.equal(status, 200, JSON.stringify(body))
  return by(body.access_token)
}

async function protectedUser() {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const call = await loginWith(user, app)
  clock.advance(30)
  return { user, app, call }
}

function refused(answer: JsonAnswer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body?.code], [status, code], JSON.stringify(answer.body))
}

const enrolments = `POST ${own}/enrolments`

/** Sets an authenticator app up, and gives the answer with what it shows. */
async function enrolTotp(call: Caller, more: object = {}) {
  const offer = await call(enrolments, { factor: 'totp' })
  assert.equal(offer.status, 201, JSON.stringify(offer.body))
  const { id, uri } = offer.body
  const codeAt = (moment: Date) => URI.parse(uri).generate({ timestamp: moment.getTime() })
  const body = { factor: 'totp', id, code: codeAt(clock.now()), ...more }
  return { id, codeAt, confirm: () => call(`${enrolments}/confirm`, body) }
}

/** Sets a passkey up. */
async function enrolPasskey(call: Caller, backupEligible = true) {
  const key = createAuthenticator({ origin: server.url, backupEligible })
  const { status, body } = await call(enrolments, { factor: 'passkey' })
  assert.equal(status, 201, JSON.stringify(body))
  const credential = key.create(body.options)
  const done = await call(`${enrolments}/confirm`, { factor: 'passkey', credential, name: 'Key' })
  return { key, done }
}

test('who has no factor sees what may be set up', async () => {
  const call = await login(await server.user())
  const { status, body } = await call(`GET ${own}`)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    level: 1,
    mode: 'optional',
    enrolment_due: null,
    factors: [],
    backup_codes: { remaining: 0, total: 0, expires_at: null, used: [] },
    remembered_devices: 0,
    allowed: ['passkey', 'totp'],
  })
})

test('a factor that is owed says until when', async () => {
  const call = await login(await server.user())
  await setPolicy(server, { mode: 'required', enrolment_grace: 3600 })
  const due = addSeconds(clock.now(), 3600).toISOString()
  assert.equal((await call(`GET ${own}`)).body.enrolment_due, due)
  await setPolicy(server, { mode: 'required', enrolment_grace: 0 })
  assert.equal((await call(`GET ${own}`)).body.enrolment_due, clock.now().toISOString())
})

test('an authenticator is set up with its backup codes, and the session goes on', async () => {
  const call = await login(await server.user())
  const { id, confirm } = await enrolTotp(call, { name: 'My phone' })
  const done = await confirm()
  assert.equal(done.status, 201, JSON.stringify(done.body))
  const factor = {
    id,
    kind: 'totp',
    name: 'My phone',
    created_at: clock.now().toISOString(),
    last_used_at: null,
  }
  assert.deepEqual(done.body.factor, factor)
  assert.equal(done.body.backup_codes.length, 10)
  const seen = (await call(`GET ${own}`)).body
  assert.deepEqual([seen.level, seen.factors], [2, [factor]])
  assert.deepEqual([seen.backup_codes.remaining, seen.backup_codes.total], [10, 10])
  const second = await (await enrolTotp(call)).confirm()
  assert.equal(second.status, 201, 'the session has two factors now')
  assert.equal('backup_codes' in second.body, false)
})

test('RFC 9470 §3: a session of one factor is told which level and which age would do', async () => {
  const user = await server.user()
  const [mine, other] = [await login(user), await login(user)]
  await (await enrolTotp(mine)).confirm()
  const answer = await other(`POST ${own}/backup-codes`)
  refused(answer, 401, 'insufficient_user_authentication')
  const challenge = answer.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer error="insufficient_user_authentication", /)
  assert.match(challenge, /, acr_values="urn:cardea:aal2", max_age=900$/)
  assert.equal((await mine(`POST ${own}/backup-codes`)).status, 200)
})

test('RFC 9470 §3: without a second factor only the age of the proof matters', async () => {
  const call = from(await signIn(server, await server.user()))
  clock.advance(fresh - 1)
  assert.equal((await call(enrolments, { factor: 'totp' })).status, 201)
  clock.advance(1)
  const answer = await call(enrolments, { factor: 'totp' })
  refused(answer, 401, 'insufficient_user_authentication')
  const challenge = answer.headers.get('www-authenticate') ?? ''
  assert.doesNotMatch(challenge, /acr_values/)
  assert.match(challenge, /, max_age=900$/)
})

test('ASVS 7.2.4: a browser gets a new session with its first factor', async () => {
  const browser = await signIn(server, await server.user())
  const call = from(browser)
  const before = browser.cookies.get(sessionCookie)
  assert.equal((await (await enrolTotp(call)).confirm()).status, 201)
  assert.notEqual(browser.cookies.get(sessionCookie), before)
  assert.equal((await call(`POST ${own}/backup-codes`)).status, 200)
  const evil = from(browser, 'https://evil.example')
  refused(await evil(`POST ${own}/backup-codes`), 403, 'cross_site')
})

test('a passkey is set up, and tells what it is', async () => {
  const call = await login(await server.user())
  const { done } = await enrolPasskey(call)
  assert.equal(done.status, 201, JSON.stringify(done.body))
  const { id, created_at: _, ...rest } = done.body.factor
  assert.match(id, /^[0-9a-f-]{36}$/)
  assert.deepEqual(rest, {
    kind: 'passkey',
    name: 'Key',
    last_used_at: null,
    passkey: {
      backup_eligible: true,
      backed_up: false,
      aaguid: '00000000-0000-0000-0000-000000000000',
      attestation: 'none',
      transports: ['internal'],
      suspended: false,
    },
  })
})

test('an answer that proves nothing sets nothing up', async () => {
  const user = await server.user()
  const [call, other] = [await login(user), await login(user)]
  const offer = await enrolTotp(call, { code: '000' })
  refused(await offer.confirm(), 400, 'invalid_code')
  const confirm = `${enrolments}/confirm`
  refused(await call(confirm, { factor: 'passkey', credential: {} }), 400, 'invalid_passkey')
  const key = createAuthenticator({ origin: server.url })
  const { options } = (await call(enrolments, { factor: 'passkey' })).body
  const credential = key.create(options)
  const stolen = await other(confirm, { factor: 'passkey', credential })
  refused(stolen, 400, 'invalid_passkey')
  refused(await call(enrolments, { factor: 'email_code' }), 400, 'factor_not_available')
  refused(await call(enrolments, { factor: 'backup_code' }), 400, 'invalid_request')
  assert.deepEqual((await call(`GET ${own}`)).body.factors, [])
})

test('of 50 confirmations at once one sets the factor up', async () => {
  const call = await login(await server.user())
  const { confirm } = await enrolTotp(call)
  const answers = await Promise.all(Array.from({ length: 50 }, confirm))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.equal((await call(`GET ${own}`)).body.factors.length, 1)
})

test('a sixth authenticator is one too many', async () => {
  const call = await login(await server.user())
  for (let i = 0; i < 5; i += 1) assert.equal((await (await enrolTotp(call)).confirm()).status, 201)
  refused(await call(enrolments, { factor: 'totp' }), 409, 'too_many_factors')
})

test('a mailed code is a factor where the policy says so, and goes by the address', async () => {
  await setPolicy(server, { factors: ['totp', 'email_code'] })
  const user = await server.user()
  const call = await login(user)
  const offer = await call(enrolments, { factor: 'email_code' })
  assert.deepEqual(offer.body, { factor: 'email_code', sent_to: 'p…@example.com' })
  const { code } = await mailbox.next(user.email ?? '', 'code')
  const done = await call(`${enrolments}/confirm`, { factor: 'email_code', code })
  assert.equal(done.status, 201, JSON.stringify(done.body))
  assert.equal(done.body.factor.name, user.email)
  const { factors, allowed } = (await call(`GET ${own}`)).body
  assert.deepEqual([factors[0].id, factors[0].name], [user.id, user.email])
  assert.deepEqual(allowed, ['totp', 'email_code'])
  refused(await call(enrolments, { factor: 'email_code' }), 409, 'too_many_factors')
  assert.equal((await call(`DELETE ${own}/factors/email_code/${user.id}`)).status, 204)
})

test('a factor is renamed', async () => {
  const { app, call } = await protectedUser()
  const path = `PATCH ${own}/factors/totp/${app.id}`
  assert.equal((await call(path, { name: ' Tablet ' })).status, 204)
  assert.equal((await call(`GET ${own}`)).body.factors[0].name, 'Tablet')
  for (const name of ['   ', 'x'.repeat(65), 'a\u0000b']) {
    assert.equal((await call(path, { name })).status, 400, name)
  }
})

test('ASVS 8.2.2: the factor of somebody else is as unknown as one that never was', async () => {
  const [ada, eve] = [await protectedUser(), await protectedUser()]
  const ids = [ada.app.id, nobody, 'x', "' OR 1=1--", ada.user.id].map(encodeURIComponent)
  for (const id of ids) {
    for (const kind of ['totp', 'passkey', 'email_code', 'backup_code', 'emergency_code', 'x']) {
      const path = `${own}/factors/${kind}/${id}`
      refused(await eve.call(`DELETE ${path}`), 404, 'not_found')
      refused(await eve.call(`PATCH ${path}`, { name: 'Mine' }), 404, 'not_found')
    }
  }
  const { factors } = (await ada.call(`GET ${own}`)).body
  assert.deepEqual(
    factors.map(({ name }: { name: string }) => name),
    ['Authenticator'],
  )
})

test('with the last factor go the backup codes and the remembered devices', async () => {
  const { user, app, call } = await protectedUser()
  await rememberDevice(server.app.db, {
    userId: user.id,
    digest: sha256('a browser'),
    userAgent: null,
    now: clock.now(),
    until: addSeconds(clock.now(), 86_400),
  })
  const before = (await call(`GET ${own}`)).body
  assert.deepEqual([before.backup_codes.remaining, before.remembered_devices], [10, 1])
  assert.equal((await call(`DELETE ${own}/factors/totp/${app.id}`)).status, 204)
  const left = (await call(`GET ${own}`)).body
  assert.deepEqual([left.level, left.factors, left.remembered_devices], [1, [], 0])
  assert.equal(left.backup_codes.total, 0)
  await login(user)
})

test('the last factor stays where one is required', async () => {
  const { app, call } = await protectedUser()
  await setPolicy(server, { mode: 'required' })
  refused(await call(`DELETE ${own}/factors/totp/${app.id}`), 409, 'last_factor')
  const { done } = await enrolPasskey(call)
  assert.equal(done.status, 201)
  assert.equal((await call(`DELETE ${own}/factors/totp/${app.id}`)).status, 204)
})

test('a new set of backup codes replaces the one before', async () => {
  const { user, app, call } = await protectedUser()
  const { status, body } = await call(`POST ${own}/backup-codes`)
  assert.equal(status, 200)
  assert.equal(body.codes.length, 10)
  assert.equal(body.expires_at, addSeconds(clock.now(), 365 * 86_400).toISOString())
  const { username: identifier, password } = user
  const { mfa_token } = (await by()('POST /auth/login', { identifier, password })).body
  const answer = (code: unknown) =>
    by()('POST /auth/mfa/verify', { mfa_token, factor: 'backup_code', code })
  refused(await answer(app.backupCodes[0]), 401, 'invalid_factor')
  assert.equal((await answer(body.codes[0])).status, 200)
  const { used, remaining } = (await call(`GET ${own}`)).body.backup_codes
  assert.equal(remaining, 9)
  assert.equal(used.length, 1)
  assert.equal(used[0].at, clock.now().toISOString())
  assert.ok(used[0].ip)
})

test('there are no backup codes without a factor', async () => {
  const call = await login(await server.user())
  refused(await call(`POST ${own}/backup-codes`), 409, 'no_factor')
})

test('remembered devices are forgotten', async () => {
  const { user, call } = await protectedUser()
  const now = clock.now()
  const until = addSeconds(now, 86_400)
  const device = { userId: user.id, digest: sha256('another'), userAgent: null, now, until }
  await rememberDevice(server.app.db, device)
  assert.equal((await call(`DELETE ${own}/remembered-devices`)).status, 204)
  assert.equal((await call(`GET ${own}`)).body.remembered_devices, 0)
})

test('ASVS 7.4.3: other sessions end with a change of factors where the person wants it', async () => {
  const user = await server.user()
  const [mine, second] = [await login(user), await login(user)]
  const sessions = async () => (await mine('GET /users/me/sessions')).body.sessions.length
  const { id, confirm } = await enrolTotp(mine)
  assert.equal((await confirm()).status, 201)
  assert.equal(await sessions(), 2)
  const next = await enrolTotp(mine, { end_other_sessions: true })
  assert.equal((await next.confirm()).status, 201)
  assert.equal(await sessions(), 1)
  refused(await second('GET /users/me'), 401, 'unauthenticated')
  clock.advance(30)
  const third = await loginWith(user, { ...next, backupCodes: [] })
  const remove = `DELETE ${own}/factors/totp/${id}`
  assert.equal((await mine(`${remove}?end_other_sessions=maybe`)).status, 400)
  assert.equal((await mine(`${remove}?end_other_sessions=true`)).status, 204)
  refused(await third('GET /users/me'), 401, 'unauthenticated')
  assert.equal(await sessions(), 1)
})

test('ASVS 7.4.3: the browser that set a factor up is the one that goes on', async () => {
  const user = await server.user()
  const [mine, other] = [await signIn(server, user), await signIn(server, user)]
  const { confirm } = await enrolTotp(from(mine), { end_other_sessions: true })
  assert.equal((await confirm()).status, 201)
  assert.equal((await from(mine)('GET /users/me')).status, 200)
  refused(await from(other)('GET /users/me'), 401, 'unauthenticated')
})

const again = 'POST /auth/reauthenticate'

/** Somebody with an authenticator in a browser, whose proof has become too old. */
async function staleBrowser() {
  const user = await server.user()
  const browser = await signIn(server, user)
  const { codeAt, confirm } = await enrolTotp(from(browser))
  const { backup_codes } = (await confirm()).body
  clock.advance(fresh)
  return { user, browser, call: from(browser), codeAt, backupCodes: backup_codes }
}

test('ASVS 7.5.1: whoever has two factors proves both again', async () => {
  const { user, browser, call, codeAt } = await staleBrowser()
  const { password } = user
  const half = await call(again, { password })
  refused(half, 401, 'insufficient_user_authentication')
  assert.match(half.headers.get('www-authenticate') ?? '', /acr_values="urn:cardea:aal2"/)
  const factor = { kind: 'totp', code: codeAt(clock.now()) }
  refused(await call(again, { factor }), 401, 'insufficient_user_authentication')
  refused(await call(again, { password: 'wrong', factor }), 401, 'invalid_credentials')
  const wrong = { kind: 'totp', code: '12345' }
  refused(await call(again, { password, factor: wrong }), 401, 'invalid_factor')
  refused(await call(`POST ${own}/backup-codes`), 401, 'insufficient_user_authentication')
  const before = browser.cookies.get(sessionCookie)
  assert.equal((await call(again, { password, factor })).status, 204)
  assert.notEqual(browser.cookies.get(sessionCookie), before)
  assert.equal((await call(`POST ${own}/backup-codes`)).status, 200)
})

test('a recent password and the missing factor are enough together', async () => {
  const user = await server.user()
  const [mine, other] = [await login(user), await login(user)]
  const { codeAt, confirm } = await enrolTotp(mine)
  await confirm()
  clock.advance(30)
  refused(await other(`POST ${own}/backup-codes`), 401, 'insufficient_user_authentication')
  const factor = { kind: 'totp', code: codeAt(clock.now()) }
  assert.equal((await other(again, { factor })).status, 204)
  assert.equal((await other(`POST ${own}/backup-codes`)).status, 200)
})

test('a code that would not be enough is not used up', async () => {
  const { user, call, backupCodes } = await staleBrowser()
  const factor = { kind: 'backup_code', code: backupCodes[0] }
  refused(await call(again, { factor }), 401, 'insufficient_user_authentication')
  assert.equal((await call(`GET ${own}`)).body.backup_codes.remaining, 10)
  assert.equal((await call(again, { password: user.password, factor })).status, 204)
  assert.equal((await call(`GET ${own}`)).body.backup_codes.remaining, 9)
})

test('a passkey alone proves both, in the session that asked for it', async () => {
  const user = await server.user()
  const { key, done } = await enrolPasskey(await login(user))
  assert.equal(done.status, 201)
  await server.app.db.run(sql`UPDATE users SET password_hash = NULL WHERE id = ${user.id}`)
  const [mine, other] = [await loginByPasskey(key), await loginByPasskey(key)]
  clock.advance(fresh)
  const [call, stranger] = [await mine(), await other()]
  const ask = await call(`${again}/challenge`, { factor: 'passkey' })
  assert.equal(ask.status, 200, JSON.stringify(ask.body))
  refused(await call(`POST ${own}/backup-codes`), 401, 'insufficient_user_authentication')
  const factor = { kind: 'passkey', credential: key.get(ask.body.options) }
  refused(await stranger(again, { factor }), 401, 'invalid_factor')
  assert.equal((await call(again, { factor })).status, 204)
  assert.equal((await call(`POST ${own}/backup-codes`)).status, 200)
  refused(await call(again, { factor }), 401, 'invalid_factor')
})

test('in a browser a challenge belongs to the browser', async () => {
  const user = await server.user()
  const [mine, other] = [await signIn(server, user), await signIn(server, user)]
  const { key } = await enrolPasskey(from(mine))
  clock.advance(fresh)
  const ask = await from(mine)(`${again}/challenge`, { factor: 'passkey' })
  const factor = { kind: 'passkey', credential: key.get(ask.body.options) }
  refused(await from(other)(again, { factor }), 401, 'invalid_factor')
  assert.equal((await from(mine)(again, { factor })).status, 204)
  assert.equal((await from(mine)(`POST ${own}/backup-codes`)).status, 200)
})

/** A session by a passkey alone, whose tokens are renewed when it is called. */
async function loginByPasskey(key: ReturnType<typeof createAuthenticator>) {
  const { passkey_token, options } = (await by()('POST /auth/passkey/options')).body
  const attempt = { passkey_token, credential: key.get(options) }
  const { refresh_token } = (await by()('POST /auth/passkey', attempt)).body
  return async () => {
    const { status, body } = await by()('POST /auth/refresh', { refresh_token })
    assert.equal(status, 200, JSON.stringify(body))
    return by(body.access_token)
  }
}

test('a mailed code proves again in the session that it was sent for', async () => {
  await setPolicy(server, { factors: ['email_code'] })
  const user = await server.user()
  const [mine, other] = [await login(user), await login(user)]
  await mine(enrolments, { factor: 'email_code' })
  const { code: first } = await mailbox.next(user.email ?? '', 'code')
  await mine(`${enrolments}/confirm`, { factor: 'email_code', code: first })
  clock.advance(60)
  const ask = await mine(`${again}/challenge`, { factor: 'email_code' })
  assert.deepEqual(ask.body, { factor: 'email_code', sent_to: 'p…@example.com' })
  const { code } = await mailbox.next(user.email ?? '', 'code')
  const factor = { kind: 'email_code', code }
  refused(await other(again, { factor }), 401, 'invalid_factor')
  assert.equal((await mine(again, { factor })).status, 204)
})

test('only what the person has can be asked for', async () => {
  const { user, call } = await protectedUser()
  for (const kind of ['passkey', 'email_code', 'emergency_code']) {
    const body = { password: user.password, factor: { kind, code: '123456' } }
    refused(await call(again, body), 400, 'factor_not_available')
    refused(await call(`${again}/challenge`, { factor: kind }), 400, 'factor_not_available')
  }
  refused(await call(again, {}), 400, 'invalid_request')
  refused(await call(again, { password: user.password, more: 1 }), 400, 'invalid_request')
})

test('without a session there is nothing to see or to change', async () => {
  const calls: [string, object?][] = [
    [`GET ${own}`],
    [enrolments, { factor: 'totp' }],
    [`${enrolments}/confirm`, { factor: 'totp', code: '123456' }],
    [`PATCH ${own}/factors/totp/${nobody}`, { name: 'x' }],
    [`DELETE ${own}/factors/totp/${nobody}`],
    [`POST ${own}/backup-codes`],
    [`DELETE ${own}/remembered-devices`],
    [`${again}/challenge`, { factor: 'totp' }],
  ]
  for (const [what, body] of calls) refused(await by()(what, body), 401, 'unauthenticated')
})

test('an export tells of factors and keeps their secrets', async () => {
  const { app, call } = await protectedUser()
  const { key } = await enrolPasskey(call)
  const { status, body } = await call('GET /users/me/export')
  assert.equal(status, 200)
  assert.deepEqual(
    body.factors.map(({ kind }: { kind: string }) => kind),
    ['passkey', 'totp'],
  )
  assert.equal(body.backup_codes.remaining, 10)
  const text = JSON.stringify(body)
  const [passkey] = key.passkeys
  for (const secret of [...app.backupCodes, passkey?.cose.toString('base64url') ?? '-']) {
    assert.ok(!text.includes(secret))
  }
  assert.doesNotMatch(text, /secret|digest|public_?key/i)
})
