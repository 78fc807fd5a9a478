import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { generateKeyPair } from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import { createClient } from '../../src/clients/index.ts'
import { administrator } from '../harness/administrator.ts'
import { guideBody, guideProgram } from '../harness/guide-program.ts'
import type { Claims, PublishedIssuer } from '../harness/issuer.ts'
import { publishedIssuer, testIssuer } from '../harness/issuer.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { introspect, post } from '../harness/oauth.ts'
import type { TestClient, TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const bearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const subject = 'system:serviceaccount:shop:billing'
let cluster: PublishedIssuer
/** An issuer in our own network that the operator did not allow. */
let inside: PublishedIssuer
let server: TestServer
let billing: TestClient

before(async () => {
  cluster = await publishedIssuer(() => clock.now())
  inside = await publishedIssuer(() => clock.now())
  const env = { CARDEA_PROTOCOL_OUTGOING_HOSTS: cluster.host }
  server = await testServer({ clock, env })
  billing = await workload([{ issuer: cluster.issuer, subject }])
})
after(async () => {
  await server?.close()
  await cluster?.close()
  await inside?.close()
})

type Credentials = NonNullable<TestClient['client']['metadata']['federated_credentials']>

/** A client without a secret; the issuers of this test speak HTTP, as those of a cluster may. */
async function workload(
  federated_credentials: Credentials,
  { at = server, hosts = [cluster.host, inside.host] } = {},
): Promise<TestClient> {
  const { client, secret = '' } = await createClient(
    { ...at.app, outgoingHosts: hosts },
    {
      client_name: 'Billing',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      scope: 'invoices:write',
      federated_credentials,
    },
    { actor: 'system' },
  )
  return { id: client.clientId, secret, client }
}

const token = (claims: Claims = {}, by = cluster, how = {}) =>
  by.sign({ sub: subject, aud: server.url, ...claims }, how)

const send = (client_assertion: string, as = billing, fields: Fields = {}): Promise<Answer> =>
  post(server, '/oauth/token', undefined, {
    grant_type: 'client_credentials',
    client_id: as.id,
    client_assertion_type: bearer,
    client_assertion,
    ...fields,
  })

async function refused(assertion: string, why: string, as = billing) {
  const { status, body } = await send(assertion, as)
  assert.deepEqual([status, body.error], [401, 'invalid_client'], why)
}

test('a service account of a cluster authenticates with its token, and no secret is anywhere', async () => {
  assert.equal(billing.secret, '')
  const { status, body } = await send(await token())
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.scope, 'invoices:write')
  const reader = await server.client()
  const seen = await introspect(server, reader, body.access_token)
  assert.deepEqual([seen.active, seen.sub], [true, billing.id])
})

test('the token may be used until it expires, as an orchestrator means it, and no longer', async () => {
  const [mounted, dated] = [await token({ jti: 'mounted' }), await token({ jti: undefined })]
  for (const one of [mounted, mounted, dated, dated]) assert.equal((await send(one)).status, 200)
  clock.advance(120)
  await refused(mounted, 'expired')
})

test('the keys of an issuer are found by its metadata, which is asked for once', async () => {
  cluster.asked()
  const other = await workload([{ issuer: cluster.issuer, subject: 'another' }])
  assert.equal((await send(await token({ sub: 'another' }), other)).status, 200)
  assert.deepEqual(cluster.asked(), [], 'it was remembered from before')
  const named = await workload([
    { issuer: cluster.issuer, subject, jwks_uri: `${cluster.issuer}/keys` },
  ])
  assert.equal((await send(await token(), named)).status, 200)
  assert.equal((await send(await token(), billing)).status, 200)
})

