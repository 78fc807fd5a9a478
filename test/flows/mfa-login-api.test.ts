import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { URI } from 'otpauth'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { issueEmergency } from '../../src/mfa/emergency/index.ts'
import { defaultPolicy, factorOf } from '../../src/mfa/index.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import { hiddenFields } from '../harness/browser.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const enrolNow = { mode: 'required', enrolment_grace: 0 } as const
const withMail = { factors: ['passkey' as const, 'totp' as const, 'email_code' as const] }
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

const api = (path: string, body?: object) => postJson(`${server.url}/api/v1${path}`, body)
const login = ({ username: identifier, password }: TestUser) =>
  api('/auth/login', { identifier, password })
const verify = (mfa_token: string, factor: string, answer: object) =>
  api('/auth/mfa/verify', { mfa_token, factor, ...answer })
const challenge = (mfa_token: string, factor: string) =>
  api('/auth/mfa/challenge', { mfa_token, factor })
const me = (token: string) =>
  postJson(`${server.url}/api/v1/users/me`, undefined, { method: 'GET', token })

function refused(answer: JsonAnswer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code], [status, code], JSON.stringify(answer.body))
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
}

/** Signs in with the password, and gives the token for the second step. */
async function tokenOf(user: TestUser, status = 'mfa_required'): Promise<string> {
  const { status: code, body } = await login(user)
  assert.deepEqual([code, body.status], [202, status], JSON.stringify(body))
  return body.mfa_token
}

async function sessionsOf(user: TestUser) {
  return rows(
    server.databaseUrl,
    `SELECT acr, amr, exemption FROM sessions WHERE user_id = '${user.id}' ORDER BY id`,
  )
}

/** A passkey for somebody, as if it had been set up in an earlier journey. */
async function givePasskey(user: TestUser, backupEligible = true) {
  const authenticator = createAuthenticator({ origin: server.url, backupEligible })
  const { enrol } = factorOf('passkey')
  const [core, subject] = [mfaCore(server), subjectOf(user)]
  const offer = await enrol?.begin(core, subject)
  assert.ok(enrol && offer?.kind === 'passkey')
  const done = await enrol.confirm(core, subject, {
    credential: authenticator.create(offer.options),
  })
  assert.ok(done.ok, JSON.stringify(done))
  return authenticator
}

test('without a second factor the password is enough, as ever', async () => {
  const user = await server.user()
  const answer = await login(user)
  assert.equal(answer.status, 200)
  assert.equal((await me(answer.body.access_token)).status, 200)
})

test('who has an authenticator signs in with password and code, and gets tokens after both only', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const first = await login(user)
  assert.equal(first.status, 202)
  const { mfa_token: token, ...rest } = first.body
  assert.deepEqual(rest, {
    status: 'mfa_required',
    factors: ['totp', 'backup_code'],
    expires_in: 600,
  })
  assert.equal((await sessionsOf(user)).length, 0)
  refused(await me(token), 401, 'unauthenticated')
  refused(await api('/auth/refresh', { refresh_token: token }), 401, 'invalid_grant')
  const second = await verify(token, 'totp', { code: app.codeAt(clock.now()) })
  assert.equal(second.status, 200, JSON.stringify(second.body))
  assert.equal((await me(second.body.access_token)).body.id, user.id)
  assert.deepEqual(await sessionsOf(user), [
    { acr: 'urn:cardea:aal2', amr: ['pwd', 'otp', 'mfa'], exemption: null },
  ])
})

test('a wrong code leaves the sign-in as it was, the right one ends it', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const token = await tokenOf(user)
  const code = app.codeAt(clock.now())
  const wrong = code.replace(/./g, (digit) => String((Number(digit) + 5) % 10))
  refused(await verify(token, 'totp', { code: wrong }), 401, 'invalid_factor')
  refused(await verify(token, 'totp', {}), 401, 'invalid_factor')
  assert.equal((await verify(token, 'totp', { code })).status, 200)
  refused(await verify(token, 'totp', { code }), 401, 'invalid_mfa_token')
})

