import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { sql } from '../../src/db/index.ts'
import { defaultPolicy, listFactors, readPolicy } from '../../src/mfa/index.ts'
import type { CommandResult } from '../harness/command.ts'
import { runCommand, runProcess } from '../harness/command.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { giveTotp, setPolicy, typePassword } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'
import { alive, signIn } from '../harness/signed-in.ts'

const day = 86_400
const reason = 'Telephone and laptop were stolen'
let mailbox: Mailbox
let server: TestServer

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox })
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})
afterEach(() => setPolicy(server, {}))

const settings = () => ({
  CARDEA_PUBLIC_URL: server.url,
  CARDEA_SECRET_KEY: masterKey.toString('base64url'),
})

/** Runs `cardea mfa ...` beside the server. */
const mfa = (...argv: string[]): Promise<CommandResult> =>
  runCommand(server.databaseUrl, ['mfa', ...argv], settings())

async function succeeds(...argv: string[]): Promise<string> {
  const { code, output } = await mfa(...argv)
  assert.equal(code, 0, output)
  return output
}

function actorsOf(resource: string, action: string) {
  return server.app.db.many<{ actor: string }>(sql`
    SELECT DISTINCT actor FROM audit_log WHERE resource = ${resource} AND action = ${action}`)
}

const current = async () => (await readPolicy(server.app.db)).policy

async function login({ username: identifier, password }: TestUser) {
  return (await postJson(`${server.url}/api/v1/auth/login`, { identifier, password })).body
}

test('the policy is shown as JSON, and a change touches only what is named', async () => {
  assert.deepEqual(JSON.parse(await succeeds('policy', 'show')), await current())
  const set = ['policy', 'set', '--mode', 'required', '--role', 'admin=required']
  const more = ['--grace', '2d', '--remember', '12h', '--trusted-network', '10.0.0.0/8']
  const shown: unknown = JSON.parse(await succeeds(...set, ...more))
  const expected = {
    ...defaultPolicy,
    mode: 'required',
    roles: { admin: 'required' },
    enrolment_grace: 2 * day,
    remember_device: day / 2,
    trusted_networks: ['10.0.0.0/8'],
  }
  assert.deepEqual(shown, expected)
  assert.deepEqual(await current(), expected)
  const factors = ['--factor', 'totp', '--factor', 'passkey']
  await succeeds('policy', 'set', ...factors, '--role', 'owner=optional')
  assert.deepEqual(await current(), {
    ...expected,
    factors: ['totp', 'passkey'],
    roles: { admin: 'required', owner: 'optional' },
  })
  const less = ['--trusted-network', 'none', '--remember', '0s', '--role', 'admin=off']
  await succeeds('policy', 'set', ...less)
  const { trusted_networks: networks, remember_device: remember, roles } = await current()
  assert.deepEqual([networks, remember, roles], [[], 0, { owner: 'optional' }])
  const actors = await actorsOf('mfa_policy', 'mfa.change_policy')
  assert.deepEqual(actors, [{ actor: 'system' }])
})

test('the running server follows a change of the policy', async () => {
  const user = await server.user()
  await succeeds('policy', 'set', '--mode', 'required', '--grace', '0s')
  // The server reads it at most a second later; this test does not wait for that.
  server.app.mfaPolicy.forget()
  assert.equal((await login(user)).status, 'mfa_enrolment_required')
})

test('what is wrong with a change is said, and nothing is changed', async () => {
  const before_ = await current()
  const cases: [argv: string[], code: number, words: RegExp][] = [
    [[], 2, /say what is to change/],
    [['--mode', 'always'], 2, /\/mode/],
    [['--factor', 'sms'], 2, /\/factors\/0/],
    [['--grace', 'soon'], 2, /--grace soon is no time/],
    [['--grace', '9999d'], 2, /\/enrolment_grace/],
    [['--role', 'admin'], 2, /--role admin is no rule/],
    [['--role', 'emperor=required'], 1, /\/roles\/emperor/],
    [['--trusted-network', 'intranet'], 1, /\/trusted_networks\/0/],
    [['--mode', 'required', '--factor', 'backup_code'], 1, /\/factors/],
  ]
  const answers = await Promise.all(cases.map(([argv]) => mfa('policy', 'set', ...argv)))
  for (const [i, [argv, code, words]] of cases.entries()) {
    assert.equal(answers[i]?.code, code, `${argv.join(' ')}: ${answers[i]?.output}`)
    assert.match(answers[i].output, words)
    assert.doesNotMatch(answers[i].output, /\n\s+at /, 'no stack')
  }
  assert.deepEqual(await current(), before_)
})