test('whatever is not exactly the registered token proves nothing', async () => {
  const now = numericDate(clock.now())
  const { privateKey: stranger } = await generateKeyPair('ES256')
  const foreign = await testIssuer(cluster.issuer, () => clock.now())
  const cases: [string, Claims, object?][] = [
    ['another service account', { sub: 'system:serviceaccount:shop:billing2' }],
    ['the beginning of the subject', { sub: 'system:serviceaccount:shop' }],
    ['another issuer', { iss: 'https://cluster.example' }],
    ['another audience', { aud: 'https://other.example' }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['expired', { exp: now - 60 }],
    ['for years', { exp: now + 365 * 86_400 }],
    ['not yet valid', { nbf: now + 600 }],
    ['from the future', { iat: now + 600 }],
    ['signed by a stranger', {}, { key: stranger }],
  ]
  for (const [why, claims, how] of cases) await refused(await token(claims, cluster, how), why)
  await refused(
    await foreign.sign({ sub: subject, aud: server.url }),
    'keys that are not published',
  )
  const another = await workload([{ issuer: cluster.issuer, subject: 'another' }])
  await refused(await token(), 'the token of somebody else', another)
  const own = await server.client({ grant_types: ['client_credentials'], redirect_uris: [] })
  await refused(await token(), 'a client without such credentials', own)
  const nameless = await send(await token(), billing, { client_id: undefined })
  assert.equal(nameless.status, 401, 'RFC 7521 §4.2: the token does not say which client')
})

test('an audience of its own keeps a token from being used elsewhere', async () => {
  const strict = await workload([{ issuer: cluster.issuer, subject, audience: 'cardea' }])
  assert.equal((await send(await token({ aud: 'cardea' }), strict)).status, 200)
  assert.equal((await send(await token({ aud: ['x', 'cardea'] }), strict)).status, 200)
  await refused(await token(), 'made for us, but not as registered', strict)
})

test('a job of a CI provider is one of several credentials of a client', async () => {
  const job = 'repo:shop/billing:ref:refs/heads/main'
  const several = await workload([
    { issuer: 'https://token.actions.example', subject: job },
    { issuer: cluster.issuer, subject: job },
  ])
  assert.equal((await send(await token({ sub: job }), several)).status, 200)
  await refused(await token({ sub: 'repo:shop/billing:pull_request' }), 'another job', several)
})

test('OIDC Discovery §4.3: metadata that is about another issuer is not believed', async () => {
  const liar = await publishedIssuer(() => clock.now())
  const own = await testServer({
    clock,
    env: { CARDEA_PROTOCOL_OUTGOING_HOSTS: `${liar.host},${cluster.host}` },
  })
  try {
    liar.metadata.issuer = cluster.issuer
    const credentials = [{ issuer: liar.issuer, subject }]
    const client = await workload(credentials, { at: own, hosts: [liar.host] })
    const ask = async () =>
      post(own, '/oauth/token', undefined, {
        grant_type: 'client_credentials',
        client_id: client.id,
        client_assertion_type: bearer,
        client_assertion: await liar.sign({ sub: subject, aud: own.url }),
      })
    assert.equal((await ask()).status, 401)
    liar.metadata.issuer = liar.issuer
    assert.equal((await ask()).status, 401, 'remembered for half a minute')
    clock.advance(31)
    assert.equal((await ask()).status, 200)
  } finally {
    await own.close()
    await liar.close()
  }
})

test('an address inside our network is never asked unless the operator allowed the host', async () => {
  const sent = () => inside.sign({ sub: subject, aud: server.url })
  for (const uri of [undefined, `${inside.issuer}/keys`]) {
    const address = uri === undefined ? {} : { jwks_uri: uri }
    const client = await workload([{ issuer: inside.issuer, subject, ...address }])
    await refused(await sent(), 'forbidden', client)
  }
  const secure = inside.issuer.replace('http:', 'https:')
  const client = await workload([{ issuer: secure, subject }])
  await refused(await inside.sign({ iss: secure, sub: subject, aud: server.url }), 'inside', client)
  assert.deepEqual(inside.asked(), [])
})

test('the program and the registration of docs/guide/workload-identity.md work', async () => {
  const owner = await administrator(server, 'owner')
  const body = guideBody('workload-identity', '$clients', {
    'https://cluster.example.com': cluster.issuer,
  })
  const made = await owner.send('POST /admin/clients', body)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const folder = await mkdtemp(join(tmpdir(), 'cardea-workload-'))
  try {
    const file = join(folder, 'token')
    await writeFile(file, `${await token()}\n`)
    const env = { ISSUER: server.url, CLIENT_ID: made.body.client_id, TOKEN_FILE: file }
    const answer = await guideProgram('workload-identity', env)
    assert.equal(answer.scope, 'invoices:write', JSON.stringify(answer))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the keys of an issuer that speaks for people are found in the same way', async () => {
  const owner = await administrator(server, 'owner')
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const trust = (issuer: string) =>
    owner.send('POST /admin/trusted-issuers', { issuer, subject: 'username' })
  assert.equal((await trust(inside.issuer)).status, 400, 'no TLS, and not allowed')
  const made = await trust(cluster.issuer)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const hidden = inside.issuer.replace('http:', 'https:')
  assert.equal((await trust(hidden)).status, 201)
  const client = await server.client({
    grant_types: [grant_type],
    redirect_uris: [],
    scope: 'read',
  })
  const { username: sub } = await server.user()
  const assertion = await token({ sub })
  const { status, body } = await post(server, '/oauth/token', client, { grant_type, assertion })
  assert.equal(status, 200, JSON.stringify(body))
  const forbidden = await inside.sign({ iss: hidden, sub, aud: server.url })
  const answer = await post(server, '/oauth/token', client, { grant_type, assertion: forbidden })
  assert.equal(answer.body.error, 'invalid_grant')
  assert.deepEqual(inside.asked(), [])
})
