import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { mintAccessToken } from '../../src/oauth/index.ts'
import { administrator } from '../harness/administrator.ts'
import type { ProofKey } from '../harness/dpop.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import { guideBody, guideProgram } from '../harness/guide-program.ts'
import { testIssuer } from '../harness/issuer.ts'
import type { Answer, Fields } from '../harness/oauth.ts'
import { basic, introspect, obtainTokens, post } from '../harness/oauth.ts'
import { testResource } from '../harness/resources.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { apiLogin } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange'
const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const scope = 'openid profile email offline_access read write'
let server: TestServer
let user: TestUser
/** Has the tokens of people. */
let app: TestClient
/** An API that is called with them, and the resource that it is. */
let api: TestClient
let orders: string
/** Another API, which the first one calls. */
let stock: string

before(async () => {
  server = await testServer({ clock })
  user = await server.user()
  app = await server.client({ scope, require_consent: false })
  api = await service()
  orders = (await testResource(server, { introspection_clients: [api.id] })).identifier
  stock = (await testResource(server)).identifier
})
after(() => server?.close())

const service = (input: Parameters<TestServer['client']>[0] = {}) =>
  server.client({
    grant_types: [grantType, 'client_credentials'],
    redirect_uris: [],
    scope: 'openid profile read write admin',
    ...input,
  })

/** What a person gave the application, for the first API. */
const tokensFor = (resource: string = orders, who = user, fields: Fields = {}) =>
  obtainTokens(server, app, who, { scope, resource, ...fields })

/** The same for no API in particular. */
const plainTokens = (fields: Fields = {}) => obtainTokens(server, app, user, { scope, ...fields })

const exchange = (subject: unknown, fields: Fields = {}, as = api): Promise<Answer> =>
  post(server, '/oauth/token', as, {
    grant_type: grantType,
    subject_token: String(subject),
    subject_token_type: type('access_token'),
    ...fields,
  })

type Done = Answer['body'] & { readonly claims: Readonly<Record<string, unknown>> }

async function done(subject: unknown, fields: Fields = {}, as = api): Promise<Done> {
  const answer = await exchange(subject, fields, as)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return { ...answer.body, claims: decodeJwt(String(answer.body.access_token)) }
}

async function refused(error: string, subject: unknown, fields: Fields = {}, as = api) {
  const { status, body } = await exchange(subject, fields, as)
  assert.deepEqual([status, body.error], [400, error], JSON.stringify([fields, body]))
}

const audited = (action: string) =>
  server.app.db.many<{ actor: string; resource: string; details: Record<string, unknown> }>(sql`
    SELECT actor, resource, details FROM audit_log WHERE action = ${action} ORDER BY id DESC`)

async function bound(key: ProofKey, fields: Fields, as: TestClient): Promise<Answer> {
  const htu = `${server.url}/oauth/token`
  const headers = { ...basic(as), dpop: await proof(key, { htu, now: clock.now() }) }
  const body = new URLSearchParams(fields as Record<string, string>)
  const response = await fetch(htu, { method: 'POST', headers, body })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

test('RFC 8693 §2.2.1: an API exchanges a token that it was sent for one for the next API', async () => {
  const { access_token: sent } = await tokensFor()
  const { claims, ...body } = await done(sent, { audience: stock })
  assert.equal(body.issued_token_type, type('access_token'))
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.scope, 'read write')
  assert.equal('refresh_token' in body, false)
  assert.equal(claims.aud, stock)
  assert.equal(claims.sub, user.id)
  assert.equal(claims.client_id, api.id)
  assert.deepEqual(claims.act, { sub: api.id }, 'RFC 8693 §4.1: delegation unless more is allowed')
  const before = decodeJwt(String(sent))
  for (const name of ['grant_id', 'auth_time', 'acr', 'amr']) {
    assert.deepEqual(claims[name], before[name], name)
  }
  const seen = await introspect(server, api, body.access_token)
  assert.deepEqual([seen.active, seen.sub, seen.act], [true, user.id, { sub: api.id }])
  const again = await done(sent, { resource: stock })
  assert.equal(again.claims.aud, stock, 'resource names it as well')
  const same = await done(sent, { scope: 'read' })
  assert.deepEqual(
    [same.claims.aud, same.scope],
    [orders, 'read'],
    'without a target it keeps its own',
  )
})

