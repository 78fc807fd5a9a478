import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { assignRole } from '../../src/access/index.ts'
import { manualClock, sha256 } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { defaultPolicy, listFactors, rememberDevice, situationOf } from '../../src/mfa/index.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import type { TestAuthenticator } from '../harness/mfa.ts'
import { mfaCore } from '../harness/mfa.ts'
import { giveTotp, post, setPolicy, typePassword } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { alive, call, signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const fresh = 15 * 60
const users = '/admin/users'
const policyPath = '/admin/mfa-policy'
const grants = '/admin/emergency-access'
const nobody = '00000000-0000-7000-8000-00000000dead'
const reason = 'Telephone and laptop were stolen'
const lost = 'Your second factors were removed'
let mailbox: Mailbox
let server: TestServer
let owner: Administrator
let admin: Administrator

type Caller = (what: string, body?: object, ifMatch?: string) => Promise<JsonAnswer>
type Administrator = { readonly user: TestUser; readonly call: Caller }

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({ mailbox, clock })
  owner = await signedIn('root', 'owner')
  admin = await signedIn('frank', 'admin')
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})
afterEach(() => setPolicy(server, {}))

/** Calls by a token: 'GET /users/me'. */
const by = (token?: string): Caller => {
  return (what, body, ifMatch) => {
    const [method = 'GET', path = ''] = what.split(' ')
    const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    const options = { method, headers, ...(token !== undefined && { token }) }
    return postJson(`${server.url}/api/v1${path}`, body, options)
  }
}

async function login({ username: identifier, password }: TestUser): Promise<Caller> {
  const { status, body } = await by()('POST /auth/login', { identifier, password })
  assert.equal(status, 200, JSON.stringify(body))
  return by(body.access_token)
}

async function loginWith(user: TestUser, app: TestAuthenticator): Promise<Caller> {
  const { username: identifier, password } = user
  const { mfa_token } = (await by()('POST /auth/login', { identifier, password })).body
  const code = app.codeAt(clock.now())
  const { body } = await by()('POST /auth/mfa/verify', { mfa_token, factor: 'totp', code })
  clock.advance(30)
  return by(body.access_token)
}

async function withRole(username: string, role?: string): Promise<TestUser> {
  const user = await server.user({ username })
  if (role !== undefined) await assignRole(server.app.db, user.id, role, clock.now())
  return user
}

async function signedIn(username: string, role?: string): Promise<Administrator> {
  const user = await withRole(username, role)
  return { user, call: await login(user) }
}

function refused(answer: JsonAnswer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body?.code], [status, code], JSON.stringify(answer.body))
}

/** What the audit log knows of somebody, by the name of the action. */
function audited(resource: string, action: string) {
  return server.app.db.many<{ actor: string; details: Record<string, unknown> | null }>(sql`
    SELECT actor, details FROM audit_log
    WHERE resource = ${resource} AND action = ${action} AND outcome = 'success'`)
}

const about = ({ id }: Pick<TestUser, 'id'>) => `user:${id}`
const core = () => mfaCore(server)
const standingOf = async ({ id }: TestUser) => (await situationOf(core(), id)).standing

function remember({ id: userId }: TestUser): Promise<void> {
  const now = clock.now()
  const until = new Date(now.getTime() + 86_400_000)
  const digest = sha256(`browser of ${userId}`)
  return rememberDevice(server.app.db, { userId, digest, userAgent: null, now, until })
}

test('the policy is read with its version and replaced as a whole', async () => {
  const read = await admin.call(`GET ${policyPath}`)
  assert.equal(read.status, 200)
  assert.deepEqual(read.body.policy.factors, defaultPolicy.factors)
  const etag = read.headers.get('etag') ?? ''
  const policy = { ...read.body.policy, mode: 'required', roles: { admin: 'required' } }
  const put = await admin.call(`PUT ${policyPath}`, policy, etag)
  assert.equal(put.status, 200, JSON.stringify(put.body))
  assert.deepEqual(put.body, { policy, updated_at: clock.now().toISOString() })
  assert.notEqual(put.headers.get('etag'), etag)
  const again = await admin.call(`GET ${policyPath}`)
  assert.deepEqual(again.body, put.body)
  assert.equal(again.headers.get('etag'), put.headers.get('etag'))
  const rows = await audited('mfa_policy', 'mfa.change_policy')
  const mine = rows.find(({ actor }) => actor === about(admin.user))
  assert.deepEqual(mine?.details, { before: read.body.policy, after: policy })
})

