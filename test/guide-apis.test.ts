/** The APIs of docs/guide/protect-an-api.md, each as a process of its own against a real server. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { generateKeyPair, SignJWT } from 'jose'
import { assignRole, ownerRole } from '../src/access/index.ts'
import { manualClock, secureRandom, systemClock } from '../src/base/index.ts'
import { sql } from '../src/db/index.ts'
import { mintAccessToken } from '../src/oauth/index.ts'
import { freePort } from './harness/cardea-process.ts'
import { postJson } from './harness/json.ts'
import { obtainTokens } from './harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from './harness/server.ts'
import { testServer } from './harness/server.ts'

const examples = path.resolve(import.meta.dirname, '../examples')
const folder = mkdtempSync(path.join(tmpdir(), 'cardea-apis-'))
const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import jwt, cryptography']).status === 0,
)
const go = spawnSync('go', ['version']).status === 0
if (process.env.CI === 'true') assert.ok(python && go, 'in CI nothing may be skipped: PyJWT and Go')

/** Asks an API for a document. */
type Ask = (id: string, authorization?: string) => Promise<Response>
type Api = {
  readonly name: string
  readonly skip: string | false
  readonly start: () => Promise<Ask>
}

let server: TestServer
let user: TestUser
/** The API itself, at Cardea. */
let client: TestClient
let token = ''
const children: ChildProcess[] = []

before(async () => {
  server = await testServer()
  user = await server.user()
  client = await server.client({
    client_name: 'The document API',
    grant_types: ['client_credentials'],
    redirect_uris: [],
  })
  await giveRoles()
  const app = await server.client()
  token = String((await obtainTokens(server, app, user)).access_token)
})
after(async () => {
  for (const child of children) child.kill()
  await server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As the guide says it, with the administration API: the API may ask; the person may read document 42. */
async function giveRoles(): Promise<void> {
  const admin = await server.user()
  await assignRole(server.app.db, admin.id, ownerRole, systemClock.now())
  const login = { identifier: admin.username, password: admin.password }
  const { body } = await postJson(`${server.url}/api/v1/auth/login`, login)
  const add = async (what: string, thing: object) => {
    const at = `${server.url}/api/v1/admin/${what}`
    const answer = await postJson(at, thing, { token: body.access_token })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
  }
  await add('assignments', { role: 'authorizer', subject: { type: 'client', id: client.id } })
  await add('permissions', { resource: 'document', action: 'read' })
  await add('roles', { name: 'reader', permissions: ['document:read'] })
  const subject = { type: 'user', id: user.id }
  await add('assignments', { role: 'reader', subject, resource: 'document:42' })
}

const settings = () => ({
  ISSUER: server.url,
  CLIENT_ID: client.id,
  CLIENT_SECRET: client.secret,
})

async function startProcess(command: string, argv: readonly string[], cwd: string): Promise<Ask> {
  const port = await freePort()
  const env = { ...process.env, ...settings(), PORT: String(port) }
  const child = spawn(command, argv, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => assert.fail(`${command} ${argv.join(' ')} has ended`)),
  ])
  return (id, authorization) =>
    fetch(`http://localhost:${port}/documents/${id}`, { headers: headersOf(authorization) })
}

const headersOf = (authorization: string | undefined) =>
  authorization === undefined ? new Headers() : new Headers({ authorization })

/** The handler of Next.js takes and gives what the web has, so it runs without Next.js. */
async function startNext(): Promise<Ask> {
  Object.assign(process.env, settings())
  const { GET } = await import(path.join(examples, 'nextjs/app/api/documents/[id]/route.js'))
  return (id, authorization) => {
    const url = `http://localhost:3000/api/documents/${id}`
    const request = new Request(url, { headers: headersOf(authorization) })
    return GET(request, { params: Promise.resolve({ id }) })
  }
}

async function startGo(): Promise<Ask> {
  const cwd = path.join(examples, 'go')
  const program = path.join(folder, 'go-api')
  const env = { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' }
  await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd, env })
  return startProcess(program, [], cwd)
}

