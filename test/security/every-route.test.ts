import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { assignRole, ownPermissions } from '../../src/access/index.ts'
import { sql } from '../../src/db/index.ts'
import type { Document, Operation } from '../../src/http/description/document.ts'
import { describeApi } from '../../src/http/index.ts'
import { postJson } from '../harness/json.ts'
import { basic, obtainTokens } from '../harness/oauth.ts'
import { giveTotp } from '../harness/second-factor.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

/**
 * Every operation of the API description is called by people and programs who may not. A new route is
 * covered as soon as it is there: it needs a schema with examples and, in its config, its permission.
 */
type Case = { readonly at: string; readonly path: string; readonly operation: Operation }
type Caller = { readonly name: string; readonly headers: Readonly<Record<string, string>> }

let server: TestServer
let cases: Case[] = []

before(async () => {
  server = await testServer({ onServer: (http) => describeApi(http, 'test') })
  const document = server.app.http.swagger() as unknown as Document
  cases = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      at: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  )
})
after(() => server?.close())

const guarded = () => cases.filter(({ operation }) => needOf(operation).includes(':'))
const own = () => cases.filter(({ operation }) => needOf(operation) === 'self')
const needOf = (operation: Operation) => operation['x-permission'] ?? ''
const bearer = (name: string, token: string): Caller => ({
  name,
  headers: { authorization: `Bearer ${token}` },
})

/** The request that the examples describe. */
async function call({ at, path, operation }: Case, { headers }: Caller): Promise<Response> {
  const { parameters = [], requestBody } = operation
  const filled = parameters
    .filter((it) => it.in === 'path')
    .reduce((url, { name, example }) => url.replace(`{${name}}`, String(example)), path)
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const asked = '428' in operation.responses ? { 'if-match': '*' } : {}
  const body = type?.endsWith('json') ? JSON.stringify(media?.example) : formOf(media?.example)
  const response = await fetch(server.url + filled, {
    method: at.split(' ')[0] ?? 'GET',
    redirect: 'manual',
    headers: { ...headers, ...asked, ...(type !== undefined && { 'content-type': type }) },
    ...(type !== undefined && { body }),
  })
  return response
}

function formOf(example: unknown): string {
  const fields = Object.entries(Object(example)).map(([name, value]) => [name, String(value)])
  return new URLSearchParams(Object.fromEntries(fields)).toString()
}

type Wrong = (status: number) => boolean

/** Whatever answers something else than it should, in words. */
async function wrongAnswers(
  some: readonly Case[],
  caller: Caller,
  wrong: Wrong,
): Promise<readonly string[]> {
  assert.ok(some.length > 0)
  const found: string[] = []
  for (let at = 0; at < some.length; at += 20) {
    const answers = some.slice(at, at + 20).map(async (one) => {
      const response = await call(one, caller)
      const text = await response.text()
      if (!wrong(response.status)) return
      const needs = needOf(one.operation)
      found.push(
        `${one.at} (${needs}): ${caller.name} got ${response.status} ${text.slice(0, 200)}`,
      )
    })
    await Promise.all(answers)
  }
  return found.sort()
}

const not =
  (...allowed: readonly number[]): Wrong =>
  (status) =>
    !allowed.includes(status)

async function logIn(identifier: string, password: string) {
  const body = { identifier, password }
  return (await postJson(`${server.url}/api/v1/auth/login`, body)).body
}

async function personWith(username: string, role?: string): Promise<{ id: string; token: string }> {
  const { id, password } = await server.user({ username })
  if (role !== undefined) await assignRole(server.app.db, id, role, new Date())
  return { id, token: (await logIn(username, password)).access_token }
}

test('nobody gets further than the door', async () => {
  const nobody = { name: 'nobody', headers: {} }
  const closed = [...guarded(), ...own()]
  assert.deepEqual(await wrongAnswers(closed, nobody, not(401)), [])
  const forClients = cases.filter(({ operation }) => needOf(operation) === 'client')
  assert.deepEqual(await wrongAnswers(forClients, nobody, not(400, 401)), [])
  const open = cases.filter(({ operation }) => needOf(operation) === 'public')
  assert.deepEqual(await wrongAnswers(open, nobody, (status) => status >= 500), [])
})

