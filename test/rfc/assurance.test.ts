import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { decodeJwt } from 'jose'
import { assignRole } from '../../src/access/index.ts'
import { manualClock } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import type { TestAuthenticator } from '../harness/mfa.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, introspect, passPages, pkce, redeem, refresh } from '../harness/oauth.ts'
import { giveTotp, setPolicy } from '../harness/second-factor.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2031-05-05T10:00:00Z'))
const [aal1, aal2, aal3] = ['urn:cardea:aal1', 'urn:cardea:aal2', 'urn:cardea:aal3']
let server: TestServer
let client: TestClient
let plain: TestUser
let guarded: TestUser
let app: TestAuthenticator

before(async () => {
  server = await testServer({ clock })
  client = await server.client({ require_consent: false })
  plain = await server.user()
  guarded = await server.user()
  app = await giveTotp(server, guarded)
})
after(() => server?.close())
afterEach(async () => {
  await setPolicy(server, {})
  clock.advance(60) // every test has a step of its own
})

const proof = pkce()
const path = (fields: Fields = {}, one = client) => authorizePath(one, proof, fields)
const code = () => ({ code: app.codeAt(clock.now()) })
const told = (page: Visit, name = 'error') => page.left?.searchParams.get(name) ?? undefined

/** The claims of the ID token that an answer leads to. */
async function claims(page: Visit, one = client): Promise<Record<string, unknown>> {
  const tokens = (await tokensOf(page, one)).id_token
  return decodeJwt(String(tokens))
}

async function tokensOf(page: Visit, one = client): Promise<Record<string, unknown>> {
  const given = told(page, 'code')
  assert.ok(given, `no code: ${page.status} ${page.url} ${page.left ?? ''}`)
  const { body } = await redeem(server, one, given, proof.verifier)
  return body
}

/** Signed in with the password only, where the policy asks for nothing. */
async function withPassword(user: TestUser): Promise<Browser> {
  await setPolicy(server, { mode: 'off' })
  const browser = server.browser()
  await passPages(browser, path(), user)
  return browser
}

const shown = ({ acr, amr }: Record<string, unknown>) => ({ acr, amr })

test('OIDC Core §2: acr and amr say what was proved', async () => {
  const first = await passPages(server.browser(), path(), plain)
  assert.deepEqual(shown(await claims(first)), { acr: aal1, amr: ['pwd'] })
  const browser = server.browser()
  const step = await passPages(browser, path(), guarded)
  assert.match(step.url, /\/login\/mfa\?/)
  const done = await browser.submit(step, code())
  assert.deepEqual(shown(await claims(done)), { acr: aal2, amr: ['pwd', 'otp', 'mfa'] })
})

test('OIDC Core §3.1.2.1: acr_values leads to the missing factor and to nothing else', async () => {
  const browser = await withPassword(guarded)
  const before = await claims(await browser.open(path()))
  clock.advance(120)
  const step = await browser.open(path({ acr_values: aal2 }))
  assert.match(step.url, /\/login\/mfa\?/)
  const after = await claims(await browser.submit(step, code()))
  assert.deepEqual(shown(after), { acr: aal2, amr: ['pwd', 'otp', 'mfa'] })
  assert.equal(after.auth_time, before.auth_time, 'the time of the older proof')
  assert.ok(told(await browser.open(path({ acr_values: aal2 })), 'code'), 'asked for once')
})

test('OIDC Core §3.1.2.1: acr_values is voluntary: who has no factor comes back with less', async () => {
  const browser = await withPassword(plain)
  const answer = await browser.open(path({ acr_values: `${aal3} ${aal2}` }))
  assert.deepEqual(shown(await claims(answer)), { acr: aal1, amr: ['pwd'] })
})

test('OIDC Core §3.1.2.1: of several values the first that can be reached is asked for', async () => {
  const browser = await withPassword(guarded)
  const step = await browser.open(path({ acr_values: `${aal3} phr unheard-of ${aal2}` }))
  assert.match(step.url, /\/login\/mfa\?/)
  assert.equal((await claims(await browser.submit(step, code()))).acr, aal2)
})

test('an alias is repeated in the words of the client', async () => {
  for (const alias of ['https://refeds.org/profile/mfa', 'aal2']) {
    const browser = await withPassword(guarded)
    const step = await browser.open(path({ acr_values: alias }))
    assert.equal((await claims(await browser.submit(step, code()))).acr, alias)
    clock.advance(60)
  }
  const browser = await withPassword(plain)
  const answer = await browser.open(path({ acr_values: 'https://refeds.org/profile/sfa' }))
  assert.equal((await claims(answer)).acr, 'https://refeds.org/profile/sfa')
})

test('OIDC Core §3.1.2.6: prompt=none tells a missing person from a missing factor', async () => {
  const quiet = { prompt: 'none', acr_values: aal2 }
  assert.equal(told(await server.browser().open(path(quiet))), 'login_required')
  const browser = await withPassword(guarded)
  assert.equal(told(await browser.open(path(quiet))), 'interaction_required')
  clock.advance(120)
  assert.equal(told(await browser.open(path({ ...quiet, max_age: '60' }))), 'login_required')
  assert.ok(told(await (await withPassword(plain)).open(path(quiet)), 'code'), 'voluntary')
})

const essential = (...values: string[]) =>
  JSON.stringify({ id_token: { acr: { essential: true, values } } })