test('a change of the policy needs the version it is based on, or says that any will do', async () => {
  const { headers, body } = await owner.call(`GET ${policyPath}`)
  const etag = headers.get('etag') ?? ''
  refused(await owner.call(`PUT ${policyPath}`, body.policy), 428, 'precondition_required')
  assert.equal((await owner.call(`PUT ${policyPath}`, body.policy, etag)).status, 200)
  refused(await owner.call(`PUT ${policyPath}`, body.policy, etag), 412, 'precondition_failed')
  refused(await owner.call(`PUT ${policyPath}`, body.policy, '"x"'), 412, 'precondition_failed')
  assert.equal((await owner.call(`PUT ${policyPath}`, body.policy, '*')).status, 200)
})

test('of 20 changes at once that are based on one version, one is made', async () => {
  const { headers, body } = await owner.call(`GET ${policyPath}`)
  const etag = headers.get('etag') ?? ''
  const puts = Array.from({ length: 20 }, (_, i) =>
    owner.call(`PUT ${policyPath}`, { ...body.policy, enrolment_grace: i }, etag),
  )
  const answers = await Promise.all(puts)
  const made = answers.filter(({ status }) => status === 200)
  assert.equal(made.length, 1)
  assert.equal(answers.filter(({ status }) => status === 412).length, 19)
  const now = (await owner.call(`GET ${policyPath}`)).body
  assert.deepEqual(now, made[0]?.body)
})

test('what is wrong with a policy is named, and nothing is changed', async () => {
  const { headers, body } = await owner.call(`GET ${policyPath}`)
  const { policy } = body
  const put = (changes: object) => owner.call(`PUT ${policyPath}`, { ...policy, ...changes }, '*')
  const cases: [changes: object, code: string, pointer: string][] = [
    [{ mode: 'always' }, 'invalid_request', '/mode'],
    [{ sms: true }, 'invalid_request', '/sms'],
    [{ enrolment_grace: -1 }, 'invalid_request', '/enrolment_grace'],
    [{ roles: { emperor: 'required' } }, 'invalid_policy', '/roles/emperor'],
    [{ trusted_networks: ['10.0.0.0/8', '0.0.0.0/0'] }, 'invalid_policy', '/trusted_networks/1'],
    [{ mode: 'required', factors: ['backup_code'] }, 'invalid_policy', '/factors'],
    [
      { passkeys: { ...policy.passkeys, attestation: 'required' } },
      'invalid_policy',
      '/passkeys/attestation_roots',
    ],
  ]
  for (const [changes, code, pointer] of cases) {
    const answer = await put(changes)
    refused(answer, 400, code)
    assert.equal(answer.body.errors[0].pointer, pointer)
  }
  const after_ = await owner.call(`GET ${policyPath}`)
  assert.equal(after_.headers.get('etag'), headers.get('etag'))
})

test('an administrator sees what somebody has, and never a secret', async () => {
  const user = await server.user()
  const none = await admin.call(`GET ${users}/${user.id}/mfa`)
  assert.deepEqual(none.body, {
    mode: 'optional',
    must_enrol: false,
    grace_until: null,
    factors: [],
    backup_codes: { remaining: 0, expires_at: null },
    remembered_devices: 0,
  })
  const app = await giveTotp(server, user)
  await remember(user)
  const { status, body } = await admin.call(`GET ${users}/${user.id}/mfa`)
  assert.equal(status, 200)
  const [factor] = body.factors
  assert.deepEqual([factor.id, factor.kind], [app.id, 'totp'])
  assert.equal(body.backup_codes.remaining, 10)
  assert.equal(body.remembered_devices, 1)
  assert.deepEqual(Object.keys(factor).toSorted(), [
    'created_at',
    'id',
    'kind',
    'last_used_at',
    'name',
  ])
  const said = JSON.stringify(body)
  for (const code of app.backupCodes) assert.ok(!said.includes(code))
})

