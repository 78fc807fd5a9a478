import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assignRole } from '../../src/access/index.ts'
import { apiKeyPattern, remindOfKeyExpiry, sweepApiKeys } from '../../src/api-keys/index.ts'
import { newKeyText } from '../../src/api-keys/key-text.ts'
import { apiKeyNeeds } from '../../src/accounts.ts'
import { manualClock, secureRandom } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { setUserActive } from '../../src/identity/index.ts'
import { runCommand } from '../harness/command.ts'
import type { JsonAnswer } from '../harness/json.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { introspect } from '../harness/oauth.ts'
import { post } from '../harness/second-factor.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const lines: string[] = []
let mailbox: Mailbox
let server: TestServer
let owner: TestUser
/** Each test comes from an address of its own: failures are counted by address. */
let address = ''
let addresses = 0

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({
    mailbox,
    clock,
    log: (line) => lines.push(line),
    env: {
      CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
      CARDEA_LIMITS_ENABLED: 'true',
      CARDEA_LIMITS_CLIENT_FAILURES: '5',
      CARDEA_LIMITS_LOGIN_PER_ADDRESS: '1000',
      CARDEA_API_KEYS_MAX_LIFETIME: '180d',
    },
  })
  owner = await withRole('root', 'owner')
})
beforeEach(() => {
  addresses += 1
  address = `192.0.2.${addresses}`
})
after(async () => {
  await server?.close()
  await mailbox?.close()
})

type Options = { readonly token?: string; readonly body?: object; readonly ip?: string }

/** 'GET /users/me' with a token or an API key. */
function call(what: string, { token, body, ip }: Options = {}): Promise<JsonAnswer> {
  const [method = 'GET', path = ''] = what.split(' ')
  return postJson(`${server.url}/api/v1${path}`, body, {
    method,
    ...(token !== undefined && { token }),
    headers: { 'x-forwarded-for': ip ?? address },
  })
}

async function withRole(username: string, role?: string): Promise<TestUser> {
  const user = await server.user({ username })
  if (role !== undefined) await assignRole(server.app.db, user.id, role, clock.now())
  server.app.access.changed()
  return user
}

async function tokenOf({ username: identifier, password }: TestUser): Promise<string> {
  const { status, body } = await call('POST /auth/login', { body: { identifier, password } })
  assert.equal(status, 200, JSON.stringify(body))
  return body.access_token
}

type Made = { readonly id: string; readonly key: string; readonly token: string }

async function keyFor(user: TestUser, scopes: readonly string[], more: object = {}): Promise<Made> {
  const token = await tokenOf(user)
  const body = { name: 'Backup', scopes, ...more }
  const made = await call('POST /users/me/api-keys', { token, body })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return { id: made.body.id, key: made.body.key, token }
}

test('a key is shown once, is recognised by its form and is in the database as a digest only', async () => {
  const user = await withRole('ada')
  const token = await tokenOf(user)
  const body = { name: ' Nightly backup ', scopes: ['document:read', 'document:read', 'photo:*'] }
  const made = await call('POST /users/me/api-keys', { token, body })
  assert.equal(made.status, 201)
  const { key, ...shown } = made.body
  assert.match(key, new RegExp(`^${apiKeyPattern}$`))
  assert.equal(shown.name, 'Nightly backup')
  assert.deepEqual(shown.scopes, ['document:read', 'photo:*'])
  assert.equal(shown.expires_at, '2030-04-01T00:00:00.000Z')
  assert.equal(shown.start, key.slice(0, 15))
  const listed = await call('GET /users/me/api-keys', { token })
  assert.deepEqual(listed.body.items, [shown])
  const exported = await call('GET /users/me/export', { token })
  assert.deepEqual(exported.body.api_keys, [shown])
  const letter = await mailbox.next('ada@example.com', 'API key')
  assert.match(letter.text, /Nightly backup/)
  assert.doesNotMatch(letter.text, new RegExp(apiKeyPattern))
  const { db } = server.app
  const rows = await db.many<{ row: string }>(
    sql`SELECT row_to_json(k)::text AS row FROM api_keys k`,
  )
  assert.ok(rows.length > 0 && rows.every(({ row }) => !row.includes(key.slice(15))))
  const audit = await db.many<{ details: Record<string, unknown> }>(sql`
    SELECT details FROM audit_log WHERE action = 'api_key.create' AND actor = ${`user:${user.id}`}`)
  assert.equal(audit[0]?.details.name, 'Nightly backup')
})