test('a token that is none, of another audience, or of a sign-in that is not finished is nobody', async () => {
  const client = await server.client()
  const person = await server.user({ username: 'elsewhere' })
  await assignRole(server.app.db, person.id, 'owner', new Date())
  const tokens = await obtainTokens(server, client, person)
  const half = await server.user({ username: 'half' })
  await assignRole(server.app.db, half.id, 'owner', new Date())
  await giveTotp(server, half)
  const waiting = await logIn('half', half.password)
  assert.ok(waiting.mfa_token)
  const closed = [...guarded(), ...own()].filter(({ path }) => !path.startsWith('/oauth/'))
  const callers = [
    bearer('a token of another audience', String(tokens.access_token)),
    bearer('an ID token', String(tokens.id_token)),
    bearer('a sign-in without its second factor', waiting.mfa_token),
    bearer('nonsense', 'eyJhbGciOiJub25lIn0.e30.'),
    { name: 'the credentials of a client', headers: basic(client) },
  ]
  for (const caller of callers)
    assert.deepEqual(await wrongAnswers(closed, caller, not(401)), [], caller.name)
})

test('a person without the permission is refused', async () => {
  const { token } = await personWith('plain')
  assert.deepEqual(await wrongAnswers(guarded(), bearer('a plain user', token), not(403)), [])
})

test('a person whose role is limited to other things is refused', async () => {
  const { id, token } = await personWith('limited')
  for (const type of Object.keys(ownPermissions)) {
    await server.app.db.run(sql`
      INSERT INTO role_assignments (role_id, user_id, resource_type, resource_id, created_at)
      SELECT id, ${id}, ${type}, 'another-one', now() FROM roles WHERE name = 'admin'`)
  }
  const caller = bearer('an administrator of other things', token)
  assert.deepEqual(await wrongAnswers(guarded(), caller, not(403)), [])
})

test('a client without the permission is refused, and is no person', async () => {
  const client = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: basic(client),
    body: form,
  })
  const { access_token: token } = Object(await answer.json())
  const caller = bearer('a client', token)
  assert.deepEqual(await wrongAnswers(guarded(), caller, not(401, 403)), [])
  // What the caller itself may do is told to clients as well.
  const ofPeople = own().filter(({ path }) => path !== '/api/v1/users/me/permissions')
  assert.deepEqual(await wrongAnswers(ofPeople, caller, not(401, 403)), [])
})

test('the key of an owner does no more than its scopes say', async () => {
  const { token } = await personWith('keymaker', 'owner')
  const made = await postJson(
    `${server.url}/api/v1/users/me/api-keys`,
    { name: 'Narrow', scopes: ['document:read'] },
    { token },
  )
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const caller = bearer('a key for other things', made.body.key)
  assert.deepEqual(await wrongAnswers(guarded(), caller, not(403)), [])
})

test('the browser of an owner changes nothing for another site', async () => {
  const person = await server.user({ username: 'browsing' })
  await assignRole(server.app.db, person.id, 'owner', new Date())
  const { cookies } = await signIn(server, person)
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  const changes = [...guarded(), ...own()].filter(
    ({ at, path }) => !at.startsWith('GET') && !path.startsWith('/oauth/'),
  )
  const forged = { name: 'a forged request', headers: { cookie, ...elsewhere } }
  assert.deepEqual(await wrongAnswers(changes, forged, not(403)), [])
  const silent = { name: 'a request that does not say where from', headers: { cookie } }
  assert.deepEqual(await wrongAnswers(changes, silent, not(403)), [])
})

test('an owner gets past every door, and no example breaks the server', async () => {
  const { token } = await personWith('root', 'owner')
  const caller = bearer('an owner', token)
  const shut: Wrong = (status) => status === 401 || status >= 500
  assert.deepEqual(await wrongAnswers(guarded(), caller, shut), [])
})

test('what asks for an If-Match and what sends an ETag says so', async () => {
  const { token } = await personWith('tagged', 'owner')
  const wrong: string[] = []
  for (const one of guarded()) {
    const silent = { ...one.operation, responses: {} }
    const response = await call({ ...one, operation: silent }, bearer('an owner', token))
    await response.arrayBuffer()
    const { responses } = one.operation
    if (response.status === 428 && !('428' in responses))
      wrong.push(`${one.at} asks for If-Match: its config needs etag: 'asked'`)
    const told = responses[String(response.status)]?.headers?.ETag !== undefined
    if (response.ok && response.headers.has('etag') && !told)
      wrong.push(`${one.at} sends an ETag: its config needs etag: 'shown'`)
  }
  assert.deepEqual(wrong, [])
})