test('ASVS 6.5.1: a code that was used for one sign-in is refused at the next', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const code = app.codeAt(clock.now())
  assert.equal((await verify(await tokenOf(user), 'totp', { code })).status, 200)
  const again = await tokenOf(user)
  refused(await verify(again, 'totp', { code }), 401, 'invalid_factor')
  clock.advance(30)
  assert.equal((await verify(again, 'totp', { code: app.codeAt(clock.now()) })).status, 200)
})

test('a backup code stands in for the authenticator, once', async () => {
  const user = await server.user()
  const [code = ''] = (await giveTotp(server, user)).backupCodes
  assert.equal((await verify(await tokenOf(user), 'backup_code', { code })).status, 200)
  refused(await verify(await tokenOf(user), 'backup_code', { code }), 401, 'invalid_factor')
})

test('a wrong password says nothing of second factors', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  refused(await login({ ...user, password: 'not the one' }), 401, 'invalid_credentials')
})

test('a passkey answers as the second factor', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  const token = await tokenOf(user)
  const { status, body } = await challenge(token, 'passkey')
  assert.equal(status, 200)
  assert.equal(body.factor, 'passkey')
  const answer = await verify(token, 'passkey', { credential: key.get(body.options) })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.deepEqual(await sessionsOf(user), [
    { acr: 'urn:cardea:aal2', amr: ['pwd', 'swk', 'user', 'mfa'], exemption: null },
  ])
})

test('ASVS 6.6.2: a challenge of one sign-in cannot be answered in another', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  const [mine, other] = [await tokenOf(user), await tokenOf(user)]
  const credential = key.get((await challenge(mine, 'passkey')).body.options)
  refused(await verify(other, 'passkey', { credential }), 401, 'invalid_factor')
  assert.equal((await verify(mine, 'passkey', { credential })).status, 200)
})

test('a passkey alone signs in, at the level that it reaches', async () => {
  const user = await server.user()
  const key = await givePasskey(user, false)
  const { status, body } = await api('/auth/passkey/options')
  assert.equal(status, 200)
  const { passkey_token, options } = body
  const credential = key.get(options)
  const answer = await api('/auth/passkey', { passkey_token, credential })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal((await me(answer.body.access_token)).body.id, user.id)
  assert.deepEqual(await sessionsOf(user), [
    { acr: 'urn:cardea:aal3', amr: ['hwk', 'user', 'mfa'], exemption: null },
  ])
  refused(await api('/auth/passkey', { passkey_token, credential }), 401, 'invalid_factor')
})

test('a passkey alone: another token, another origin and an answer of nobody are refused in the same words', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  clock.advance(1)
  const one = (await api('/auth/passkey/options')).body
  const two = (await api('/auth/passkey/options')).body
  const attempts = [
    { passkey_token: two.passkey_token, credential: key.get(one.options) },
    {
      passkey_token: one.passkey_token,
      credential: key.get(one.options, { origin: 'https://evil.example' }),
    },
    { passkey_token: one.passkey_token, credential: key.get(one.options, { userHandle: null }) },
    { passkey_token: one.passkey_token, credential: {} },
  ]
  for (const attempt of attempts)
    refused(await api('/auth/passkey', attempt), 401, 'invalid_factor')
  const seen = await rows(
    server.databaseUrl,
    `SELECT details->>'why' AS why FROM audit_log
    WHERE action = 'session.start' AND outcome = 'refused' AND details->>'factor' = 'passkey'
      AND created_at = '${clock.now().toISOString()}'
    ORDER BY why`,
  )
  assert.deepEqual(
    seen.map(({ why }) => why),
    ['challenge', 'malformed', 'malformed', 'origin'],
  )
})

