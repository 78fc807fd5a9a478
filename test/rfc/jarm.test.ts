import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { CryptoKey, JWK } from 'jose'
import {
  compactDecrypt,
  createRemoteJWKSet,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import { manualClock, numericDate } from '../../src/base/index.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { frontClient, inForm, inFragment, inQuery } from '../harness/front-channel.ts'
import type { Fields } from '../harness/oauth.ts'
import { authorizePath, pkce, redeem } from '../harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../harness/server.ts'
import { callback, testServer } from '../harness/server.ts'
import { signIn } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2030-03-01T00:00:00Z'))
let server: TestServer
let user: TestUser
let client: TestClient
let browser: Browser

before(async () => {
  server = await testServer({ clock, env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
  user = await server.user()
  client = await frontClient(server)
  browser = await signIn(server, user)
})
after(() => server?.close())

const proof = pkce()
const ask = (fields: Fields, as = client, by = browser): Promise<Visit> =>
  by.open(authorizePath(as, proof, fields))

/** The claims of a signed answer, which must be the only thing that came. */
async function opened(
  told: Readonly<Record<string, string | undefined>>,
  as = client,
  alg = 'RS256',
) {
  assert.deepEqual(Object.keys(told), ['response'], 'JARM §2.3: nothing outside the JWT')
  return verified(told.response, as, alg)
}

async function verified(jwt: string | undefined, as: TestClient, alg: string) {
  const keys = createRemoteJWKSet(new URL(`${server.url}/oauth/jwks`))
  const rules = { issuer: server.url, audience: as.id, algorithms: [alg], currentDate: clock.now() }
  const { payload } = await jwtVerify(jwt ?? '', keys, rules)
  return payload
}

test('JARM §2.1: the answer is a JWT with issuer, audience, a short life and every parameter', async () => {
  const { iss, aud, exp, code, state, session_state, ...rest } = await opened(
    inQuery(await ask({ response_mode: 'jwt' })),
  )
  assert.deepEqual([iss, aud, state, rest], [server.url, client.id, 'st-1', {}])
  assert.equal(typeof session_state, 'string')
  const life = Number(exp) - numericDate(clock.now())
  assert.ok(life > 0 && life <= 600)
  assert.equal((await redeem(server, client, String(code), proof.verifier)).status, 200)
})

test('JARM §2.3: each mode carries it in its own way, and jwt is the default of the type', async () => {
  const cases: [Fields, (page: Visit) => Record<string, string | undefined>][] = [
    [{ response_mode: 'query.jwt' }, inQuery],
    [{ response_mode: 'fragment.jwt' }, inFragment],
    [{ response_mode: 'form_post.jwt' }, inForm],
    [{ response_mode: 'jwt' }, inQuery],
    [{ response_mode: 'jwt', response_type: 'none' }, inQuery],
    [{ response_mode: 'jwt', response_type: 'code id_token' }, inFragment],
    [{ response_mode: 'fragment.jwt', response_type: 'id_token token' }, inFragment],
    [{ response_mode: 'form_post.jwt', response_type: 'code token' }, inForm],
  ]
  for (const [fields, read] of cases) {
    const page = await ask(fields)
    const told = await opened(read(page))
    const type = fields.response_type ?? 'code'
    assert.equal('code' in told, type.startsWith('code'), JSON.stringify(fields))
    assert.equal('id_token' in told, type.includes('id_token'))
    assert.equal('access_token' in told, type.endsWith(' token'))
    if (page.left === undefined) assert.ok(page.body.includes(`action="${callback}"`))
  }
})

test('JARM §2.1: failures are signed as well', async () => {
  const nobody = server.browser()
  for (const [mode, read] of [
    ['jwt', inQuery],
    ['form_post.jwt', inForm],
    ['fragment.jwt', inFragment],
  ] as const) {
    const page = await ask({ response_mode: mode, prompt: 'none' }, client, nobody)
    const told = await opened(read(page))
    assert.deepEqual([told.error, told.state, told.code], ['login_required', 'st-1', undefined])
    assert.equal(typeof told.error_description, 'string')
  }
  const wrong = { response_mode: 'jwt', response_type: 'id_token', nonce: undefined }
  assert.equal((await opened(inFragment(await ask(wrong)))).error, 'invalid_request')
})

test('JARM §3: signed as registered, with each algorithm that is advertised', async () => {
  const answer = await fetch(`${server.url}/.well-known/openid-configuration`)
  const metadata: Record<string, string[]> = await answer.json()
  const algorithms = metadata.authorization_signing_alg_values_supported ?? []
  assert.deepEqual(algorithms, ['RS256', 'ES256', 'PS256', 'ES384', 'ES512', 'EdDSA'])
  for (const authorization_signed_response_alg of algorithms) {
    const alg = authorization_signed_response_alg as 'ES256'
    const own = await frontClient(server, { authorization_signed_response_alg: alg })
    const told = await opened(inQuery(await ask({ response_mode: 'jwt' }, own)), own, alg)
    assert.ok(told.code)
  }
})

type Pair = { readonly privateKey: CryptoKey; readonly jwk: JWK }

async function encryptionKey(alg: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: `k-${alg}`, use: 'enc' } }
}

for (const [alg, enc] of [
  ['RSA-OAEP-256', 'A256GCM'],
  ['RSA-OAEP', undefined],
  ['ECDH-ES', 'A128GCM'],
  ['ECDH-ES+A256KW', 'A256CBC-HS512'],
] as const) {
  test(`JARM §2.2, §3: signed, then encrypted to the client (${alg})`, async () => {
    const { privateKey, jwk } = await encryptionKey(alg)
    const own = await frontClient(server, {
      jwks: { keys: [jwk] },
      authorization_encrypted_response_alg: alg,
      ...(enc && { authorization_encrypted_response_enc: enc }),
    })
    const open = async (told: Readonly<Record<string, string | undefined>>) => {
      assert.deepEqual(Object.keys(told), ['response'])
      const { plaintext } = await compactDecrypt(told.response ?? '', privateKey)
      return verified(new TextDecoder().decode(plaintext), own, 'RS256')
    }
    const told = inQuery(await ask({ response_mode: 'jwt' }, own))
    const header = decodeProtectedHeader(told.response ?? '')
    const expected = [alg, enc ?? 'A128CBC-HS256', 'JWT', jwk.kid]
    assert.deepEqual([header.alg, header.enc, header.cty, header.kid], expected)
    assert.ok((await open(told)).code)
    // JARM section 2.3.1: what is encrypted may be in a query even with tokens in it.
    const hybrid = await ask({ response_mode: 'query.jwt', response_type: 'code id_token' }, own)
    assert.ok((await open(inQuery(hybrid))).id_token)
  })
}

test('JARM §2.3.1: query.jwt with tokens that are not encrypted is refused, and not in the query', async () => {
  for (const response_type of ['id_token', 'id_token token', 'code token']) {
    const page = await ask({ response_mode: 'query.jwt', response_type })
    assert.equal(page.left?.search, '')
    assert.equal((await opened(inFragment(page))).error, 'invalid_request')
  }
})

test('a client without a key to encrypt to is told so on a page, and gets nothing in the clear', async () => {
  const own = await frontClient(server, {
    jwks_uri: 'https://keys.invalid/jwks',
    authorization_encrypted_response_alg: 'RSA-OAEP-256',
  })
  const page = await ask({ response_mode: 'jwt' }, own)
  assert.deepEqual([page.status, page.left], [400, undefined])
  assert.match(page.body, /<code>invalid_request<\/code>/)
})