test('RFC 8693 §4.1: whoever acted before stays inside, and the chain has an end', async () => {
  const { access_token: sent } = await tokensFor()
  const chain = [api]
  let token = (await done(sent)).access_token
  for (let i = 0; i < 10; i += 1) {
    const next = await service({ token_exchange: { subject_clients: [chain[0]?.id ?? ''] } })
    chain.unshift(next)
    if (i === 9) return refused('invalid_request', token, {}, next)
    const { claims, access_token } = await done(token, {}, next)
    const names: unknown[] = []
    for (let at = Object(claims.act); at !== undefined; at = at.act) names.push(at.sub)
    assert.deepEqual(
      names,
      chain.map(({ id }) => id),
    )
    token = access_token
  }
  return assert.fail('the chain never ended')
})

test('RFC 8693 §4.1: a client that exchanges what it has exchanged is not named twice', async () => {
  const { access_token: sent } = await tokensFor()
  const first = await done(sent, { audience: stock })
  const { claims } = await done(first.access_token, { scope: 'read' })
  assert.deepEqual(claims.act, { sub: api.id })
})

test('RFC 8693 §2.1: with an actor token its subject acts, by the client that it was given to', async () => {
  const { access_token: sent } = await tokensFor()
  const machine = await post(server, '/oauth/token', api, { grant_type: 'client_credentials' })
  const own = {
    actor_token: String(machine.body.access_token),
    actor_token_type: type('access_token'),
  }
  assert.deepEqual((await done(sent, own)).claims.act, { sub: api.id })

  const helper = await server.user()
  const { access_token: theirs } = await tokensFor(orders, helper)
  const acting = { actor_token: String(theirs), actor_token_type: type('access_token') }
  assert.deepEqual((await done(sent, acting)).claims.act, { sub: helper.id, client_id: app.id })
  await refused('invalid_request', sent, { actor_token_type: type('access_token') })
  await refused('invalid_request', sent, { actor_token: String(theirs) })
  await refused('invalid_request', sent, { ...acting, actor_token: 'nonsense' })
  await refused('invalid_request', sent, { ...acting, actor_token_type: type('id_token') })
  const delegated = { ...acting, actor_token: String((await done(theirs)).access_token) }
  await refused('invalid_request', sent, delegated)
  const { body } = await exchange(sent, { ...acting, actor_token_type: type('jwt') })
  assert.equal(body.issued_token_type, type('access_token'), 'ours is a JWT, too')
})

test('RFC 8693 §2.1: the types of tokens', async () => {
  const tokens = await tokensFor()
  const { claims, ...body } = await done(tokens.access_token, { requested_token_type: type('jwt') })
  assert.equal(body.issued_token_type, type('jwt'))
  assert.equal(claims.client_id, api.id)
  for (const name of ['refresh_token', 'id_token', 'saml2', 'nonsense']) {
    await refused('invalid_request', tokens.access_token, { requested_token_type: type(name) })
  }
  await refused('invalid_request', tokens.refresh_token, {
    subject_token_type: type('refresh_token'),
  })
  await refused('invalid_request', tokens.access_token, { subject_token_type: type('saml1') })
  await refused('invalid_request', tokens.access_token, { subject_token_type: undefined })
  await refused('invalid_request', '', { subject_token: undefined })
  await refused('invalid_request', tokens.id_token)
  await refused('invalid_request', tokens.refresh_token)
  await refused('invalid_request', 'a.b.c')
})

test('an ID token is worth what the grant behind it still is', async () => {
  const mine = await service({ token_exchange: { subject_clients: [app.id] } })
  const tokens = await plainTokens()
  const asId = { subject_token_type: type('id_token') }
  const { claims, scope: given } = await done(tokens.id_token, asId, mine)
  assert.deepEqual([claims.sub, claims.aud], [user.id, server.url])
  assert.equal(given, 'openid profile read write', 'what the grant and the client have')
  assert.equal(claims.grant_id, decodeJwt(String(tokens.access_token)).grant_id)
  await refused('invalid_request', tokens.access_token, asId, mine)
  await refused('invalid_request', tokens.id_token, asId, api)
  await post(server, '/oauth/revoke', app, { token: String(tokens.refresh_token) })
  const narrow = await plainTokens({ scope: 'openid read' })
  assert.equal((await done(narrow.id_token, asId, mine)).scope, 'openid read')
  const forOne = await tokensFor()
  assert.equal((await done(forOne.id_token, asId, mine)).claims.aud, orders)
  await server.app.db.run(
    sql`UPDATE token_families SET revoked_at = now() WHERE user_id = ${user.id}`,
  )
  await refused('invalid_request', narrow.id_token, asId, mine)
})