test('a reset removes everything, ends every session and asks for a factor at the next sign-in', async () => {
  const user = await server.user()
  const inside = await signIn(server, user)
  const app = await giveTotp(server, user)
  const token = await loginWith(user, app)
  await remember(user)
  assert.equal((await admin.call(`POST ${users}/${user.id}/mfa/reset`)).status, 204)
  assert.deepEqual(await listFactors(server.app, user.id), [])
  const { backupCodes, totp, mustEnrol } = await standingOf(user)
  assert.deepEqual({ backupCodes, totp, mustEnrol }, { backupCodes: 0, totp: 0, mustEnrol: true })
  const { body } = await admin.call(`GET ${users}/${user.id}/mfa`)
  assert.deepEqual([body.remembered_devices, body.must_enrol], [0, true])
  assert.equal(await alive(inside), false)
  assert.equal((await token('GET /users/me')).status, 401)
  const [entry] = await audited(about(user), 'mfa.reset')
  assert.equal(entry?.actor, about(admin.user))
  await mailbox.next(user.email ?? '', lost)
  const page = await typePassword(server.browser(), user)
  assert.equal(new URL(page.url).pathname, '/login/enrol')
  const { username: identifier, password } = user
  const pending = await by()('POST /auth/login', { identifier, password })
  assert.equal(pending.body.status, 'mfa_enrolment_required')
})

test('who has no factor is asked for one by letter and at the next sign-in', async () => {
  const user = await server.user()
  const at = `POST ${users}/${user.id}/mfa/require-enrolment`
  assert.equal((await admin.call(at)).status, 204)
  assert.equal((await standingOf(user)).mustEnrol, true)
  const [entry] = await audited(about(user), 'mfa.require_enrolment')
  assert.equal(entry?.actor, about(admin.user))
  await mailbox.next(user.email ?? '', 'needs a second factor')
  const page = await typePassword(server.browser(), user)
  assert.equal(new URL(page.url).pathname, '/login/enrol')
  await giveTotp(server, user)
  assert.equal((await standingOf(user)).mustEnrol, false)
  refused(await admin.call(at), 409, 'has_factor')
})

test('ASVS 6.4.4: the link that replaces lost factors goes to the person and nobody else', async () => {
  const user = await server.user({ profile: { locale: 'de' } })
  await giveTotp(server, user)
  const started = await admin.call(`POST ${users}/${user.id}/mfa/start-recovery`)
  assert.deepEqual([started.status, started.body], [204, undefined])
  const [entry] = await audited(about(user), 'mfa.start_recovery')
  assert.equal(entry?.actor, about(admin.user))
  const { link = '', text } = await mailbox.next(user.email ?? '', 'zweiten Faktoren')
  assert.match(text, /die Verwaltung des Servers/)
  const browser = server.browser()
  const page = await browser.open(link)
  const { password } = user
  const end = await post(browser, page, '/recover-factors', { password })
  assert.equal(new URL(end.url).searchParams.get('notice'), 'factors-reset')
  assert.deepEqual(await listFactors(server.app, user.id), [])
})

test('a link goes to nobody who has no address or is deactivated', async () => {
  const input = { username: 'ghost', profile: {} }
  const { id } = (await owner.call(`POST ${users}`, input)).body
  refused(await owner.call(`POST ${users}/${id}/mfa/start-recovery`), 404, 'not_found')
  const user = await server.user()
  await owner.call(`POST ${users}/${user.id}/deactivate`)
  refused(await owner.call(`POST ${users}/${user.id}/mfa/start-recovery`), 404, 'not_found')
})

test('remembered browsers are forgotten', async () => {
  const user = await server.user()
  await remember(user)
  assert.equal((await admin.call(`POST ${users}/${user.id}/mfa/forget-devices`)).status, 204)
  assert.equal((await admin.call(`GET ${users}/${user.id}/mfa`)).body.remembered_devices, 0)
  const [entry] = await audited(about(user), 'mfa.forget_devices')
  assert.deepEqual(entry, { actor: about(admin.user), details: { count: 1 } })
})

