import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { assignRole, ownerRole } from '../../src/access/index.ts'
import { apiKeyNeeds } from '../../src/accounts.ts'
import { remindOfKeyExpiry, sweepApiKeys } from '../../src/api-keys/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { eraseDueUsers } from '../../src/identity/index.ts'
import { postJson } from '../harness/json.ts'
import type { Mailbox } from '../harness/mailbox.ts'
import { createMailbox } from '../harness/mailbox.ts'
import { introspect, obtainTokens, refresh } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

/** Tables that stay small however many people there are. */
const small = new Set(['roles', 'mfa_policy', 'signing_keys', 'setup_tokens', 'schema_migrations'])
const password = 'tulip harbour seventeen'
let mailbox: Mailbox
let server: TestServer
let explainer: Client

before(async () => {
  mailbox = await createMailbox()
  server = await testServer({
    mailbox,
    env: { CARDEA_REGISTRATION_MODE: 'open', CARDEA_PASSWORD_HISTORY: '3' },
  })
  explainer = new Client({ connectionString: server.databaseUrl })
  await explainer.connect()
  // The tables of a test are so small that reading them whole would always be best.
  await explainer.query('SET enable_seqscan = off')
})
after(async () => {
  await explainer?.end()
  await server?.close()
  await mailbox?.close()
})

type Options = Parameters<typeof postJson>[2]
const call = (method: string, path: string, body?: object, options: Options = {}) =>
  postJson(`${server.url}/api/v1${path}`, body, { ...options, method })

/** A person's whole life with an account, and an application's with the person. */
async function everything(): Promise<void> {
  const begun = await call('POST', '/auth/register', {
    username: 'ada',
    email: 'ada@example.org',
    password,
  })
  const { code } = await mailbox.next('ada@example.org')
  await call('POST', '/auth/register/confirm', { registration: begun.body.registration, code })
  await call('POST', '/auth/forgot-password', { identifier: 'ada' })
  const { link = '' } = await mailbox.next('ada@example.org', 'Reset')
  const reset = { token: new URL(link).searchParams.get('token'), password: `${password} two` }
  await call('POST', '/auth/reset-password', reset)
  const { body } = await call('POST', '/auth/login', {
    identifier: 'ada@example.org',
    password: `${password} two`,
  })
  const token: string = body.access_token
  const mine = { token, headers: { 'if-match': '*' } }
  const user = await server.app.db.maybe<{ id: never }>({
    name: 'ada',
    text: 'SELECT id FROM users WHERE username_key = $1',
    values: ['ada'],
  })
  assert.ok(user)
  await assignRole(server.app.db, user.id, ownerRole, systemClock.now())
  await call('PATCH', '/users/me', { profile: { nickname: 'A' } }, mine)
  await call('PUT', '/users/me/username', { username: 'ada2' }, mine)
  await call('POST', '/users/me/email', { email: 'ada@new.example' }, mine)
  const { code: emailCode } = await mailbox.next('ada@new.example')
  await call('POST', '/users/me/email/confirm', { code: emailCode }, mine)
  const change = { current_password: `${password} two`, password: `${password} three` }
  await call('PUT', '/users/me/password', change, mine)
  await call('POST', '/auth/refresh', { refresh_token: body.refresh_token })
  await call('GET', '/users/me/sessions', undefined, mine)
  await call('GET', '/users/me/export', undefined, mine)
  await call('POST', '/admin/invitations', { email: 'bea@example.org' }, mine)
  await call('GET', '/admin/invitations', undefined, mine)
  const resource = { type: 'document', id: '42', properties: { owner: 'ada@new.example' } }
  const [who, action] = [{ type: 'user', id: user.id }, { name: 'read' }]
  for (const [what, body] of [
    ['evaluation', { subject: who, action, resource }],
    ['search/subject', { subject: { type: 'user' }, action, resource }],
    ['search/subject', { subject: { type: 'client' }, action, resource }],
    ['search/resource', { subject: who, action, resource }],
    ['search/action', { subject: who, resource }],
  ] as const) {
    const { status } = await postJson(`${server.url}/access/v1/${what}`, body, { token })
    assert.equal(status, 200, what)
  }
  await call('POST', '/users/me/sessions/end-others', undefined, mine)
  const person = await server.user()
  const client = await server.client()
  const tokens = await obtainTokens(server, client, person)
  await introspect(server, client, tokens.access_token)
  await refresh(server, client, tokens.refresh_token)
  await tokens.browser.open('/account/sessions')
  await administerOAuth(mine, person.id, client.id)
  await useApiKeys(mine, person.id)
  await call('DELETE', '/users/me', undefined, mine)
  await eraseDueUsers(server.app, systemClock.now(), 10)
  await server.app.queue.drain()
}

