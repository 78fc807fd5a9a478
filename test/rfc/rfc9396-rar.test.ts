import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { narrowedDetails } from '../../src/oauth/details/requested.ts'
import type { Fields } from '../harness/oauth.ts'
import {
  authorizePath,
  introspect,
  obtainCode,
  passPages,
  pkce,
  redeem,
  refresh,
} from '../harness/oauth.ts'
import { push, pushedPath } from '../harness/pushed.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'

const proof = pkce()
const payment = {
  type: 'payment_initiation',
  actions: ['initiate', 'status'],
  instructedAmount: { currency: 'EUR', amount: '123.50' },
  creditorName: 'Merchant <b>A</b>',
}
const account = { type: 'account_information', datatypes: ['balances'], identifier: 'DE89' }
const details = JSON.stringify([payment, account])
const types = ['payment_initiation', 'account_information']
let server: TestServer
let user: TestUser
let client: TestClient

before(async () => {
  server = await testServer({
    env: { CARDEA_PROTOCOL_AUTHORIZATION_DETAIL_TYPES: [...types, 'other'].join(',') },
  })
  user = await server.user()
  client = await server.client({ authorization_details_types: types })
})
after(() => server?.close())

async function errorOf(fields: Fields, from = client): Promise<string | null> {
  const path = authorizePath(from, proof, fields)
  const response = await fetch(server.url + path, { redirect: 'manual' })
  const to = new URL(response.headers.get('location') ?? '', server.url)
  return to.searchParams.get('error')
}

test('RFC 9396 §2 and §5: details that are malformed, unknown or not the client’s are refused', async () => {
  const many = Array.from({ length: 21 }, () => account)
  const deep = `[{"type":"other_information","a":${'['.repeat(2000)}${']'.repeat(2000)}}]`
  const cases: [unknown, string][] = [
    ['{', 'no JSON'],
    [payment, 'no array'],
    [[], 'nothing'],
    [['payment_initiation'], 'no objects'],
    [[{ actions: ['initiate'] }], 'no type'],
    [[{ type: 7 }], 'a type that is no text'],
    [[{ type: 'unknown' }], 'a type that the server does not know'],
    [[{ type: 'other' }], 'a type that the client is not registered for'],
    [[payment, { type: 'unknown' }], 'one of them'],
    [[{ ...account, datatypes: 'balances' }], '§2.2: datatypes'],
    [[{ ...account, actions: [1] }], '§2.2: actions'],
    [[{ ...account, identifier: ['x'] }], '§2.2: identifier'],
    [[{ ...account, privileges: {} }], '§2.2: privileges'],
    [[{ ...account, locations: ['https://unknown.example/'] }], '§2.2: locations'],
    [many, 'too many'],
    [deep, 'too deep'],
  ]
  for (const [value, why] of cases) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const error = await errorOf({ authorization_details: text })
    assert.equal(error, 'invalid_authorization_details', why)
  }
  const { status, body } = await push(server, client, proof, { authorization_details: '[{}]' })
  assert.deepEqual([status, body.error], [400, 'invalid_authorization_details'])
  const plain = await server.client()
  const unregistered = await errorOf({ authorization_details: details }, plain)
  assert.equal(unregistered, 'invalid_authorization_details')
  const { identifier } = await testResource(server)
  const there = JSON.stringify([{ ...account, locations: [identifier] }])
  assert.equal(await errorOf({ authorization_details: there }), null, 'a registered resource')
})

test('RFC 9396 §4 and §7: the person sees the details, and the token response has them', async () => {
  const browser = server.browser()
  const login = await browser.open(authorizePath(client, proof, { authorization_details: details }))
  const { username: identifier, password } = user
  const consent = await browser.submit(login, { identifier, password })
  assert.match(consent.url, /\/consent/)
  for (const words of ['payment_initiation', 'initiate, status', '123.50', 'EUR', 'DE89']) {
    assert.ok(consent.body.includes(words), words)
  }
  assert.match(consent.body, /instructedAmount: amount/)
  assert.doesNotMatch(consent.body, /<b>A/, 'the words of a client are text')
  const done = await browser.submit(consent, { decision: 'allow' })
  const code = done.left?.searchParams.get('code') ?? ''
  const { body } = await redeem(server, client, code, proof.verifier)
  assert.deepEqual(body.authorization_details, [payment, account])
  const told = await introspect(server, client, body.access_token)
  assert.deepEqual(told.authorization_details, [payment, account])
})

test('RFC 9396 §4: each detail is asked for, whatever was allowed before; a first party need not ask', async () => {
  const { browser } = await obtainCode(server, client, user)
  const again = await browser.open(authorizePath(client, proof))
  assert.ok(again.left?.searchParams.get('code'), 'scopes are remembered')
  const fields = { authorization_details: JSON.stringify([account]) }
  for (let round = 0; round < 2; round += 1) {
    const asked = await browser.open(authorizePath(client, proof, fields))
    assert.match(asked.url, /\/consent/)
    const done = await browser.submit(asked, { decision: 'allow' })
    assert.ok(done.left?.searchParams.get('code'))
  }
  const silent = await browser.open(authorizePath(client, proof, { ...fields, prompt: 'none' }))
  assert.equal(silent.left?.searchParams.get('error'), 'consent_required')
  const own = await server.client({ authorization_details_types: types, require_consent: false })
  const quiet = await browser.open(authorizePath(own, proof, fields))
  const code = quiet.left?.searchParams.get('code') ?? assert.fail(quiet.body)
  const { body } = await redeem(server, own, code, proof.verifier)
  assert.deepEqual(body.authorization_details, [account])
})

test('RFC 9396 §6 and §6.1: tokens are for the granted details or some of them, never for more', async () => {
  const pushed = await push(server, client, proof, { authorization_details: details })
  const path = pushedPath(client.id, pushed.body.request_uri)
  const page = await passPages(server.browser(), path, user)
  assert.equal(`${page.left?.origin}${page.left?.pathname}`, callback, page.body)
  const code = page.left?.searchParams.get('code') ?? ''
  const first = await redeem(server, client, code, proof.verifier, {
    authorization_details: JSON.stringify([account]),
  })
  assert.deepEqual(first.body.authorization_details, [account], JSON.stringify(first.body))
  const told = await introspect(server, client, first.body.access_token)
  assert.deepEqual(told.authorization_details, [account])
  const more = JSON.stringify([{ ...account, datatypes: ['balances', 'transactions'] }])
  const refused = await refresh(server, client, first.body.refresh_token, {
    authorization_details: more,
  })
  assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_authorization_details'])
  const all = await refresh(server, client, first.body.refresh_token)
  assert.deepEqual(all.body.authorization_details, [payment, account], 'the grant is still whole')
})

test('RFC 9396 §6: what was granted is compared by its values and not by their order', () => {
  const [reordered] =
    narrowedDetails(
      JSON.stringify([{ identifier: 'DE89', datatypes: ['balances'], type: account.type }]),
      [account, payment],
    ) ?? []
  assert.deepEqual(reordered, account)
  assert.equal(narrowedDetails(undefined, null), undefined)
  assert.throws(() => narrowedDetails('[]', [account]), { name: 'Failure' })
  assert.throws(() => narrowedDetails(JSON.stringify([payment]), null), { name: 'Failure' })
})

test('RFC 9396 §10: discovery lists the types that the server knows, and none where it knows none', async () => {
  const read = async (url: string) =>
    (await fetch(`${url}/.well-known/oauth-authorization-server`)).json()
  const { authorization_details_types_supported: supported } = await read(server.url)
  assert.deepEqual(supported, [...types, 'other'])
})