test('what is wrong with a new key is told member by member', async () => {
  const token = await tokenOf(await withRole('bea'))
  const wrong = async (body: object) => {
    const answer = await call('POST /users/me/api-keys', { token, body })
    return [answer.status, answer.body.errors?.map((e: { pointer: string }) => e.pointer)]
  }
  const scopes = ['document:read']
  assert.deepEqual(
    await wrong({ name: ' ', scopes: ['all'], expires_at: '2029-12-31T00:00:00Z' }),
    [400, ['/name', '/scopes', '/expires_at']],
  )
  assert.deepEqual(await wrong({ name: 'a', scopes, expires_at: '2030-07-01T00:00:00Z' }), [
    400,
    ['/expires_at'],
  ])
  assert.deepEqual(await wrong({ name: 'a', scopes: ['document:read@own'] }), [400, ['/scopes']])
})

test('a key is made after a recent proof only, and never by a key', async () => {
  const user = await withRole('cleo')
  const { key, token } = await keyFor(user, ['document:read'])
  const body = { name: 'Second', scopes: ['document:read'] }
  assert.equal((await call('POST /users/me/api-keys', { token: key, body })).status, 401)
  assert.equal((await call('GET /users/me/api-keys', { token: key })).status, 401)
  assert.equal((await call('DELETE /users/me/api-keys', { token: key })).status, 401)
  clock.advance(16 * 60)
  // The session itself goes on for longer than a proof is recent.
  const late = await call('POST /users/me/api-keys', { token, body })
  assert.equal(late.status, 401)
  assert.notEqual(late.body.code, undefined)
})

test('a key reads the account of its owner and changes nothing in it', async () => {
  const user = await withRole('dora')
  const { key } = await keyFor(user, ['document:read'])
  const me = await call('GET /users/me', { token: key })
  assert.equal(me.status, 200)
  assert.equal(me.body.username, 'dora')
  const password = 'violet tractor sings at noon'
  const attempts: [string, object][] = [
    ['PATCH /users/me', { profile: { name: 'X' } }],
    ['PUT /users/me/username', { username: 'x' }],
    ['PUT /users/me/password', { current_password: user.password, password }],
    ['POST /users/me/email', { email: 'x@example.com' }],
    ['POST /users/me/mfa/backup-codes', {}],
    ['POST /users/me/sessions/end-others', {}],
    ['POST /auth/reauthenticate', { password: user.password }],
  ]
  for (const [what, body] of attempts) {
    const { status } = await call(what, { token: key, body })
    assert.ok(status === 401 || status === 404, `${what}: ${status}`)
  }
  const wrong = await call('GET /users/me', {
    token: `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`,
  })
  assert.equal(wrong.status, 401)
  assert.match(wrong.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
})

test('a key may what its scopes and its owner allow together, at the moment of its use', async () => {
  const admin = await withRole('emil', 'admin')
  const { key } = await keyFor(admin, ['cardea.api_key:read', 'cardea.user:read'])
  assert.equal((await call('GET /admin/api-keys', { token: key })).status, 200)
  assert.equal((await call(`GET /admin/users/${admin.id}`, { token: key })).status, 200)
  const beyond = await call('GET /admin/mfa-policy', { token: key })
  assert.equal(beyond.status, 403)
  assert.match(beyond.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/)
  // Its owner loses the role, and the key the right with it.
  await server.app.db.run(sql`DELETE FROM role_assignments WHERE user_id = ${admin.id}`)
  server.app.access.changed()
  assert.equal((await call('GET /admin/api-keys', { token: key })).status, 403)
})

test('nobody makes a key with a right over Cardea that they lack', async () => {
  const auditor = await tokenOf(await withRole('fred', 'auditor'))
  const make = async (scope: string) => {
    const body = { name: 'a', scopes: [scope] }
    return (await call('POST /users/me/api-keys', { token: auditor, body })).status
  }
  assert.equal(await make('cardea.user:read'), 201)
  assert.equal(await make('document:delete'), 201)
  for (const scope of ['cardea.user:delete', 'cardea.user:*', '*:*', '*:delete']) {
    assert.equal(await make(scope), 403, scope)
  }
})

test('a key does what needs a recent proof if its scope names exactly that, and nothing for people only', async () => {
  const [named, wild] = await Promise.all([
    keyFor(owner, ['cardea.client:create', 'cardea.emergency:manage']),
    keyFor(owner, ['cardea.client:*', '*:*']),
  ])
  const create = (token: string) => {
    const body = { client_name: 'By key', redirect_uris: ['https://app.example.com/cb'] }
    return call('POST /admin/clients', { token, body })
  }
  assert.equal((await create(named.key)).status, 201)
  const refused = await create(wild.key)
  assert.equal(refused.status, 403)
  assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/)
  const body = { reason: 'A key should not be able to do this' }
  for (const { key } of [named, wild]) {
    const emergency = await call(`POST /admin/users/${owner.id}/emergency-access`, {
      token: key,
      body,
    })
    assert.deepEqual([emergency.status, emergency.body.code], [403, 'person_needed'])
  }
})