test('emergency access: one administrator asks, another one approves, and the code lets in once', async () => {
  const user = await server.user()
  const app = await giveTotp(server, user)
  const asked = await admin.call(`POST ${users}/${user.id}/emergency-access`, { reason })
  assert.equal(asked.status, 201, JSON.stringify(asked.body))
  const { id } = asked.body
  assert.equal(asked.body.state, 'requested')
  refused(await admin.call(`POST ${grants}/${id}/approve`), 403, 'same_person')
  const approvals = Array.from({ length: 50 }, () => owner.call(`POST ${grants}/${id}/approve`))
  const answers = await Promise.all(approvals)
  const [approved, ...others] = answers.filter(({ status }) => status === 200)
  assert.ok(approved)
  assert.equal(others.length, 0)
  for (const answer of answers) if (answer !== approved) refused(answer, 409, 'conflict')
  const { grant, code } = approved.body
  assert.deepEqual(
    [grant.id, grant.state, grant.requested_by, grant.approved_by],
    [id, 'approved', about(admin.user), about(owner.user)],
  )
  const listed = await admin.call(`GET ${grants}`)
  assert.deepEqual(
    listed.body.grants.find((one: { id: string }) => one.id === id),
    grant,
  )
  assert.ok(!JSON.stringify(listed.body).includes(code))
  for (const action of ['emergency.request', 'emergency.approve']) {
    assert.equal((await audited(about(user), action)).length, 1, action)
  }
  const first = await mailbox.next(user.email ?? '', 'Emergency access')
  const second = await mailbox.next(user.email ?? '', 'Emergency access')
  assert.ok([first, second].every(({ text }) => text.includes(reason) && !text.includes(code)))
  const { username: identifier, password } = user
  const { mfa_token } = (await by()('POST /auth/login', { identifier, password })).body
  const attempt = { mfa_token, factor: 'emergency_code', code }
  const entered = await by()('POST /auth/mfa/verify', attempt)
  assert.equal(entered.status, 200, JSON.stringify(entered.body))
  assert.ok(app)
})

test('emergency access is for others, and nobody decides on the access to the own account', async () => {
  const other = await signedIn('greta', 'admin')
  const own = await admin.call(`POST ${users}/${admin.user.id}/emergency-access`, { reason })
  refused(own, 409, 'own_account')
  const path = `POST ${users}/${admin.user.id}/emergency-access`
  const { id } = (await other.call(path, { reason })).body
  refused(await admin.call(`POST ${grants}/${id}/approve`), 403, 'same_person')
  refused(await other.call(path, { reason }), 409, 'conflict')
  assert.equal((await admin.call(`DELETE ${grants}/${id}`)).status, 204)
  refused(await owner.call(`POST ${grants}/${id}/approve`), 404, 'not_found')
  refused(await admin.call(`DELETE ${grants}/${id}`), 404, 'not_found')
  const [entry] = await audited(about(admin.user), 'emergency.cancel')
  assert.equal(entry?.actor, about(admin.user))
  const short = await other.call(path, { reason: 'lost' })
  refused(short, 400, 'invalid_request')
  assert.equal(short.body.errors[0].pointer, '/reason')
})

const changes = (id: string): readonly (readonly [what: string, body?: object])[] => [
  [`POST ${users}/${id}/mfa/reset`],
  [`POST ${users}/${id}/mfa/require-enrolment`],
  [`POST ${users}/${id}/mfa/start-recovery`],
  [`POST ${users}/${id}/mfa/forget-devices`],
  [`POST ${users}/${id}/emergency-access`, { reason }],
]

test('nobody but an administrator may do or see any of it', async () => {
  const target = await server.user()
  const gina = await signedIn('gina')
  const { id } = (await admin.call(`POST ${users}/${target.id}/emergency-access`, { reason })).body
  const all: readonly (readonly [what: string, body?: object])[] = [
    ...changes(target.id),
    [`GET ${policyPath}`],
    [`PUT ${policyPath}`, defaultPolicy],
    [`GET ${users}/${target.id}/mfa`],
    [`GET ${grants}`],
    [`POST ${grants}/${id}/approve`],
    [`DELETE ${grants}/${id}`],
  ]
  for (const [what, body] of all) {
    refused(await by()(what, body, '*'), 401, 'unauthenticated')
    refused(await gina.call(what, body, '*'), 403, 'forbidden')
  }
  assert.equal((await standingOf(target)).mustEnrol, false)
  const { body } = await admin.call(`GET ${grants}`)
  const open = body.grants.find((one: { id: string }) => one.id === id)
  assert.equal(open.state, 'requested')
})

