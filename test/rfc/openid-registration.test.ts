import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { systemClock } from '../../src/base/index.ts'
import type { Administrator } from '../harness/administrator.ts'
import { administrator } from '../harness/administrator.ts'
import { runCommand } from '../harness/command.ts'
import { listenJson } from '../harness/json-server.ts'
import { obtainTokens, post } from '../harness/oauth.ts'
import type { TestServer } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const outside = await listenJson()
let server: TestServer
let admin: Administrator

before(async () => {
  server = await testServer({ env: { CARDEA_PROTOCOL_OUTGOING_HOSTS: outside.host } })
  admin = await administrator(server, 'admin')
})
after(async () => {
  await server?.close()
  await outside.close()
})

const other = 'https://other.example.com/callback'
const create = (fields: object) =>
  admin.send(
    'POST /admin/clients',
    { client_name: 'App', redirect_uris: [callback], ...fields },
    {},
  )

test('OIDC Core §8.1: what sector_identifier_uri leads to lists every redirect URI', async () => {
  const at = `${outside.url}/sector`
  const pairwise = {
    subject_type: 'pairwise',
    redirect_uris: [callback, other],
    sector_identifier_uri: at,
  }
  const refused = async (why: string, words: RegExp) => {
    const { status, body } = await create(pairwise)
    assert.deepEqual([status, body.code], [400, 'invalid_client_metadata'], why)
    assert.equal(body.errors[0].pointer, '/sector_identifier_uri')
    assert.match(body.errors[0].detail, words)
  }
  await refused('nothing is there', /cannot be read/)
  outside.answer('/sector', { not: 'a list' })
  await refused('no list', /cannot be read/)
  outside.answer('/sector', [callback])
  await refused('one is missing', /every redirect URI/)
  outside.answer('/sector', [other, callback])
  const { status, body } = await create(pairwise)
  assert.equal(status, 201)
  const third = { redirect_uris: [callback, other, `${other}/3`] }
  assert.equal((await admin.send(`PATCH /admin/clients/${body.client_id}`, third)).status, 400)
  outside.fail('/sector')
  const renamed = await admin.send(`PATCH /admin/clients/${body.client_id}`, { client_name: 'B' })
  assert.equal(renamed.status, 200, 'what does not matter to the sector is not asked again')
  const inside = { ...pairwise, sector_identifier_uri: 'https://127.0.0.1/sector' }
  assert.equal((await create(inside)).status, 400)
})

test('OIDC Registration §2: keys are read from jwks_uri, and again when one is not known', async (t) => {
  const pairs = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
  const publish = async (n: 0 | 1) =>
    outside.answer('/jwks', { keys: [{ ...(await exportJWK(pairs[n].publicKey)), kid: `k${n}` }] })
  const machine = {
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    scope: 'read',
    redirect_uris: [],
  }
  const { body: made } = await create({ ...machine, jwks_uri: `${outside.url}/jwks` })
  const tokenFor = async (id: string, n: 0 | 1) => {
    const now = Math.floor(systemClock.now().getTime() / 1000)
    const jti = `${now}-${n}-${Math.random()}`
    const client_assertion = await new SignJWT({
      iss: id,
      sub: id,
      aud: server.url,
      jti,
      iat: now,
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'ES256', kid: `k${n}` })
      .sign(pairs[n].privateKey)
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    const fields = { grant_type: 'client_credentials', client_assertion, client_assertion_type }
    return (await post(server, '/oauth/token', undefined, fields)).status
  }
  assert.equal(await tokenFor(made.client_id, 0), 401, 'there are none yet')
  await publish(0)
  const start = systemClock.now().getTime()
  t.mock.timers.enable({ apis: ['Date'], now: start + 11_000 })
  assert.equal(await tokenFor(made.client_id, 0), 200, 'a bad answer stands for ten seconds')
  await publish(1)
  const asked = outside.asked('/jwks')
  for (let i = 0; i < 5; i += 1) assert.equal(await tokenFor(made.client_id, 1), 401)
  assert.ok(outside.asked('/jwks') <= asked + 1, 'strangers do not make us ask again and again')
  t.mock.timers.setTime(start + 42_000)
  assert.equal(await tokenFor(made.client_id, 1), 200, 'the new key counts after half a minute')
  t.mock.timers.reset()
  const { body: inside } = await create({ ...machine, jwks_uri: 'https://169.254.169.254/jwks' })
  assert.equal(await tokenFor(inside.client_id, 0), 401, 'an address in the own network')
})

test('administrators see and change every member, and are told each that is wrong', async () => {
  const fields = {
    profile: 'fapi2',
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://app.example.com/jwks',
    initiate_login_uri: 'https://app.example.com/start?x=1',
    backchannel_logout_uri: 'https://app.example.com/out',
    request_object_signing_alg: 'ES256',
  }
  const { status, body } = await create(fields)
  assert.equal(status, 201, JSON.stringify(body))
  assert.equal(body.registered_by, 'administrator')
  for (const [name, value] of Object.entries(fields)) assert.equal(body[name], value)
  assert.equal(body.id_token_signed_response_alg, 'ES256')
  const wrong = { jwks_uri: null, redirect_uris: ['http://localhost/cb'] }
  const patched = await admin.send(`PATCH /admin/clients/${body.client_id}`, wrong)
  assert.equal(patched.status, 400)
  const pointers = patched.body.errors.map(({ pointer }: { pointer: string }) => pointer)
  assert.deepEqual(pointers, ['/jwks', '/request_object_signing_alg', '/redirect_uris/0'])
})

test('OIDC Core §4: an application that begins sign-ins itself is opened from the account', async () => {
  const client = await server.client({ initiate_login_uri: 'https://app.example.com/start?x=1' })
  const { browser } = await obtainTokens(server, client, await server.user())
  const page = await browser.open('/account/applications')
  const href = page.body.match(/<a href="([^"]*)"[^>]*>Open this application/)?.[1] ?? ''
  const uri = new URL(href.replaceAll('&#61;', '=').replaceAll('&#38;', '&'))
  assert.deepEqual([uri.searchParams.get('x'), uri.searchParams.get('iss')], ['1', server.url])
})

test('the command line registers what a file says', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'cardea-')), 'client.json')
  writeFileSync(
    file,
    JSON.stringify({
      client_name: 'File',
      redirect_uris: [callback],
      profile: 'fapi2',
      jwks_uri: 'https://a.example/jwks',
    }),
  )
  const run = (...args: string[]) =>
    runCommand(server.databaseUrl, ['client', 'create', '--json', '--from-file', file, ...args])
  const good = await run('--auth-method', 'private_key_jwt', '--name', 'Named')
  assert.equal(good.code, 0, good.output)
  const { client_name: name, profile } = JSON.parse(good.output)
  assert.deepEqual([name, profile], ['Named', 'fapi2'])
  assert.notEqual((await run()).code, 0, 'fapi2 with a secret')
})