test('the passkey of an account that was switched off opens nothing', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${user.id}`)
  const { passkey_token, options } = (await api('/auth/passkey/options')).body
  const attempt = { passkey_token, credential: key.get(options) }
  refused(await api('/auth/passkey', attempt), 401, 'invalid_factor')
})

test('the passkey of an account that its owner deactivated tells how to bring it back', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  await server.app.db.run(sql`
    UPDATE users SET is_active = false, deactivated_by = 'user' WHERE id = ${user.id}`)
  const { passkey_token, options } = (await api('/auth/passkey/options')).body
  const attempt = { passkey_token, credential: key.get(options) }
  refused(await api('/auth/passkey', attempt), 403, 'account_deactivated')
})

test('where passkeys replace no password there is nothing to begin with', async () => {
  const user = await server.user()
  const key = await givePasskey(user)
  const { passkey_token, options } = (await api('/auth/passkey/options')).body
  await setPolicy(server, { passkeys: { ...defaultPolicy.passkeys, first_factor: false } })
  refused(await api('/auth/passkey/options'), 400, 'factor_not_available')
  const attempt = { passkey_token, credential: key.get(options) }
  refused(await api('/auth/passkey', attempt), 400, 'factor_not_available')
})

test('a mailed code counts in the sign-in that it was sent for', async () => {
  await setPolicy(server, withMail)
  const user = await server.user()
  await server.app.db.run(sql`
    INSERT INTO mfa_accounts (user_id, email_code_since, updated_at)
    VALUES (${user.id}, ${clock.now()}, ${clock.now()})`)
  const [mine, other] = [await tokenOf(user), await tokenOf(user)]
  const sent = await challenge(mine, 'email_code')
  assert.deepEqual(sent.body, { factor: 'email_code', sent_to: 'p…@example.com' })
  const { code } = await mailbox.next(user.email ?? '', 'code')
  refused(await verify(other, 'email_code', { code }), 401, 'invalid_factor')
  assert.equal((await verify(mine, 'email_code', { code })).status, 200)
})

test('an emergency code lets its owner in, once, and the session says so', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const core = mfaCore(server)
  const { code } = await issueEmergency(core, { person: user, reason: 'The telephone was stolen' })
  const token = await tokenOf(user)
  assert.equal((await verify(token, 'emergency_code', { code })).status, 200)
  assert.deepEqual(await sessionsOf(user), [
    { acr: 'urn:cardea:aal1', amr: ['pwd'], exemption: 'emergency' },
  ])
  const next = await tokenOf(user)
  refused(await verify(next, 'emergency_code', { code }), 400, 'factor_not_available')
})

test('who has proved no address cannot set up mailed codes on the way in', async () => {
  const user = await server.user()
  await server.app.db.run(sql`UPDATE users SET email_verified = false WHERE id = ${user.id}`)
  await setPolicy(server, { ...enrolNow, factors: ['totp', 'email_code'] })
  assert.deepEqual((await login(user)).body.factors, ['totp'])
  await setPolicy(server, { ...enrolNow, factors: ['email_code'] })
  refused(await login(user), 403, 'no_way_in')
})

test('a token is unknown when it was made up, is too old or belongs to a browser', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const code = app.codeAt(clock.now())
  const browser = server.browser()
  const page = await browser.open('/login')
  const { username: identifier, password } = user
  const body = new URLSearchParams({ ...hiddenFields(page.body), identifier, password })
  const answer = await browser.fetch('/login', { method: 'POST', body })
  const to = new URL(answer.headers.get('location') ?? '', server.url)
  const ofBrowser = to.searchParams.get('signin') ?? ''
  assert.equal(ofBrowser.length, 43)
  for (const token of ['x', 'A'.repeat(43), ofBrowser]) {
    refused(await verify(token, 'totp', { code }), 401, 'invalid_mfa_token')
    refused(await challenge(token, 'totp'), 401, 'invalid_mfa_token')
  }
  const late = await tokenOf(user)
  clock.advance(600)
  const now = app.codeAt(clock.now())
  refused(await verify(late, 'totp', { code: now }), 401, 'invalid_mfa_token')
})

test('an account that was switched off meanwhile does not come in', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const token = await tokenOf(user)
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${user.id}`)
  const code = app.codeAt(clock.now())
  refused(await verify(token, 'totp', { code }), 401, 'invalid_mfa_token')
})

