import assert from 'node:assert/strict'
import type { JWTPayload, ProtectedHeaderParameters } from 'jose'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Browser, Visit } from './browser.ts'
import type { Told } from './front-channel.ts'
import { half, inForm, inFragment, inQuery } from './front-channel.ts'
import type { Answer, Fields } from './oauth.ts'
import { authorizePath, pkce, post } from './oauth.ts'
import type { TestClient, TestServer } from './server.ts'
import { callback } from './server.ts'

/** One of the ways in which the suite of the OpenID Foundation runs the modules of a plan. */
export type Variant = { readonly type: string; readonly formPost?: boolean }

export type IdToken = { readonly payload: JWTPayload; readonly header: ProtectedHeaderParameters }

/** What one sign-in brought. */
export type Outcome = {
  readonly told: Told
  /** The ID token of the token endpoint, or else the one of the authorization endpoint. */
  readonly idToken: IdToken
  readonly idTokenText: string
  readonly accessToken: string | undefined
  readonly tokens: Readonly<Record<string, unknown>>
  /** Empty where there is no access token. */
  readonly userinfo: Readonly<Record<string, unknown>>
}

/** How the client proves who it is at the token endpoint; without it, by its secret in the header. */
export type Prove = () => Promise<Fields>

/** The relying party that the suite plays, with what it checks of every answer. */
export type SuiteParty = {
  readonly client: TestClient
  readonly variant: Variant
  readonly has: (part: 'code' | 'id_token' | 'token') => boolean
  readonly path: (fields?: Fields) => string
  readonly read: (page: Visit) => Told
  /** Checks the answer and follows it to the tokens and to UserInfo. */
  readonly finish: (page: Visit, fields?: Fields) => Promise<Outcome>
  readonly signIn: (browser: Browser, fields?: Fields) => Promise<Outcome>
  readonly token: (fields: Fields) => Promise<Answer>
  readonly userinfo: (token: unknown, init?: RequestInit) => Promise<Answer>
}

const base = {
  scope: 'openid',
  state: 'state-of-the-suite',
  nonce: 'nonce-of-the-suite',
  code_challenge: undefined,
  code_challenge_method: undefined,
}

export function suiteParty(
  server: TestServer,
  client: TestClient,
  { variant, prove }: { readonly variant: Variant; readonly prove?: Prove },
): SuiteParty {
  const { type, formPost = false } = variant
  const parts = type.split(' ')
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
  const has = (part: string) => parts.includes(part)
  const path = (fields: Fields = {}) =>
    authorizePath(client, pkce(), {
      ...base,
      response_type: type,
      ...(formPost && { response_mode: 'form_post' }),
      ...fields,
    })
  const read = (page: Visit): Told => {
    if (formPost) {
      assert.ok(page.body.includes(`action="${callback}"`), page.url)
      return inForm(page)
    }
    const to = page.left ?? assert.fail(`no answer: ${page.status} ${page.url}`)
    if (type === 'code') return inQuery(page)
    assert.equal(to.search, '', 'nothing of it travels in the query')
    return inFragment(page)
  }
  const token: SuiteParty['token'] = async (fields) =>
    prove === undefined
      ? post(server, '/oauth/token', client, fields)
      : post(server, '/oauth/token', undefined, { ...fields, ...(await prove()) })
  const userinfo: SuiteParty['userinfo'] = async (value, init = {}) => {
    const headers = { authorization: `Bearer ${String(value)}` }
    const response = await fetch(`${server.url}/oauth/userinfo`, { headers, ...init })
    const text = await response.text()
    const json = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(text) : { jwt: text },
    }
  }
  const verified = async (text: unknown, wanted: Fields): Promise<IdToken> => {
    const { payload, protectedHeader: header } = await jwtVerify(String(text), keys, {
      issuer: server.url,
      audience: client.id,
      currentDate: server.app.clock.now(),
      requiredClaims: ['sub', 'iat', 'exp'],
    })
    assert.ok(header.kid, 'several keys are published, so the token names its own')
    for (const [name, value] of Object.entries(wanted)) assert.equal(payload[name], value, name)
    return { payload, header }
  }
  const finish: SuiteParty['finish'] = async (page, fields = {}) => {
    const told = read(page)
    assert.equal(told.error, undefined, told.error_description)
    assert.deepEqual([told.state, told.iss], [base.state, server.url])
    assert.deepEqual(
      [told.code !== undefined, told.id_token !== undefined, told.access_token !== undefined],
      [has('code'), has('id_token'), has('token')],
    )
    const { nonce } = { ...base, ...fields }
    const front = has('id_token')
      ? await verified(told.id_token, {
          nonce,
          ...(has('token') && { at_hash: half('sha256', told.access_token) }),
          ...(has('code') && { c_hash: half('sha256', told.code) }),
        })
      : undefined
    const { code_verifier } = fields
    const grant = { grant_type: 'authorization_code', code: told.code, redirect_uri: callback }
    const answer = has('code') ? await token({ ...grant, code_verifier }) : undefined
    const tokens = answer?.body ?? {}
    if (answer !== undefined) assertTokens(answer)
    const back = answer && (await verified(tokens.id_token, { nonce }))
    if (front && back) {
      for (const name of ['iss', 'sub']) assert.equal(back.payload[name], front.payload[name])
    }
    const idToken = back ?? front ?? assert.fail('no ID token')
    const accessToken = (tokens.access_token ?? told.access_token) as string | undefined
    const about = accessToken === undefined ? undefined : await userinfo(accessToken)
    if (about)
      assert.deepEqual(
        [about.status, about.body.sub ?? idToken.payload.sub],
        [200, idToken.payload.sub],
      )
    const idTokenText = asText(tokens.id_token ?? told.id_token)
    return { told, idToken, idTokenText, accessToken, tokens, userinfo: about?.body ?? {} }
  }
  return {
    client,
    variant,
    has,
    path,
    read,
    finish,
    token,
    userinfo,
    signIn: async (browser, fields = {}) => {
      const { code_verifier: _, ...asked } = fields
      return finish(await browser.open(path(asked)), fields)
    },
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** RFC 6749 section 5.1, OIDC Core 3.1.3.3. */
function assertTokens({ status, headers, body }: Answer): void {
  assert.equal(status, 200, JSON.stringify(body))
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(String(body.token_type).toLowerCase(), 'bearer')
  assert.equal(typeof body.expires_in, 'number')
}

/** RFC 6749 section 5.2: what the suite checks of a refusal by the token endpoint. */
export function assertInvalidGrant({ status, headers, body }: Answer): void {
  assert.deepEqual([status, body.error], [400, 'invalid_grant'])
  assert.match(headers.get('content-type') ?? '', /^application\/json/)
  assert.match(asText(body.error_description), /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
}