test('OIDC Core §8.1: each client is told its own name of the person, whatever it was exchanged for', async () => {
  const sector = await server.client({ scope, require_consent: false, subject_type: 'pairwise' })
  const naming = { token_exchange: { subject_clients: [sector.id] } }
  const mine = await service(naming)
  const tokens = await obtainTokens(server, sector, user, { scope: 'openid read' })
  const theirName = decodeJwt(String(tokens.id_token)).sub
  assert.notEqual(theirName, user.id)
  const byAccess = await done(tokens.access_token, {}, mine)
  const byId = await done(tokens.id_token, { subject_token_type: type('id_token') }, mine)
  assert.deepEqual([byAccess.claims.sub, byId.claims.sub], [user.id, user.id])
  const redirect_uris = ['https://other.example.com/callback']
  const other = await service({ ...naming, subject_type: 'pairwise', redirect_uris })
  const { claims, access_token } = await done(tokens.access_token, {}, other)
  assert.notEqual(claims.sub, user.id)
  assert.notEqual(claims.sub, theirName)
  assert.equal((await introspect(server, other, access_token)).active, true)
})

test('a JWT of an issuer that is trusted stands for the person whom it names', async () => {
  const owner = await administrator(server, 'owner')
  const partner = await testIssuer('https://login.partner.example', () => clock.now())
  const trust = { issuer: partner.issuer, jwks: partner.jwks, subject: 'user_id', scopes: ['read'] }
  assert.equal((await owner.send('POST /admin/trusted-issuers', trust)).status, 201)
  const sent = await partner.sign({ sub: user.id, aud: server.url })
  const asJwt = { subject_token_type: type('jwt'), audience: stock }
  const { claims, ...body } = await done(sent, asJwt)
  assert.deepEqual([claims.sub, claims.aud, body.scope], [user.id, stock, 'read'])
  assert.deepEqual(claims.act, { sub: api.id })
  assert.equal((await introspect(server, api, body.access_token)).username, user.username)
  assert.ok(Number(body.expires_in) <= 60, 'RFC 8693 §2.2.1: no longer than the token itself')
  await done(sent, asJwt)
  await refused('invalid_request', await partner.sign({ sub: 'nobody', aud: server.url }), asJwt)
  await refused('invalid_request', await partner.sign({ sub: user.id, aud: 'urn:other' }), asJwt)
  const stranger = await testIssuer('https://stranger.example', () => clock.now())
  await refused('invalid_request', await stranger.sign({ sub: user.id, aud: server.url }), asJwt)

  const theirs = (mayAct: unknown) =>
    partner.sign({ sub: user.id, aud: server.url, may_act: mayAct })
  for (const mayAct of [{ sub: api.id }, { client_id: api.id }, { sub: api.id, iss: server.url }]) {
    await done(await theirs(mayAct), asJwt)
  }
  for (const mayAct of [{ sub: 'other' }, {}, null, 'x', { sub: api.id, iss: partner.issuer }]) {
    await refused('invalid_request', await theirs(mayAct), asJwt)
  }
  // RFC 8693 §4.4: a token that says who may act lets nobody else, and the operator sees it.
  const entries = (await audited('token_exchange.refuse')).filter(
    ({ details }) => details.why === 'may_act',
  )
  assert.equal(entries.length, 5)
  assert.ok(entries.every(({ actor }) => actor === `client:${api.id}`))
  assert.ok(entries.every(({ resource }) => resource === `user:${user.id}`))
})