test('only a factor that the sign-in waits for is taken', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const token = await tokenOf(user)
  for (const factor of ['passkey', 'email_code', 'emergency_code']) {
    refused(await challenge(token, factor), 400, 'factor_not_available')
    refused(await verify(token, factor, { code: '123456' }), 400, 'factor_not_available')
  }
  refused(await verify(token, 'password', {}), 400, 'invalid_request')
})

test('of 50 answers at once with one token, one starts a session', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const token = await tokenOf(user)
  const code = app.codeAt(clock.now())
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => verify(token, 'totp', { code })),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(answers.filter(({ status }) => status === 401).length, 49)
  assert.equal((await sessionsOf(user)).length, 1)
})

test('of right answers that differ, brought at once with one token, one starts a session', async () => {
  const user = await server.user()
  const { backupCodes } = await giveTotp(server, user)
  const token = await tokenOf(user)
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      verify(token, 'backup_code', { code: backupCodes[i % backupCodes.length] }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await sessionsOf(user)).length, 1)
})

/** Begins to set up an authenticator with the token of a sign-in. */
async function beginTotp(mfa_token: string) {
  const { status, body } = await api('/auth/mfa/enrol', { mfa_token, factor: 'totp' })
  assert.equal(status, 200, JSON.stringify(body))
  const { id, uri } = body
  const confirm = (more: object = {}) => {
    const code = URI.parse(uri).generate({ timestamp: clock.now().getTime() })
    return api('/auth/mfa/enrol/confirm', { mfa_token, factor: 'totp', id, code, ...more })
  }
  return { offer: body, confirm }
}

test('who must have a factor sets it up on the way in, and gets backup codes', async () => {
  await setPolicy(server, enrolNow)
  const user = await server.user()
  const token = await tokenOf(user, 'mfa_enrolment_required')
  refused(await verify(token, 'totp', { code: '123456' }), 400, 'factor_not_available')
  const { offer, confirm } = await beginTotp(token)
  assert.deepEqual(Object.keys(offer).sort(), ['factor', 'id', 'qr', 'secret', 'uri'])
  refused(await confirm({ code: 'abcdef' }), 400, 'invalid_code')
  const done = await confirm({ name: 'My phone' })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal(done.body.backup_codes.length, 10)
  assert.equal((await me(done.body.access_token)).status, 200)
  assert.deepEqual(
    (await sessionsOf(user)).map(({ acr }) => acr),
    ['urn:cardea:aal2'],
  )
  refused(await confirm(), 401, 'invalid_mfa_token')
  await tokenOf(user)
})

test('a passkey can be what is set up on the way in', async () => {
  await setPolicy(server, enrolNow)
  const user = await server.user()
  const mfa_token = await tokenOf(user, 'mfa_enrolment_required')
  const key = createAuthenticator({ origin: server.url })
  const { body } = await api('/auth/mfa/enrol', { mfa_token, factor: 'passkey' })
  const confirm = (credential: object) =>
    api('/auth/mfa/enrol/confirm', { mfa_token, factor: 'passkey', credential })
  refused(await confirm({}), 400, 'invalid_passkey')
  const done = await confirm(key.create(body.options))
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.equal(done.body.backup_codes.length, 10)
})

test('of 50 confirmations at once one sets the factor up and starts a session', async () => {
  await setPolicy(server, enrolNow)
  const user = await server.user()
  const { confirm } = await beginTotp(await tokenOf(user, 'mfa_enrolment_required'))
  const answers = await Promise.all(Array.from({ length: 50 }, () => confirm()))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await sessionsOf(user)).length, 1)
})