test('status shows what somebody has, by username or address, and no secret', async () => {
  const user = await server.user()
  const none = await succeeds('status', '--user', user.username)
  assert.match(none, /^backup codes +0$/m)
  const { backupCodes } = await giveTotp(server, user)
  const output = await succeeds('status', '--user', user.email ?? '')
  assert.ok(output.includes(user.id))
  assert.match(output, /^mode +optional$/m)
  assert.match(output, /^totp +\S.*, since 2/m)
  assert.match(output, /^backup codes +10 until 2/m)
  assert.match(output, /^must enrol +no$/m)
  for (const code of backupCodes) assert.ok(!output.includes(code))
})

test('a reset removes everything, ends every session, and the running server tells the person', async () => {
  const user = await server.user()
  const inside = await signIn(server, user)
  await giveTotp(server, user)
  const argv = ['mfa', 'reset', '--user', user.username]
  const { code, output } = await runProcess(server.databaseUrl, argv, settings())
  assert.equal(code, 0, output)
  assert.match(output, /has no second factor any more/)
  assert.deepEqual(await listFactors(server.app, user.id), [])
  assert.equal(await alive(inside), false)
  assert.deepEqual(await actorsOf(`user:${user.id}`, 'mfa.reset'), [{ actor: 'system' }])
  await mailbox.next(user.email ?? '', 'Your second factors were removed')
  const page = await typePassword(server.browser(), user)
  assert.equal(new URL(page.url).pathname, '/login/enrol')
})

test('an emergency code is printed once and lets its owner in once', async () => {
  const user = await server.user()
  await giveTotp(server, user)
  const output = await succeeds('emergency', '--user', user.username, '--reason', reason)
  const [code = ''] = /^([0-9A-Z]{4}-){4}[0-9A-Z]{4}$/m.exec(output) ?? []
  assert.match(output, /until 2\d{3}-\d\d-\d\dT/)
  const { text } = await mailbox.next(user.email ?? '', 'Emergency access')
  assert.ok(text.includes(reason) && !text.includes(code))
  assert.deepEqual(await actorsOf(`user:${user.id}`, 'emergency.approve'), [{ actor: 'system' }])
  const enter = async () => {
    const { mfa_token } = await login(user)
    const attempt = { mfa_token, factor: 'emergency_code', code }
    return (await postJson(`${server.url}/api/v1/auth/mfa/verify`, attempt)).status
  }
  assert.equal(await enter(), 200)
  assert.notEqual(await enter(), 200)
})

test('what is missing or unknown is said in one line', async () => {
  const user = await server.user()
  const cases: [argv: string[], code: number, words: RegExp][] = [
    [['status'], 2, /--user is needed/],
    [['status', '--user', 'nobody'], 1, /no such user/],
    [['reset', '--user', 'nobody'], 1, /no such user/],
    [['reset'], 2, /--user is needed/],
    [['emergency', '--user', user.username], 2, /--reason is needed/],
    [['emergency', '--user', user.username, '--reason', 'lost'], 1, /10 to 1000 characters/],
    [['emergency', '--user', 'nobody', '--reason', reason], 1, /no such user/],
    [['policy'], 2, /mfa policy set/],
    [['--help'], 2, /mfa status/],
  ]
  const answers = await Promise.all(cases.map(([argv]) => mfa(...argv)))
  for (const [i, [argv, code, words]] of cases.entries()) {
    assert.equal(answers[i]?.code, code, `${argv.join(' ')}: ${answers[i]?.output}`)
    assert.match(answers[i].output, words)
    assert.doesNotMatch(answers[i].output, /\n\s+at /, 'no stack')
  }
})
