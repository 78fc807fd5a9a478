import { randomUUID } from 'node:crypto'
import type { CryptoKey } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { ClientInput } from '../../src/clients/index.ts'
import type { Browser, Visit } from './browser.ts'
import type { ProofKey } from './dpop.ts'
import { proof, proofKey } from './dpop.ts'
import type { Fields, Pkce } from './oauth.ts'
import { passPages } from './oauth.ts'
import { pushedPath, requestFields } from './pushed.ts'
import type { RawAnswer } from './raw-request.ts'
import { rawRequest } from './raw-request.ts'
import type { TestClient, TestServer, TestUser } from './server.ts'
import { callback } from './server.ts'

/** A client of the profile FAPI 2.0 with the two keys that it holds. */
export type FapiClient = TestClient & {
  readonly alg: string
  readonly key: CryptoKey
  readonly dpop: ProofKey
}

type Claims = Readonly<Record<string, unknown>>

type How = {
  /** What its assertion says otherwise. */
  readonly assertion?: Claims
  /** Null sends no proof. */
  readonly dpop?: ProofKey | null
  readonly proof?: Claims
  readonly headers?: Readonly<Record<string, string>>
}

export type Fapi = {
  readonly client: (input?: Partial<ClientInput>, alg?: string) => Promise<FapiClient>
  /** A JWT by the key of a client; members set to undefined are left out. */
  readonly sign: (client: FapiClient, claims: Claims, header?: object) => Promise<string>
  readonly assertion: (client: FapiClient, claims?: Claims) => Promise<string>
  /** Posts a form as the client, with a proof. */
  readonly ask: (client: FapiClient, path: string, sent: Fields, how?: How) => Promise<RawAnswer>
  readonly push: (client: FapiClient, sent?: Fields, how?: How) => Promise<RawAnswer>
  /** A signed request, as Message Signing section 5.3.1 wants it. */
  readonly request: (client: FapiClient, claims?: Claims) => Promise<string>
  /** By way of the pages; where the browser ends. */
  readonly visit: (client: FapiClient, uri: unknown, browser?: Browser) => Promise<Visit>
  readonly code: (client: FapiClient, sent?: Fields, how?: How) => Promise<string>
  readonly redeem: (client: FapiClient, code: string, how?: How) => Promise<RawAnswer>
  readonly refresh: (client: FapiClient, token: unknown, how?: How) => Promise<RawAnswer>
}

export type FapiNeeds = {
  readonly server: TestServer
  readonly user: TestUser
  readonly pkce: Pkce
  readonly now: () => Date
}

/** Both halves of the protocol of FAPI 2.0, spoken by hand so that they can also be wrong. */
export function fapi({ server, user, pkce, now }: FapiNeeds): Fapi {
  const seconds = () => Math.floor(now().getTime() / 1000)
  const sign: Fapi['sign'] = ({ alg, key }, claims, header = {}) =>
    new SignJWT(JSON.parse(JSON.stringify(claims))).setProtectedHeader({ alg, ...header }).sign(key)
  const parts = {
    sign,
    assertion: (client: FapiClient, claims: Claims = {}) =>
      sign(client, {
        iss: client.id,
        sub: client.id,
        aud: server.url,
        iat: seconds(),
        exp: seconds() + 60,
        jti: randomUUID(),
        ...claims,
      }),
    async ask(client: FapiClient, path: string, sent: Fields, how: How = {}): Promise<RawAnswer> {
      const { dpop = client.dpop, headers } = how
      const htu = server.url + path
      const sentProof = dpop && (await proof(dpop, { htu, now: now(), claims: how.proof ?? {} }))
      return rawRequest(htu, {
        headers: { ...(sentProof !== null && { dpop: sentProof }), ...headers },
        fields: {
          client_assertion: await parts.assertion(client, how.assertion),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          ...sent,
        },
      })
    },
    request: (client: FapiClient, claims: Claims = {}) => {
      const times = { nbf: seconds(), exp: seconds() + 300, iat: seconds() }
      const said = { iss: client.id, aud: server.url, ...times, ...requestFields(client, pkce) }
      return sign(client, { ...said, ...claims }, { typ: 'oauth-authz-req+jwt' })
    },
  }
  const push: Fapi['push'] = (client, sent = {}, how = {}) =>
    parts.ask(client, '/oauth/par', requestFields(client, pkce, sent), { dpop: null, ...how })
  const visit: Fapi['visit'] = (client, uri, browser = server.browser()) =>
    passPages(browser, pushedPath(client.id, uri), user)
  const token = (client: FapiClient, sent: Fields, how?: How) =>
    parts.ask(client, '/oauth/token', sent, how)
  return {
    ...parts,
    push,
    visit,
    async client(input = {}, alg = 'ES256') {
      const { publicKey, privateKey: key } = await generateKeyPair(alg, { extractable: true })
      const made = await server.client({
        profile: 'fapi2',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [{ ...(await exportJWK(publicKey)) }] },
        ...input,
      })
      return { ...made, alg, key, dpop: await proofKey() }
    },
    async code(client, sent, how) {
      const pushed = await push(client, sent, how)
      const { left, body } = await visit(client, pushed.body.request_uri)
      const code = left?.searchParams.get('code')
      if (!code) throw new Error(`${JSON.stringify(pushed.body)} ${left ?? body}`)
      return code
    },
    redeem: (client, code, how) =>
      token(
        client,
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: callback,
          code_verifier: pkce.verifier,
        },
        how,
      ),
    refresh: (client, refresh_token, how) =>
      token(client, { grant_type: 'refresh_token', refresh_token: String(refresh_token) }, how),
  }
}