test('whose tokens a client may exchange: its own and those meant for it, or those of whom it names', async () => {
  const tokens = await tokensFor()
  const elsewhere = await tokensFor(stock)
  await refused('invalid_request', elsewhere.access_token)
  const entries = await audited('token_exchange.refuse')
  assert.ok(entries.some(({ details }) => details.why === 'not for this client'))
  const named = await service({ token_exchange: { subject_clients: [app.id] } })
  await done(elsewhere.access_token, {}, named)
  const others = await service({ token_exchange: { subject_clients: [api.id] } })
  await refused('invalid_request', tokens.access_token, {}, others)
  const own = await server.client({
    scope,
    require_consent: false,
    grant_types: ['authorization_code', grantType],
  })
  const mine = await obtainTokens(server, own, user, { scope: 'openid read' })
  const { claims } = await done(mine.access_token, { audience: stock }, own)
  assert.deepEqual([claims.aud, claims.client_id, claims.scope], [stock, own.id, 'read'])
})

test('RFC 8693 §2.2.2: a target that is unknown or not allowed is an invalid_target', async () => {
  const { access_token: sent } = await tokensFor()
  const other = await server.client()
  for (const audience of ['nobody', 'https://unknown.example', other.id, `${server.url}/api/v1`]) {
    await refused('invalid_target', sent, { audience })
  }
  await refused('invalid_target', sent, { resource: 'https://unknown.example' })
  assert.equal((await done(sent, { audience: api.id })).claims.aud, api.id, 'itself')
  const mine = await done(sent, { audience: server.url, scope: 'read' })
  assert.equal(mine.claims.aud, server.url)

  const limited = await service({
    token_exchange: { subject_clients: [app.id], audiences: [other.id, stock] },
  })
  assert.equal((await done(sent, { audience: other.id }, limited)).claims.aud, other.id)
  assert.equal((await done(sent, { audience: stock }, limited)).claims.aud, stock)
  assert.equal((await done(sent, { resource: stock }, limited)).claims.aud, stock)
  await refused('invalid_target', sent, { audience: server.url }, limited)
  await refused('invalid_target', sent, { audience: limited.id }, limited)
  await refused('invalid_target', sent, {}, limited)
  const several = (audiences: readonly string[]) => {
    const form = { grant_type: grantType, subject_token: String(sent) }
    const body = new URLSearchParams({ ...form, subject_token_type: type('access_token') })
    for (const audience of audiences) body.append('audience', audience)
    return fetch(`${server.url}/oauth/token`, { method: 'POST', headers: basic(api), body })
  }
  const both: Answer['body'] = await (await several([orders, stock])).json()
  assert.deepEqual(decodeJwt(String(both.access_token)).aud, [orders, stock])
  assert.equal((await several([server.url, stock])).status, 400, 'ours is for nobody else')
  const fewer = await service({
    allowed_resources: [orders],
    token_exchange: { subject_clients: [app.id] },
  })
  await refused('invalid_target', sent, { audience: stock }, fewer)
})

test('RFC 8693 §2.1: never more scopes than the token and the client have', async () => {
  const { access_token: sent } = await plainTokens({ scope: 'openid email read' })
  const mine = await service({ token_exchange: { subject_clients: [app.id] } })
  assert.equal((await done(sent, {}, mine)).scope, 'openid read')
  for (const asked of ['read write', 'email', 'admin', 'offline_access', 'a"b', ' read']) {
    await refused('invalid_scope', sent, { scope: asked }, mine)
  }
  const narrow = await done((await tokensFor()).access_token, { scope: 'read' })
  await refused('invalid_scope', narrow.access_token, { scope: 'write' })
})