/** A key is made, used, looked for and revoked, alone and with the others. */
async function useApiKeys(mine: Options, user: string): Promise<void> {
  const made = await call('POST', '/users/me/api-keys', { name: 'a', scopes: ['a:b'] }, mine)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await call('GET', '/users/me', undefined, { token: made.body.key })
  await call('GET', '/users/me/api-keys', undefined, mine)
  await call('GET', '/admin/api-keys?expired=false', undefined, mine)
  await call('GET', `/admin/users/${user}/api-keys`, undefined, mine)
  await call('DELETE', `/admin/api-keys/${made.body.id}`, undefined, mine)
  await call('DELETE', '/users/me/api-keys', undefined, mine)
  await remindOfKeyExpiry(apiKeyNeeds(server.config, server.app), 10)
  await sweepApiKeys(server.app.db, systemClock.now(), 10)
}

/** What administrators and people do with clients, consents and grants. */
async function administerOAuth(mine: Options, user: string, client: string): Promise<void> {
  const at = `/admin/clients/${client}`
  const ofUser = `/admin/users/${user}`
  await call(
    'GET',
    '/admin/clients?search=app&active=true&grant_type=refresh_token',
    undefined,
    mine,
  )
  await call('PATCH', at, { client_name: 'Another' }, mine)
  await call('POST', `${at}/rotate-secret`, { overlap: 60 }, mine)
  await call('GET', `${at}/secrets`, undefined, mine)
  await call('DELETE', `${at}/secrets/previous`, undefined, mine)
  await call('GET', `${at}/service-account`, undefined, mine)
  const { body } = await call('GET', `${at}/tokens`, undefined, mine)
  await call('GET', `${ofUser}/tokens`, undefined, mine)
  await call('DELETE', `${ofUser}/tokens/${body.items[0].id}`, undefined, mine)
  await call('GET', `${ofUser}/consents`, undefined, mine)
  await call('DELETE', `${ofUser}/consents/${client}`, undefined, mine)
  await call('DELETE', `${ofUser}/consents`, undefined, mine)
  await call('DELETE', `${at}/tokens`, undefined, mine)
  await call('GET', '/admin/jobs/dead', undefined, mine)
  await call('POST', '/admin/jobs/dead/retry', undefined, mine)
  await call('GET', '/users/me', undefined, { headers: { origin: 'https://app.example.com' } })
  await call('POST', `${at}/deactivate`, undefined, mine)
  assert.equal((await call('DELETE', at, undefined, mine)).status, 204)
}

test('no statement of a request reads a table that grows from end to end', async () => {
  await everything()
  const statements = new Set(
    server.statements().filter((text) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(text)),
  )
  assert.ok(statements.size > 50, `${statements.size} statements were seen`)
  for (const text of statements) {
    for (const table of await scanned(text)) {
      assert.ok(small.has(table), `${table} is read from end to end by:\n${text}`)
    }
  }
})

test('the test would notice a column without an index', async () => {
  assert.deepEqual(await scanned('SELECT id FROM users WHERE email_verified = $1'), ['users'])
})

/** The tables that PostgreSQL can only read from end to end for a statement. */
async function scanned(text: string): Promise<string[]> {
  const { rows } = await explainer.query<Record<string, string>>(
    `EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`,
  )
  return rows.flatMap((row) => {
    const table = /Seq Scan on (?:\w+\.)?(\w+)/.exec(row['QUERY PLAN'] ?? '')?.[1]
    return table === undefined ? [] : [table]
  })
}
