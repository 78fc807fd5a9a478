import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { sql } from '../../src/db/index.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import { runCommand } from '../harness/command.ts'
import { post } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const path = '/admin/resources'
let server: TestServer
let owner: Administrator
let machine: TestClient

before(async () => {
  server = await testServer()
  owner = await administrator(server, 'owner')
  machine = await server.client({ grant_types: ['client_credentials'], scope: 'read write' })
})
after(() => server?.close())

const tokenFor = (resource: string) =>
  post(server, '/oauth/token', machine, { grant_type: 'client_credentials', resource })

const audited = (action: string, id: string) =>
  server.app.db.many<{ actor: string; details: Record<string, unknown> }>(sql`
    SELECT actor, details FROM audit_log WHERE action = ${action} AND resource = ${`resource:${id}`}`)

const invoices = {
  identifier: 'https://invoices.example.com/api',
  name: 'Invoices',
  scopes: [{ scope: 'read', name: 'See your invoices', description: 'All of them' }],
}

test('a resource is registered with defaults, and tokens for it are given at once', async () => {
  assert.equal((await tokenFor(invoices.identifier)).body.error, 'invalid_target')
  const made = await owner.send(`POST ${path}`, invoices)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.equal(made.headers.get('etag'), '"1"')
  const { id, created_at, updated_at, ...rest } = made.body
  assert.deepEqual(rest, {
    ...invoices,
    access_token_format: 'jwt',
    access_token_lifetime: null,
    access_token_signing_alg: 'ES256',
    require_binding: false,
    introspection_clients: [],
  })
  assert.equal(created_at, updated_at)
  const { body } = await tokenFor(invoices.identifier)
  assert.deepEqual(decodeJwt(String(body.access_token)).aud, invoices.identifier)
  assert.deepEqual((await owner.send(`GET ${path}/${id}`)).body, made.body)
  const [entry] = await audited('resource.create', id)
  assert.equal(entry?.actor, `user:${owner.user.id}`)
  assert.equal(Object(entry?.details.after).identifier, invoices.identifier)
})

test('an identifier is registered once, however it is spelt', async () => {
  const identifier = 'https://once.example.com'
  assert.equal((await owner.send(`POST ${path}`, { identifier, name: 'Once' })).status, 201)
  for (const spelling of [identifier, `${identifier}/`, 'https://ONCE.example.com:443']) {
    const again = { identifier: spelling, name: 'Twice' }
    const answer = await owner.send(`POST ${path}`, again)
    assert.deepEqual([answer.status, answer.body.code], [409, 'resource_taken'], spelling)
  }
})

test('of many who register the same identifier at once, one succeeds', async () => {
  const one = { identifier: 'https://race.example.com', name: 'Race' }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => owner.send(`POST ${path}`, one)),
  )
  const codes = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  assert.deepEqual(codes, [201, ...Array<number>(49).fill(409)])
})

test('what cannot be a resource is refused, each member by name', async () => {
  const wrong: readonly [object, string][] = [
    [{ identifier: 'not a uri' }, '/identifier'],
    [{ identifier: 'https://api.example.com/#part' }, '/identifier'],
    [{ identifier: server.url }, '/identifier'],
    [{ identifier: `${server.url}/` }, '/identifier'],
    [{ identifier: `${server.url}/api/v1` }, '/identifier'],
    [{ identifier: `${server.url}/oauth/userinfo` }, '/identifier'],
    [{ name: 'two\nlines' }, '/name'],
    [{ access_token_lifetime: 7200 }, '/access_token_lifetime'],
    [{ scopes: [invoices.scopes[0], invoices.scopes[0]] }, '/scopes/1/scope'],
    [{ scopes: [{ scope: 'two words', name: 'Two' }] }, '/scopes/0/scope'],
    [{ access_token_signing_alg: 'none' }, '/access_token_signing_alg'],
  ]
  for (const [part, pointer] of wrong) {
    const base = { identifier: 'https://wrong.example.com', name: 'Wrong' }
    const { status, body } = await owner.send(`POST ${path}`, { ...base, ...part })
    assert.equal(status, 400, JSON.stringify(part))
    assert.equal(JSON.stringify(body).includes(pointer), true, JSON.stringify(body))
  }
  const long = { identifier: 'urn:example:long', name: 'Long', access_token_lifetime: 7200 }
  const opaque = await owner.send(`POST ${path}`, { ...long, access_token_format: 'opaque' })
  assert.equal(opaque.status, 201)
})

