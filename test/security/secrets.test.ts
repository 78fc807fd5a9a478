import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { issueSetupToken } from '../../src/identity/index.ts'
import { hiddenFields } from '../harness/browser.ts'
import { basic, introspect, obtainCode, post, redeem, refresh } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { dump } from './rows.ts'

let server: TestServer
const lines: string[] = []
/** By what it is, every secret that was in play. */
const secrets = new Map<string, string>()
const note = (what: string, value: unknown) => {
  assert.ok(typeof value === 'string' && value.length >= 20, what)
  secrets.set(what, value)
}

before(async () => {
  server = await testServer({ log: (line) => lines.push(line) })
  const user = await server.user({ password: 'a passphrase that nobody else has' })
  const client = await server.client()
  const poster = await server.client({ token_endpoint_auth_method: 'client_secret_post' })
  note('password', user.password)
  note('client secret', client.secret)
  note('posted client secret', poster.secret)
  note('authorization header', basic(client).authorization)

  const browser = server.browser()
  const login = await browser.open('/login')
  note('csrf token', hiddenFields(login.body).csrf)
  const wrong = 'a wrong password by a typo'
  note('wrong password', wrong)
  await browser.submit(login, { identifier: user.username, password: wrong })

  const { code, proof } = await obtainCode(server, client, user, { browser })
  note('code', code)
  note('verifier', proof.verifier)
  for (const [name, value] of browser.cookies) note(`cookie ${name}`, value)
  await redeem(server, client, code, 'w'.repeat(43))
  const first = (await redeem(server, client, code, proof.verifier)).body
  note('access token', first.access_token)
  note('refresh token', first.refresh_token)
  note('ID token', first.id_token)
  await fetch(`${server.url}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${String(first.access_token)}` },
  })
  await introspect(server, client, first.access_token)
  await introspect(server, client, first.refresh_token)
  const second = (await refresh(server, client, first.refresh_token)).body
  note('second refresh token', second.refresh_token)
  const third = (await refresh(server, client, second.refresh_token)).body
  note('third refresh token', third.refresh_token)
  await refresh(server, client, first.refresh_token) // a replay
  await redeem(server, client, code, proof.verifier) // another
  await post(server, '/oauth/revoke', client, { token: String(third.refresh_token) })
  const sent = { client_id: poster.id, client_secret: poster.secret }
  await post(server, '/oauth/token', undefined, { ...sent, grant_type: 'client_credentials' })
  await browser.open(`/oauth/authorize?code=${code}&id_token_hint=${String(first.id_token)}`)
  await browser.open(`/oauth/logout?id_token_hint=${String(first.id_token)}`)

  const setup = await issueSetupToken(server.app)
  note('setup token', setup)
  await browser.open(`/setup?token=${setup}`)
  await browser.open(`/nothing?token=${setup}&password=${encodeURIComponent(user.password)}`)

  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ identifier: user.username, password: user.password })
  const api = await fetch(`${server.url}/api/v1/auth/login`, { method: 'POST', headers, body })
  const tokens = (await api.json()) as Record<string, unknown>
  note('API access token', tokens.access_token)
  note('API refresh token', tokens.refresh_token)
  const made = await fetch(`${server.url}/api/v1/users/me/api-keys`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${String(tokens.access_token)}` },
    body: JSON.stringify({ name: 'Backup', scopes: ['document:read'] }),
  })
  const { key } = (await made.json()) as Record<string, unknown>
  note('API key', key)
  await fetch(`${server.url}/api/v1/users/me?key=${String(key)}`, {
    headers: { authorization: `Bearer ${String(key)}` },
  })
  await fetch(`${server.url}/api/v1/auth/refresh`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ refresh_token: key }),
  })
  await introspect(server, client, key)
  const broken = `{"refresh_token":"${String(tokens.refresh_token)}"`
  await fetch(`${server.url}/api/v1/auth/refresh`, { method: 'POST', headers, body: broken })
  await fetch(`${server.url}/api/v1/auth/refresh`, {
    method: 'POST',
    headers,
    body: `${broken}}`,
  })
})
after(() => server.close())

/** A secret as it stands, or as it stands in an address. */
const forms = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ x: secret }).toString().slice(2),
]

test('no secret occurs in the log', () => {
  assert.ok(lines.length > 20, `${lines.length} lines`)
  const found = [...secrets].flatMap(([what, secret]) =>
    lines
      .filter((line) => forms(secret).some((form) => line.includes(form)))
      .map((line) => `${what}: ${line.slice(0, 200)}`),
  )
  assert.deepEqual(found, [])
})

test('no secret occurs in any column of any table', async () => {
  const cells = await dump(server.databaseUrl)
  assert.ok(cells.some((cell) => cell.startsWith('audit_log.')))
  const digest = createHash('sha256')
    .update(secrets.get('code') ?? '')
    .digest('hex')
  assert.ok(cells.includes(`authorization_codes.digest: ${digest}`), 'the dump sees bytes')
  const found = [...secrets].flatMap(([what, secret]) => {
    const bytes = Buffer.from(secret.replace(/^crt_/, ''), 'base64url')
    const raw = bytes.length >= 32 ? [bytes.toString('hex')] : []
    return cells
      .filter((cell) => [...forms(secret), ...raw].some((form) => cell.includes(form)))
      .map((cell) => `${what}: ${cell.slice(0, 200)}`)
  })
  assert.deepEqual(found, [])
})

test('private keys are stored sealed only', async () => {
  const cells = await dump(server.databaseUrl)
  const keys = cells.filter((cell) => cell.startsWith('signing_keys.'))
  assert.ok(keys.length > 0)
  for (const cell of keys) assert.doesNotMatch(cell, /"(d|p|q|dp|dq|qi)":/)
})