const node = (name: string) => () =>
  startProcess(process.execPath, ['server.js'], path.join(examples, name))
const apis: readonly Api[] = [
  { name: 'express', skip: false, start: node('express') },
  { name: 'fastify', skip: false, start: node('fastify') },
  { name: 'nextjs', skip: false, start: startNext },
  {
    name: 'python',
    skip: python === undefined && 'no Python with PyJWT here',
    start: () => startProcess(python ?? '', ['server.py'], path.join(examples, 'python')),
  },
  { name: 'go', skip: !go && 'no Go here', start: startGo },
]

/** A token that Cardea's own key signed, with something wrong in it. */
async function minted(wrong: { audience?: string; secondsAgo?: number }): Promise<string> {
  const { audience = server.url, secondsAgo = 0 } = wrong
  const clock = manualClock(new Date(Date.now() - secondsAgo * 1000))
  const needs = { clock, random: secureRandom, keys: server.app.keys, issuer: server.url }
  const start = { subject: user.id, clientId: client.id, audience, scopes: [], lifetime: 600 }
  return mintAccessToken(needs, start)
}

/** Tokens that look right and were signed by somebody else, or by nobody. */
async function forged(): Promise<Record<string, string>> {
  const [head = '', body = '', signature = ''] = token.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString())
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const { privateKey } = await generateKeyPair('ES256')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const none = `${encode({ ...header, alg: 'none' })}.${body}.`
  const foreign = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
  const other = { ...claims, sub: 'somebody-else' }
  return { none, foreign, changed: `${head}.${encode(other)}.${signature}`, noise: 'a.b.c' }
}

for (const { name, skip, start } of apis) {
  describe(`the API of examples/${name}`, { skip }, () => {
    let ask: Ask
    before(async () => {
      ask = await start()
    })

    test('lets through who may, and refuses who may not (RFC 6750 §3.1)', async () => {
      const allowed = await ask('42', `Bearer ${token}`)
      assert.equal(allowed.status, 200, await allowed.clone().text())
      assert.deepEqual(await allowed.json(), { id: '42', reader: user.id })
      const denied = await ask('43', `Bearer ${token}`)
      assert.equal(denied.status, 403)
      assert.match(denied.headers.get('www-authenticate') ?? '', /error="insufficient_scope"/)
    })

    test('asks who brings no token for one, and says where to get it (RFC 9728 §5.1)', async () => {
      const answer = await ask('42')
      assert.equal(answer.status, 401)
      const challenge = answer.headers.get('www-authenticate') ?? ''
      assert.match(challenge, /^Bearer resource_metadata="http:\/\/localhost:\d+\/\.well-known\//)
      assert.doesNotMatch(challenge, /error=/)
    })

    test('takes no token that is expired, of another audience or kind, or of a stranger (RFC 9068 §4)', async () => {
      const good = await minted({})
      assert.equal((await ask('42', `Bearer ${good}`)).status, 200)
      const app = await server.client()
      const bad: Record<string, string> = {
        expired: await minted({ secondsAgo: 700 }),
        'for another API': await minted({ audience: 'https://elsewhere.example.com' }),
        'ID token': String((await obtainTokens(server, app, user)).id_token),
        ...(await forged()),
      }
      for (const [what, text] of Object.entries(bad)) {
        const answer = await ask('42', `Bearer ${text}`)
        assert.equal(answer.status, 401, what)
        assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/, what)
      }
    })

    test('refuses when it gets no decision', async () => {
      const { db, access } = server.app
      const assignment = sql`
        UPDATE role_assignments SET ends_at = created_at + interval '1 microsecond'
        WHERE client_id = ${client.id}`
      await db.run(assignment)
      access.changed()
      try {
        assert.equal((await ask('42', `Bearer ${token}`)).status, 403)
      } finally {
        await db.run(sql`UPDATE role_assignments SET ends_at = NULL WHERE client_id = ${client.id}`)
        access.changed()
      }
      assert.equal((await ask('42', `Bearer ${token}`)).status, 200)
    })
  })
}