test('a key changes only people who have no right over Cardea beyond its scopes', async () => {
  const [plain, other] = await Promise.all([withRole('gabe'), withRole('gwen', 'owner')])
  const [narrow, wide] = await Promise.all([
    keyFor(owner, ['cardea.user:deactivate']),
    keyFor(owner, ['cardea.user:deactivate', '*:*']),
  ])
  const deactivate = async (token: string, { id }: TestUser) => {
    const { status } = await call(`POST /admin/users/${id}/deactivate`, { token })
    return status < 300 ? 'done' : status
  }
  assert.equal(await deactivate(narrow.key, other), 403)
  assert.equal(await deactivate(narrow.key, plain), 'done')
  assert.equal(await deactivate(wide.key, other), 'done')
})

test('a key is verified with one statement, and with none within the next second', async () => {
  const { key } = await keyFor(await withRole('gina'), ['document:read'])
  clock.advance(2)
  await call('GET /users/me', { token: key })
  clock.advance(2)
  // The queue, which sends letters, looks for work at any time.
  const asked = () => server.statements().filter((text) => !text.includes('queued_jobs'))
  asked()
  assert.equal((await call('GET /users/me', { token: key })).status, 200)
  assert.equal(asked().length, 1)
  assert.equal((await call('GET /users/me', { token: key })).status, 200)
  assert.equal((await call('GET /users/me', { token: `${key}x` })).status, 401)
  assert.deepEqual(asked(), [])
})

test('its last use is noted once a minute, with the address', async () => {
  const { key, id } = await keyFor(await withRole('hugo'), ['document:read'])
  const noted = async () => {
    const row = await server.app.db.maybe<{ at: Date | null; ip: string | null }>(sql`
      SELECT last_used_at AS at, host(last_ip) AS ip FROM api_keys WHERE id = ${id}`)
    return [row?.at?.getTime(), row?.ip]
  }
  const use = async (ip: string) => {
    await call('GET /users/me', { token: key, ip })
    // Nobody waits for the note, so it may come a moment after the answer.
    await sleep(50)
    return noted()
  }
  const first = clock.now().getTime()
  assert.deepEqual(await use('198.51.100.1'), [first, '198.51.100.1'])
  clock.advance(30)
  assert.deepEqual(await use('198.51.100.2'), [first, '198.51.100.1'])
  clock.advance(30)
  assert.deepEqual(await use('198.51.100.3'), [first + 60_000, '198.51.100.3'])
})