test('OIDC Core §5.5.1.1: an essential acr is asked for, set up, or refused', async () => {
  const browser = await withPassword(guarded)
  const step = await browser.open(path({ claims: essential(aal2) }))
  assert.match(step.url, /\/login\/mfa\?/)
  assert.equal((await claims(await browser.submit(step, code()))).acr, aal2)
  const other = await withPassword(plain)
  assert.match((await other.open(path({ claims: essential(aal2) }))).url, /\/login\/enrol\?/)
  const quiet = path({ claims: essential(aal2), prompt: 'none' })
  assert.equal(told(await other.open(quiet)), 'interaction_required')
  await setPolicy(server, { mode: 'off', factors: ['totp'] })
  const unmet = 'unmet_authentication_requirements'
  assert.equal(told(await other.open(path({ claims: essential(aal3) }))), unmet)
  assert.equal(told(await other.open(path({ claims: essential('phr') }))), unmet)
})

test('OIDC Core §5.5.1.1: where a passkey is essential, who has an app shows it and sets one up', async () => {
  const browser = await withPassword(guarded)
  const page = await browser.open(path({ claims: essential('phr') }))
  assert.match(page.url, /\/login\/mfa\?/)
  const next = await browser.submit(page, code())
  assert.match(next.url, /\/login\/enrol\?/)
  assert.deepEqual([next.status, next.left], [200, undefined])
  assert.doesNotMatch(next.body, /\/login\/enrol\/totp/)
})

test('max_age with acr_values asks for both proofs anew', async () => {
  const browser = await withPassword(guarded)
  await browser.submit(await browser.open(path({ acr_values: aal2 })), code())
  clock.advance(600)
  const asked = path({ acr_values: aal2, max_age: '300' })
  const page = await browser.open(asked)
  assert.match(page.url, /\/login\?/)
  const step = await browser.submit(page, {
    identifier: guarded.username,
    password: guarded.password,
  })
  assert.match(step.url, /\/login\/mfa\?/)
  const done = await claims(await browser.submit(step, code()))
  assert.equal(done.acr, aal2)
  assert.equal(done.auth_time, Math.floor(clock.now().getTime() / 1000))
})

test('OIDC Registration §2: default_acr_values are asked for when a request names none', async () => {
  const demanding = await server.client({ require_consent: false, default_acr_values: [aal2] })
  const browser = await withPassword(guarded)
  assert.equal(
    (await claims(await browser.open(path({ acr_values: aal1 }, demanding)), demanding)).acr,
    aal1,
  )
  const step = await browser.open(path({}, demanding))
  assert.match(step.url, /\/login\/mfa\?/)
})

test('a client that requires a factor gets no code without one, whatever it asks', async () => {
  await setPolicy(server, { mode: 'off', enrolment_grace: 0 })
  const strict = await server.client({ require_consent: false, mfa_policy: 'required' })
  const browser = server.browser()
  await passPages(browser, path(), plain)
  assert.match((await browser.open(path({}, strict))).url, /\/login\/enrol\?/)
  const quiet = { prompt: 'none', acr_values: aal1 }
  assert.equal(told(await browser.open(path(quiet, strict))), 'interaction_required')
  const other = server.browser()
  await passPages(other, path(), guarded)
  const step = await other.open(path({}, strict))
  assert.match(step.url, /\/login\/mfa\?/)
  assert.equal((await claims(await other.submit(step, code()), strict)).acr, aal2)
})

test('a role that requires a factor holds for who has it and for nobody else', async () => {
  const boss = await server.user()
  await assignRole(server.app.db, boss.id, 'admin', clock.now())
  await setPolicy(server, { mode: 'off', roles: { admin: 'required' }, enrolment_grace: 0 })
  assert.match((await passPages(server.browser(), path(), boss)).url, /\/login\/enrol\?/)
  assert.ok(told(await passPages(server.browser(), path(), plain), 'code'))
})

test('a session in a trusted network is no answer to a demand for two factors', async () => {
  await setPolicy(server, { trusted_networks: ['127.0.0.0/8', '::1/128'] })
  const browser = server.browser()
  const inside = await passPages(browser, path(), guarded)
  assert.deepEqual(shown(await claims(inside)), { acr: aal1, amr: ['pwd'] })
  const step = await browser.open(path({ acr_values: aal2 }))
  assert.match(step.url, /\/login\/mfa\?/)
  assert.equal((await claims(await browser.submit(step, code()))).acr, aal2)
})

test('RFC 9470 §6: access tokens and introspection carry acr and auth_time, also after a refresh', async () => {
  const confidential = await server.client({ require_consent: false })
  const browser = await withPassword(guarded)
  const fields = { acr_values: aal2, scope: 'openid offline_access' }
  const step = await browser.open(path(fields, confidential))
  const tokens = await tokensOf(await browser.submit(step, code()), confidential)
  const { acr, auth_time } = decodeJwt(String(tokens.access_token))
  assert.deepEqual([acr, typeof auth_time], [aal2, 'number'])
  const seen = await introspect(server, confidential, tokens.access_token)
  assert.deepEqual([seen.acr, seen.auth_time], [acr, auth_time])
  const renewed = await refresh(server, confidential, tokens.refresh_token)
  assert.equal(decodeJwt(String(renewed.body.id_token)).acr, aal2)
})

test('OIDC Discovery §3: the values that are understood are published', async () => {
  const answer = await fetch(`${server.url}/.well-known/openid-configuration`)
  const { acr_values_supported: values } = (await answer.json()) as Record<string, string[]>
  assert.deepEqual(values?.slice(0, 3), [aal1, aal2, aal3])
  for (const alias of ['https://refeds.org/profile/mfa', 'phr', 'phrh']) {
    assert.ok(values?.includes(alias), alias)
  }
})