test('an administrator who is no owner has no say over an owner', async () => {
  for (const [what, body] of changes(owner.user.id)) {
    refused(await admin.call(what, body), 403, 'forbidden')
  }
  const boss = await signedIn('otto', 'owner')
  const path = `POST ${users}/${owner.user.id}/emergency-access`
  const { id } = (await boss.call(path, { reason })).body
  refused(await admin.call(`POST ${grants}/${id}/approve`), 403, 'forbidden')
  refused(await admin.call(`DELETE ${grants}/${id}`), 403, 'forbidden')
  assert.equal((await boss.call(`DELETE ${grants}/${id}`)).status, 204)
})

test('administrators change their own factors like everybody, and what is unknown is not found', async () => {
  for (const [what, body] of changes(owner.user.id)) {
    refused(await owner.call(what, body), 409, 'own_account')
  }
  for (const [what, body] of changes(nobody))
    refused(await owner.call(what, body), 404, 'not_found')
  refused(await owner.call(`GET ${users}/${nobody}/mfa`), 404, 'not_found')
  refused(await owner.call(`POST ${grants}/${nobody}/approve`), 404, 'not_found')
  refused(await owner.call(`DELETE ${grants}/${nobody}`), 404, 'not_found')
})

test('a client says which level it asks for, and only for one that there is', async () => {
  const app = { client_name: 'Bank', redirect_uris: ['https://bank.example/cb'] }
  const mine = { default_acr_values: ['urn:cardea:aal2', 'phr'], mfa_policy: 'required' }
  const made = await owner.call('POST /admin/clients', { ...app, ...mine })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const read = await owner.call(`GET /admin/clients/${made.body.client_id}`)
  assert.deepEqual(read.body.default_acr_values, mine.default_acr_values)
  assert.equal(read.body.mfa_policy, 'required')
  const bad = { ...app, default_acr_values: ['urn:example:gold'] }
  const unknown = await owner.call('POST /admin/clients', bad)
  refused(unknown, 400, 'invalid_client_metadata')
  assert.equal(unknown.body.errors[0].pointer, '/default_acr_values/0')
  const always = await owner.call('POST /admin/clients', { ...app, mfa_policy: 'always' })
  assert.equal(always.status, 400)
})

/** Everything that changes something and needs a recent proof. */
const freshOnes = (id: string): readonly (readonly [what: string, body?: object])[] => [
  ...changes(id),
  [`PUT ${policyPath}`, defaultPolicy],
  [`POST ${grants}/${nobody}/approve`],
  [`DELETE ${grants}/${nobody}`],
  [`PATCH ${users}/${id}`, { username: 'somebody-else' }],
  [`POST ${users}/${id}/deactivate`],
  [`POST ${users}/${id}/reactivate`],
  [`POST ${users}/${id}/end-sessions`],
  [`POST ${users}/${id}/start-recovery`],
  [`DELETE ${users}/${id}`],
  ['POST /admin/clients', { client_name: 'App', redirect_uris: ['https://app.example/cb'] }],
  ['POST /admin/clients/anything/rotate-secret'],
]

test('RFC 9470 §3: a change asks for a recent proof', async () => {
  const target = await server.user()
  const browser = await signIn(server, await withRole('hanna', 'admin'))
  clock.advance(fresh - 1)
  const forget = `POST ${users}/${target.id}/mfa/forget-devices`
  assert.equal((await call(browser, forget)).status, 204)
  clock.advance(1)
  for (const [what, body] of freshOnes(target.id)) {
    const answer = await call(browser, what, body)
    refused(answer, 401, 'insufficient_user_authentication')
    assert.match(answer.headers.get('www-authenticate') ?? '', /max_age="?900/, what)
  }
  assert.equal((await call(browser, `GET ${users}/${target.id}/mfa`)).status, 200)
})

test('RFC 9470 §3: an administrator with a factor proves both before a change', async () => {
  const target = await server.user()
  const user = await withRole('ida', 'admin')
  const byPassword = await login(user)
  const app = await giveTotp(server, user)
  for (const [what, body] of freshOnes(target.id)) {
    const answer = await byPassword(what, body, '*')
    refused(answer, 401, 'insufficient_user_authentication')
    const challenge = answer.headers.get('www-authenticate') ?? ''
    assert.match(challenge, /acr_values="urn:cardea:aal2"/, what)
  }
  const byBoth = await loginWith(user, app)
  assert.equal((await byBoth(`POST ${users}/${target.id}/mfa/forget-devices`)).status, 204)
})