test('a revoked key counts no more: here at once, in another process within a second', async () => {
  const user = await withRole('ida')
  const [first, second, third] = [
    await keyFor(user, ['document:read']),
    await keyFor(user, ['document:read']),
    await keyFor(user, ['document:read']),
  ]
  const status = async ({ key }: Made) => (await call('GET /users/me', { token: key })).status
  const { token } = third
  assert.equal(await status(first), 200)
  assert.equal((await call(`DELETE /users/me/api-keys/${first.id}`, { token })).status, 204)
  assert.equal((await call(`DELETE /users/me/api-keys/${first.id}`, { token })).status, 404)
  assert.equal(await status(first), 401)
  // What another process wrote.
  assert.equal(await status(second), 200)
  await server.app.db.run(
    sql`UPDATE api_keys SET revoked_at = ${clock.now()} WHERE id = ${second.id}`,
  )
  clock.advance(1)
  assert.equal(await status(second), 401)
  const stranger = await tokenOf(await withRole('ivan'))
  const foreign = await call(`DELETE /users/me/api-keys/${third.id}`, { token: stranger })
  assert.equal(foreign.status, 404)
  assert.equal(await status(third), 200)
  assert.deepEqual((await call('DELETE /users/me/api-keys', { token })).body, { revoked: 1 })
  assert.equal(await status(third), 401)
})

test('keys outlive a new password and end with the account, for good', async () => {
  const user = await withRole('jane')
  const { key, token } = await keyFor(user, ['document:read'])
  const password = 'violet tractor sings at noon'
  const body = { current_password: user.password, password }
  assert.equal((await call('PUT /users/me/password', { token, body })).status, 204)
  clock.advance(2)
  assert.equal((await call('GET /users/me', { token: key })).status, 200)
  await setUserActive(server.app.db, user.id, false, clock.now())
  clock.advance(1)
  assert.equal((await call('GET /users/me', { token: key })).status, 401)
  await setUserActive(server.app.db, user.id, true, clock.now())
  clock.advance(1)
  assert.equal((await call('GET /users/me', { token: key })).status, 401)
})

test('an expired key counts no more, its owner is told a week before, and its row goes a month later', async () => {
  const user = await withRole('kira')
  const end = new Date(clock.now().getTime() + 10 * 86_400_000)
  const { key } = await keyFor(user, ['document:read'], { expires_at: end.toISOString() })
  await keyFor(user, ['document:read'], {
    name: 'Short',
    expires_at: new Date(clock.now().getTime() + 86_400_000).toISOString(),
  })
  const needs = apiKeyNeeds(server.config, server.app)
  await remindOfKeyExpiry(needs, 100)
  clock.advance(4 * 86_400)
  await Promise.all([remindOfKeyExpiry(needs, 100), remindOfKeyExpiry(needs, 100)])
  const letter = await mailbox.next('kira@example.com', 'expires soon')
  assert.match(letter.text, /"Backup" is valid until 1\d January 2030/)
  const told = mailbox
    .letters()
    .filter(({ to, subject }) => to === letter.to && /soon/.test(subject))
  assert.equal(told.length, 1)
  assert.equal((await call('GET /users/me', { token: key })).status, 200)
  clock.advance(6 * 86_400)
  assert.equal((await call('GET /users/me', { token: key })).status, 401)
  const { body } = await call('GET /users/me/api-keys', { token: await tokenOf(user) })
  assert.deepEqual(
    body.items.map(({ state }: { state: string }) => state),
    ['expired', 'expired'],
  )
  assert.equal((await sweepApiKeys(server.app.db, new Date(end.getTime() + 1), 1000)) >= 2, true)
})

test('of 50 creations at a time beside one key 49 succeed', async () => {
  const user = await withRole('lars')
  const { token } = await keyFor(user, ['document:read'])
  const body = { name: 'Many', scopes: ['document:read'] }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call('POST /users/me/api-keys', { token, body })),
  )
  const statuses = answers.map(({ status }) => status)
  assert.deepEqual(
    [statuses.filter((s) => s === 201).length, statuses.filter((s) => s === 409).length],
    [49, 1],
  )
})

test('an application may ask whose key it was shown, and learns nothing of one that does not count', async () => {
  const user = await withRole('mona')
  const { key, id, token } = await keyFor(user, ['document:read', 'photo:*'])
  const client = await server.client()
  const seen = await introspect(server, client, key)
  assert.deepEqual(seen, {
    active: true,
    iss: server.url,
    sub: user.id,
    username: 'mona',
    scope: 'document:read photo:*',
    exp: seen.exp,
    iat: Math.floor(clock.now().getTime() / 1000),
    jti: id,
    token_type: 'api_key',
  })
  await call(`DELETE /users/me/api-keys/${id}`, { token })
  assert.deepEqual(await introspect(server, client, key), { active: false })
  assert.deepEqual(await introspect(server, client, 'cardea_pat_x'), { active: false })
})