test('RFC 8693 §2.2.1: the new token ends with the old one, with its grant, and with its person', async () => {
  const short = await server.user()
  const tokens = await tokensFor(orders, short)
  const { expires_in: whole } = await done(tokens.access_token)
  clock.advance(100)
  const late = await done(tokens.access_token)
  assert.equal(late.expires_in, Number(whole) - 100)
  assert.equal(late.claims.exp, decodeJwt(String(tokens.access_token)).exp)
  assert.equal((await introspect(server, api, late.access_token)).active, true)

  await post(server, '/oauth/revoke', app, { token: String(tokens.refresh_token) })
  assert.equal((await introspect(server, api, late.access_token)).active, false)
  await refused('invalid_request', tokens.access_token)
  await refused('invalid_request', late.access_token)

  const others = await tokensFor(orders, short)
  const made = await done(others.access_token)
  await post(server, '/oauth/revoke', app, { token: String(others.access_token) })
  await refused('invalid_request', others.access_token)
  assert.equal((await introspect(server, api, made.access_token)).active, true)
  await server.app.db.run(sql`UPDATE users SET is_active = false WHERE id = ${short.id}`)
  assert.equal((await introspect(server, api, made.access_token)).active, false)
  await refused('invalid_request', made.access_token)

  const lost = (await testResource(server, { introspection_clients: [api.id] })).identifier
  const forLost = await tokensFor(lost)
  await server.app.db.run(sql`DELETE FROM resources WHERE identifier = ${lost}`)
  clock.advance(2)
  await refused('invalid_request', forLost.access_token, { audience: stock })

  const old = await tokensFor()
  clock.advance(7200)
  await refused('invalid_request', old.access_token)
})

test('RFC 8693 §1.1: impersonation only for a client that is registered for it, and audited', async () => {
  const { access_token: sent } = await tokensFor()
  const trusted = await service({
    token_exchange: { subject_clients: [app.id, api.id], impersonation: true },
  })
  const { claims } = await done(sent, { audience: stock, scope: 'read' }, trusted)
  assert.equal('act' in claims, false)
  assert.equal(claims.client_id, trusted.id)
  const [entry] = await audited('token_exchange.impersonate')
  assert.equal(entry?.actor, `client:${trusted.id}`)
  assert.equal(entry?.resource, `user:${user.id}`)
  assert.deepEqual(entry?.details, { subject_client: app.id, scopes: ['read'] })
  const delegated = await done(sent)
  const kept = await done(delegated.access_token, {}, trusted)
  assert.deepEqual(kept.claims.act, { sub: api.id }, 'whoever acted before is never forgotten')
})

test('RFC 9449 §5: what was bound stays bound, to the key of who exchanges it', async () => {
  const theirs = await proofKey()
  const ours = await proofKey()
  const sent = await mintAccessToken(
    { ...server.app, issuer: server.url },
    {
      subject: api.id,
      clientId: api.id,
      audience: server.url,
      scopes: ['read'],
      lifetime: 300,
      binding: { jkt: theirs.jkt },
    },
  )
  await refused('invalid_request', sent)
  const fields = {
    grant_type: grantType,
    subject_token: sent,
    subject_token_type: type('access_token'),
    audience: stock,
  }
  const { status, body } = await bound(ours, fields, api)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.token_type, 'DPoP')
  assert.deepEqual(decodeJwt(String(body.access_token)).cnf, { jkt: ours.jkt })
  assert.equal('act' in decodeJwt(String(body.access_token)), false, 'it acts for itself')
})

test('what is no token of an application is exchanged by nobody', async () => {
  const mine = await service({ token_exchange: { subject_clients: [app.id, api.id] } })
  const { access_token: ofApi } = await apiLogin(server, user)
  await refused('invalid_request', ofApi, {}, mine)
  const gone = await service()
  const { body } = await post(server, '/oauth/token', gone, { grant_type: 'client_credentials' })
  await server.app.db.run(sql`UPDATE clients SET is_active = false WHERE client_id = ${gone.id}`)
  clock.advance(2) // Clients are remembered for a second.
  const naming = await service({ token_exchange: { subject_clients: [gone.id] } })
  await refused('invalid_request', body.access_token, {}, naming)
})

test('RFC 8693 §5: only clients that authenticate and have the grant exchange tokens', async () => {
  const { access_token: sent } = await tokensFor()
  const open = await server.client({
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', grantType],
    token_exchange: { subject_clients: [app.id] },
  })
  await refused('unauthorized_client', sent, {}, open)
  await refused('unauthorized_client', sent, {}, app)
  const wrong = await exchange(sent, {}, { ...api, secret: 'wrong' })
  assert.equal(wrong.status, 401)
})