test('a change needs the version it is based on, and shows in the next token', async () => {
  const made = await owner.send(`POST ${path}`, {
    identifier: 'https://change.example.com/v1',
    name: 'Before',
  })
  const one = `${path}/${made.body.id}`
  const change = { name: 'After', scopes: invoices.scopes, access_token_lifetime: 60 }
  assert.equal((await owner.send(`PATCH ${one}`, change, {})).status, 428)
  assert.equal((await owner.send(`PATCH ${one}`, change, { 'if-match': '"7"' })).status, 412)
  const done = await owner.send(`PATCH ${one}`, change, { 'if-match': '"1"' })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  assert.deepEqual(
    [done.headers.get('etag'), done.body.name, done.body.access_token_lifetime],
    ['"2"', 'After', 60],
  )
  const { body } = await tokenFor(made.body.identifier)
  assert.deepEqual([body.expires_in, body.scope], [60, 'read'])
  const usual = await owner.send(`PATCH ${one}`, { access_token_lifetime: null })
  assert.equal(usual.body.access_token_lifetime, null)
  const same = await owner.send(`PATCH ${one}`, { name: 'After' })
  assert.equal(same.headers.get('etag'), '"3"', 'nothing changed')
  const moved = await owner.send(`PATCH ${one}`, { identifier: 'https://other.example.com' })
  assert.equal(moved.status, 400, 'the identifier stays')
  const [entry] = await audited('resource.update', made.body.id)
  assert.deepEqual(Object(entry?.details.changes).name, { from: 'Before', to: 'After' })
})

test('a deleted resource is gone from the list, and no token is for it', async () => {
  const made = await owner.send(`POST ${path}`, {
    identifier: 'urn:example:gone',
    name: 'Gone',
  })
  const one = `${path}/${made.body.id}`
  assert.equal((await owner.send(`DELETE ${one}`)).status, 204)
  assert.equal((await owner.send(`DELETE ${one}`)).status, 404)
  assert.equal((await owner.send(`GET ${one}`)).status, 404)
  assert.equal((await tokenFor('urn:example:gone')).body.error, 'invalid_target')
  assert.equal((await audited('resource.delete', made.body.id)).length, 1)
})

test('resources are listed page by page, the youngest first', async () => {
  const first = await owner.send(`GET ${path}?limit=2`)
  assert.equal(first.body.items.length, 2)
  const link = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
  const second = await owner.send(`GET ${link.slice(`${server.url}/api/v1`.length)}`)
  const ids = [...first.body.items, ...second.body.items].map((one: { id: string }) => one.id)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(ids, ids.toSorted().toReversed())
})

test('the command line registers and lists resources', async () => {
  const run = (...words: string[]) => runCommand(server.databaseUrl, words)
  const options = ['--name', 'By hand', '--format', 'opaque', '--scope', 'read=See it']
  const address = 'https://cli.example.com'
  const made = await run('resource', 'create', address, ...options, '--scope', 'write')
  assert.equal(made.code, 0, made.output)
  const { body } = await tokenFor('https://cli.example.com')
  assert.match(String(body.access_token), /^cardea_at_/)
  assert.equal(body.scope, 'read write')
  const listed = await run('resource', 'list')
  assert.match(listed.output, /opaque {2}https:\/\/cli\.example\.com {2}By hand/)
  assert.equal((await run('resource', 'create', 'nonsense', '--name', 'X')).code, 1)
})

test('an auditor reads resources and changes none; an administrator does both', async () => {
  const auditor = await administrator(server, 'auditor')
  assert.equal((await auditor.send(`GET ${path}`)).status, 200)
  const one = { identifier: 'urn:example:by-role', name: 'By role' }
  assert.equal((await auditor.send(`POST ${path}`, one)).status, 403)
  const admin = await administrator(server, 'admin')
  const made = await admin.send(`POST ${path}`, one)
  assert.equal(made.status, 201)
  assert.equal((await auditor.send(`DELETE ${path}/${made.body.id}`)).status, 403)
  assert.equal((await admin.send(`DELETE ${path}/${made.body.id}`)).status, 204)
})