test('who tries keys is slowed down by address; a key that was good goes on from there', async () => {
  const { key } = await keyFor(await withRole('nils'), ['document:read'])
  const ip = '198.51.100.7'
  const other = await keyFor(await withRole('nora'), ['document:read'])
  assert.equal((await call('GET /users/me', { token: key, ip })).status, 200)
  const statuses: number[] = []
  for (let i = 0; i < 6; i += 1) {
    statuses.push((await call('GET /users/me', { token: `${key.slice(0, -1)}-`, ip })).status)
  }
  assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429])
  assert.equal((await call('GET /users/me', { token: key, ip })).status, 200)
  assert.equal((await call('GET /users/me', { token: other.key, ip })).status, 429)
  assert.equal((await call('GET /users/me', { token: other.key })).status, 200)
  clock.advance(61)
  assert.equal((await call('GET /users/me', { token: other.key, ip })).status, 200)
})

test('administrators list keys page by page, by user, age and state, and revoke them', async () => {
  const [reader, user] = await Promise.all([withRole('otto', 'admin'), withRole('pia')])
  const made = []
  for (let i = 0; i < 3; i += 1) {
    made.push(await keyFor(user, ['document:read'], { name: `k${i}` }))
    clock.advance(1)
  }
  clock.advance(5)
  await call('GET /users/me', { token: made[1]?.key ?? '' })
  await sleep(50)
  const token = await tokenOf(reader)
  const names = (answer: JsonAnswer) => answer.body.items.map(({ name }: { name: string }) => name)
  const first = await call(`GET /admin/api-keys?user_id=${user.id}&limit=2`, { token })
  assert.deepEqual([first.status, names(first)], [200, ['k2', 'k1']])
  const { next } = first.body
  const rest = await call(`GET /admin/users/${user.id}/api-keys?limit=2&after=${next}`, { token })
  assert.deepEqual([names(rest), rest.body.next], [['k0'], null])
  assert.equal(JSON.stringify(first.body).includes(made[2]?.key ?? '-'), false)
  const since = new Date(clock.now().getTime() - 1000).toISOString()
  const unused = `GET /admin/users/${user.id}/api-keys?last_used_before=${since}`
  assert.deepEqual(names(await call(unused, { token })), ['k2', 'k0'])
  assert.equal((await call(`DELETE /admin/api-keys/${made[0]?.id}`, { token })).status, 204)
  assert.equal((await call('GET /users/me', { token: made[0]?.key ?? '' })).status, 401)
  assert.deepEqual(
    names(await call(`GET /admin/users/${user.id}/api-keys?expired=true`, { token })),
    ['k0'],
  )
  const all = await call(`DELETE /admin/users/${user.id}/api-keys`, { token })
  assert.deepEqual(all.body, { revoked: 2 })
  assert.equal((await call('GET /admin/api-keys?limit=1', { token })).body.items.length, 1)
  const plain = await tokenOf(user)
  assert.equal((await call('GET /admin/api-keys', { token: plain })).status, 403)
  const audit = await server.app.db.many(sql`
    SELECT 1 FROM audit_log WHERE action = 'api_key.revoke' AND actor = ${`user:${reader.id}`}`)
  assert.equal(audit.length, 1)
})