test('an API exchanges opaque tokens as well, and gets opaque ones where it is registered so', async () => {
  const secretive = await server.client({
    scope,
    require_consent: false,
    access_token_format: 'opaque',
  })
  const { access_token: sent } = await obtainTokens(server, secretive, user, {
    scope: 'openid read',
  })
  const mine = await service({
    access_token_format: 'opaque',
    token_exchange: { subject_clients: [secretive.id] },
  })
  const { body } = await exchange(sent, { requested_token_type: type('jwt') }, mine)
  assert.equal(body.issued_token_type, type('access_token'), 'it is what it is')
  const seen = await introspect(server, mine, body.access_token)
  assert.deepEqual([seen.active, seen.sub, seen.act], [true, user.id, { sub: mine.id }])
})

test('the program of docs/guide/token-exchange.md exchanges a token, and its policy is one', async () => {
  const { access_token: sent } = await tokensFor()
  const answer = await guideProgram('token-exchange', {
    ISSUER: server.url,
    CLIENT_ID: api.id,
    CLIENT_SECRET: api.secret,
    TOKEN: String(sent),
    AUDIENCE: stock,
  })
  assert.deepEqual(decodeJwt(String(answer.access_token)).act, { sub: api.id })
  const owner = await administrator(server, 'owner')
  const to = 'https://auth.example.com/api/v1/admin/trusted-issuers'
  const trusted = await owner.send('POST /admin/trusted-issuers', guideBody('token-exchange', to))
  assert.equal(trusted.status, 201, JSON.stringify(trusted.body))
})

test('RFC 8414 §2: discovery names the grants', async () => {
  const response = await fetch(`${server.url}/.well-known/oauth-authorization-server`)
  const metadata: Answer['body'] = await response.json()
  const grants = [metadata.grant_types_supported].flat()
  assert.ok(grants.includes(grantType))
  assert.ok(grants.includes('urn:ietf:params:oauth:grant-type:jwt-bearer'))
})

test('OpenID Connect Core §5.5: claims that one client asked for are not told to who exchanges its token', async () => {
  const claims = JSON.stringify({ userinfo: { email: null } })
  const { access_token: sent } = await plainTokens({ scope: 'openid', claims })
  const other = await service({ token_exchange: { subject_clients: [app.id] }, scope: 'openid' })
  const told = async (token: unknown) => {
    const headers = { authorization: `Bearer ${String(token)}` }
    return (await fetch(`${server.url}/oauth/userinfo`, { headers })).json()
  }
  assert.deepEqual(await told(sent), { sub: user.id, email: user.email })
  assert.deepEqual(await told((await done(sent, {}, other)).access_token), { sub: user.id })
  const opaque = await service({
    token_exchange: { subject_clients: [app.id] },
    scope: 'openid',
    access_token_format: 'opaque',
  })
  const { body } = await exchange(sent, {}, opaque)
  assert.deepEqual(await told(body.access_token), { sub: user.id })
})

test('a client that demands a second factor gets no token of somebody who showed none elsewhere', async () => {
  const { access_token: sent } = await plainTokens()
  const strict = await service({ ...trusting(), mfa_policy: 'required' })
  await refused('invalid_request', sent, {}, strict)
  const [entry] = await audited('token_exchange.refuse')
  assert.deepEqual([entry?.actor, entry?.details.why], [`client:${strict.id}`, 'second factor'])
  await done(sent, {}, await service(trusting()))
})

test('a token that was exchanged ends with the client that was given the first one', async () => {
  const first = await server.client({ scope, require_consent: false })
  const { access_token: sent } = await obtainTokens(server, first, user, { scope })
  const naming = { token_exchange: { subject_clients: [first.id] } }
  const [next, opaque] = [
    await service(naming),
    { ...naming, access_token_format: 'opaque' } as const,
  ]
  const tokens = [await done(sent, {}, next)].map(({ access_token }) => access_token)
  tokens.push((await exchange(sent, {}, await service(opaque))).body.access_token)
  const active = () =>
    Promise.all(tokens.map(async (one) => (await introspect(server, next, one)).active))
  assert.deepEqual(await active(), [true, true])
  const owner = await administrator(server, 'owner')
  await owner.send(`POST /admin/clients/${first.id}/deactivate`, {}, {})
  assert.deepEqual(await active(), [false, false])
})

const trusting = () => ({ token_exchange: { subject_clients: [app.id] } })