test('a sign-in of somebody who has a factor never sets one up', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  await setPolicy(server, enrolNow)
  const mfa_token = await tokenOf(user)
  for (const factor of ['totp', 'passkey', 'email_code']) {
    const body = { mfa_token, factor }
    refused(await api('/auth/mfa/enrol', body), 400, 'factor_not_available')
    const confirm = { ...body, code: '123456', credential: {} }
    refused(await api('/auth/mfa/enrol/confirm', confirm), 400, 'factor_not_available')
  }
})

test('whoever began to set up a factor stops when its owner has set up another one meanwhile', async () => {
  await setPolicy(server, enrolNow)
  const user = await server.user()
  const { confirm } = await beginTotp(await tokenOf(user, 'mfa_enrolment_required'))
  await givePasskey(user)
  refused(await confirm(), 400, 'factor_not_available')
})

test('an offer of one sign-in is worth nothing in that of somebody else', async () => {
  await setPolicy(server, enrolNow)
  const [ada, eve] = [await server.user(), await server.user()]
  const { confirm } = await beginTotp(await tokenOf(ada, 'mfa_enrolment_required'))
  const mfa_token = await tokenOf(eve, 'mfa_enrolment_required')
  refused(await confirm({ mfa_token }), 400, 'invalid_code')
})

test('the time in which a factor may be put off begins with a sign-in by the API', async () => {
  await setPolicy(server, { mode: 'required', enrolment_grace: 86_400 })
  const user = await server.user()
  assert.equal((await login(user)).status, 200)
  clock.advance(86_399)
  assert.equal((await login(user)).status, 200)
  clock.advance(1)
  await tokenOf(user, 'mfa_enrolment_required')
})

test('where nothing can be set up a wish is passed over, and a duty keeps people out', async () => {
  await setPolicy(server, { factors: ['passkey'] })
  const user = await server.user()
  await server.app.db.run(sql`
    INSERT INTO mfa_accounts (user_id, must_enrol, updated_at) VALUES (${user.id}, true, ${clock.now()})`)
  await tokenOf(user, 'mfa_enrolment_required')
  await setPolicy(server, { factors: [] })
  assert.equal((await login(user)).status, 200)
  // No such policy can be made; one that an older version wrote still fails closed.
  await server.app.db.run(sql`
    UPDATE mfa_policy SET document = document || '{"mode":"required"}'::jsonb, version = version + 1`)
  server.app.mfaPolicy.forget()
  refused(await login(user), 403, 'no_way_in')
})

test('a trusted network needs no second factor, and the session says so', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  await setPolicy(server, { trusted_networks: ['127.0.0.0/8', '::1/128'] })
  assert.equal((await login(user)).status, 200)
  assert.deepEqual(await sessionsOf(user), [
    { acr: 'urn:cardea:aal1', amr: ['pwd'], exemption: 'trusted_network' },
  ])
})

test('wrong codes are slowed down', async () => {
  const slow = await testServer({ clock, env: { CARDEA_LIMITS_ENABLED: 'true' } })
  try {
    const user = await slow.user()
    await giveTotp(slow, user)
    const post = (path: string, body: object) => postJson(`${slow.url}/api/v1/auth${path}`, body)
    const { username: identifier, password } = user
    const { mfa_token } = (await post('/login', { identifier, password })).body
    const statuses: number[] = []
    for (let i = 0; i < 60 && !statuses.includes(429); i += 1) {
      const body = { mfa_token, factor: 'totp', code: '000000' }
      statuses.push((await post('/mfa/verify', body)).status)
    }
    assert.equal(statuses.at(0), 401)
    assert.equal(statuses.at(-1), 429)
  } finally {
    await slow.close()
  }
})