test('the pages make a key without JavaScript, show it once and revoke it', async () => {
  const user = await withRole('quin')
  const browser = await signIn(server, user)
  let page = await browser.open('/account/api-keys')
  assert.match(page.body, /You have no API keys/)
  page = await browser.open('/account/api-keys/new')
  const refused = await post(browser, page, '/account/api-keys/new', {
    name: 'Laptop',
    scopes: 'everything',
    lifetime: '604800',
  })
  assert.equal(refused.status, 400)
  assert.match(refused.body, /A permission looks like/)
  assert.match(refused.body, /value="Laptop"/)
  const shown = await post(browser, refused, '/account/api-keys/new', {
    name: 'Laptop <b>',
    scopes: 'document:read  photo:*',
    lifetime: '604800',
  })
  const key = new RegExp(apiKeyPattern).exec(shown.body)?.[0]
  assert.ok(key, shown.body)
  assert.match(shown.body, /Laptop &lt;b&gt;|Laptop &#60;b&#62;/)
  assert.match(shown.headers.get('cache-control') ?? '', /no-store/)
  assert.equal((await call('GET /users/me', { token: key })).status, 200)
  page = await browser.open('/account/api-keys')
  assert.doesNotMatch(page.body, new RegExp(apiKeyPattern))
  assert.match(page.body, /document:read, photo:\*/)
  page = await post(browser, page, '/account/api-keys/revoke', {})
  assert.match(page.body, /The key is revoked/)
  assert.equal((await call('GET /users/me', { token: key })).status, 401)
  const forged = await browser.fetch('/account/api-keys/revoke-all', {
    method: 'POST',
    body: new URLSearchParams({ account: user.id }),
  })
  assert.equal(forged.status, 403)
})

test('a stale session confirms the password before the form of a new key', async () => {
  const browser = await signIn(server, await withRole('rosa'))
  clock.advance(16 * 60)
  const page = await browser.open('/account/api-keys/new')
  assert.match(page.url, /\/account\/confirm\?return=%2Faccount%2Fapi-keys%2Fnew/)
  assert.equal((await browser.open('/account/api-keys')).status, 200)
})

test('the command line lists and revokes keys', async () => {
  const user = await withRole('sven')
  const { id, key } = await keyFor(user, ['document:read'])
  const cardea = (...argv: string[]) => runCommand(server.databaseUrl, argv)
  const listed = await cardea('api-key', 'list', '--user', 'sven')
  assert.ok(listed.output.includes(`${id}  ${key.slice(0, 15)}...`), listed.output)
  assert.equal(listed.output.includes(key), false)
  const all = await cardea('api-key', 'revoke', '--user', 'sven')
  assert.deepEqual([all.code, all.output], [0, 'revoked: 1\n'])
})

test('keys can be switched off', async () => {
  const off = await testServer({ env: { CARDEA_API_KEYS_ENABLED: 'false' } })
  try {
    const user = await off.user({ username: 'tom' })
    const login = { identifier: 'tom', password: user.password }
    const { body } = await postJson(`${off.url}/api/v1/auth/login`, login)
    const wanted = { name: 'a', scopes: ['document:read'] }
    const token: string = body.access_token
    const made = await postJson(`${off.url}/api/v1/users/me/api-keys`, wanted, { token })
    assert.deepEqual([made.status, made.body.code], [403, 'api_keys_off'])
    const browser = await signIn(off, user)
    assert.match((await browser.open('/account/api-keys')).body, /switched off/)
    assert.equal((await browser.open('/account/api-keys/new')).status, 403)
  } finally {
    await off.close()
  }
})

test('no key stands in the log or among the metrics, however it was sent', async () => {
  const { key } = await keyFor(await withRole('ulla'), ['document:read'])
  await call('GET /users/me', { token: key })
  await call('GET /users/me', { token: `${key}z` })
  await fetch(`${server.url}/api/v1/users/${key}?token=${key}`)
  server.app.http.log.info(
    { note: `the key ${key} in a text`, deep: { list: [key] } },
    `and ${key}`,
  )
  const secret = key.slice(15)
  assert.deepEqual(
    lines.filter((line) => line.includes(secret)),
    [],
  )
  assert.ok(lines.some((line) => line.includes('the key [redacted] in a text')))
  const { body } = await server.app.metrics.render()
  for (const event of ['created', 'revoked', 'accepted', 'refused']) {
    assert.match(body, new RegExp(`cardea_api_keys_total\\{event="${event}"\\} [1-9]`))
  }
})

test('the digest of a made-up key with a right checksum is looked up and found nowhere', async () => {
  const { text } = newKeyText(secureRandom)
  assert.equal((await call('GET /users/me', { token: text, ip: '203.0.113.5' })).status, 401)
})
