import type { Contestant, Fields } from './contestant.ts'
import {
  askAuthorize,
  askEndpoint,
  basic,
  callback,
  challenge,
  obtainCode,
  obtainTokens,
  soundRedemption,
  soundRequest,
} from './contestant.ts'

/** What is asked of both servers, by a name that says how the request is special. */
export type Case = readonly [name: string, ask: (contestant: Contestant) => Promise<string>]

const app = soundRequest('app')
const front = soundRequest('front')

const requests: readonly (readonly [string, Fields])[] = [
  ['a sound request', app],
  ['of a public client', soundRequest('pub')],
  ['without client_id', { ...app, client_id: undefined }],
  ['of an unknown client', { ...app, client_id: 'nobody' }],
  ['without redirect_uri', { ...app, redirect_uri: undefined }],
  ['with an unregistered redirect_uri', { ...app, redirect_uri: 'https://evil.example.com/' }],
  ['with a longer redirect_uri', { ...app, redirect_uri: `${callback}/more` }],
  ['with a query at the redirect_uri', { ...app, redirect_uri: `${callback}?x=1` }],
  ['with a fragment at the redirect_uri', { ...app, redirect_uri: `${callback}#x` }],
  ['with a redirect_uri in capitals', { ...app, redirect_uri: callback.toUpperCase() }],
  ['with a relative redirect_uri', { ...app, redirect_uri: '/callback' }],
  ['without response_type', { ...app, response_type: undefined }],
  ['with an unknown response_type', { ...app, response_type: 'coffee' }],
  ['with an empty response_type', { ...app, response_type: '' }],
  ['with a response_type of another client', { ...app, response_type: 'id_token' }],
  ['without scope', { ...app, scope: undefined }],
  ['without openid', { ...app, scope: 'profile' }],
  ['with an unknown scope', { ...app, scope: 'openid nonsense' }],
  ['with a scope in quotes', { ...app, scope: '"openid"' }],
  ['without state', { ...app, state: undefined }],
  ['without nonce', { ...app, nonce: undefined }],
  ['with an unknown parameter', { ...app, color: 'green' }],
  ['with state twice', { ...app, state: ['a', 'b'] }],
  ['with client_id twice', { ...app, client_id: ['{app}', '{app}'] }],
  ['with redirect_uri twice', { ...app, redirect_uri: [callback, callback] }],
  ['with scope twice', { ...app, scope: ['openid', 'openid'] }],
  ['with an unknown response_mode', { ...app, response_mode: 'pigeon' }],
  ['by form_post', { ...app, response_mode: 'form_post' }],
  ['by fragment', { ...app, response_mode: 'fragment' }],
  ['with an unknown prompt', { ...app, prompt: 'whisper' }],
  ['with prompt none and login', { ...app, prompt: 'none login' }],
  ['with prompt none', { ...app, prompt: 'none' }],
  ['with prompt login', { ...app, prompt: 'login' }],
  ['with prompt consent', { ...app, prompt: 'consent' }],
  ['with a negative max_age', { ...app, max_age: '-1' }],
  ['with max_age in letters', { ...app, max_age: 'soon' }],
  ['with max_age 0', { ...app, max_age: '0' }],
  ['with a large max_age', { ...app, max_age: '100000' }],
  ['with a broken id_token_hint', { ...app, id_token_hint: 'no token' }],
  ['with claims that are no JSON', { ...app, claims: '{' }],
  ['with claims that are a list', { ...app, claims: '[]' }],
  ['with sound claims', { ...app, claims: '{"userinfo":{"name":null}}' }],
  [
    'with an essential unknown acr',
    { ...app, claims: '{"id_token":{"acr":{"essential":true,"value":"x"}}}' },
  ],
  ['with claims for a number', { ...app, claims: '{"id_token":3}' }],
  ['with ui_locales', { ...app, ui_locales: 'de en' }],
  ['with display popup', { ...app, display: 'popup' }],
  ['with login_hint', { ...app, login_hint: 'person' }],
  ['with acr_values', { ...app, acr_values: 'nonsense' }],
  ['with registration', { ...app, registration: '{}' }],
  ['with a broken request object', { ...app, request: 'nonsense' }],
  [
    'with request and request_uri',
    { ...app, request: 'a', request_uri: 'https://app.example.com/r' },
  ],
  [
    'with an unknown pushed request',
    { ...app, request_uri: 'urn:ietf:params:oauth:request_uri:x' },
  ],
  [
    'public, without PKCE',
    { ...soundRequest('pub'), code_challenge: undefined, code_challenge_method: undefined },
  ],
  [
    'confidential, without PKCE',
    { ...app, code_challenge: undefined, code_challenge_method: undefined },
  ],
  ['with PKCE plain', { ...app, code_challenge_method: 'plain' }],
  ['with PKCE without a method', { ...app, code_challenge_method: undefined }],
  ['with an unknown PKCE method', { ...app, code_challenge_method: 'S512' }],
  ['with a short challenge', { ...app, code_challenge: 'short' }],
  ['with a challenge of other letters', { ...app, code_challenge: challenge.replace(/^./, '+') }],
  ['with a method and no challenge', { ...app, code_challenge: undefined }],
  ['for id_token', { ...front, response_type: 'id_token' }],
  ['for id_token without nonce', { ...front, response_type: 'id_token', nonce: undefined }],
  ['for id_token by query', { ...front, response_type: 'id_token', response_mode: 'query' }],
  ['for id_token without openid', { ...front, response_type: 'id_token', scope: 'profile' }],
  ['for id_token token', { ...front, response_type: 'id_token token' }],
  ['for token id_token, the other way round', { ...front, response_type: 'token id_token' }],
  ['for code id_token', { ...front, response_type: 'code id_token' }],
  [
    'for code id_token without nonce',
    { ...front, response_type: 'code id_token', nonce: undefined },
  ],
  ['for code token, not registered', { ...front, response_type: 'code token' }],
  ['for none', { ...front, response_type: 'none' }],
  ['for a client of machines', { ...soundRequest('machine') }],
]

const codeRequests: readonly (readonly [string, Fields])[] = [
  ['sound', {}],
  ['with a wrong verifier', { code_verifier: 'w'.repeat(43) }],
  ['with a short verifier', { code_verifier: 'short' }],
  ['without a verifier', { code_verifier: undefined }],
  ['with another redirect_uri', { redirect_uri: 'https://app.example.com/other' }],
  ['without redirect_uri', { redirect_uri: undefined }],
  ['with code_verifier twice', { code_verifier: ['a', 'b'] }],
  ['with a scope', { scope: 'openid' }],
]

const client = (contestant: Contestant) => basic(contestant.clients.app)

const tokenCases: readonly Case[] = [
  ...codeRequests.map(
    ([name, fields]): Case => [
      `code ${name}`,
      async (contestant) => {
        const code = await obtainCode(contestant, 'app')
        const all = { ...soundRedemption('app'), code, ...fields }
        return askEndpoint(contestant, 'token', { fields: all, headers: client(contestant) })
      },
    ],
  ),
  ['code that is unknown', (at) => ask(at, { ...soundRedemption('app'), code: 'unknown' })],
  ['code that is missing', (at) => ask(at, soundRedemption('app'))],
  [
    'code of another client',
    async (at) => ask(at, { ...soundRedemption('app'), code: await obtainCode(at, 'pub') }),
  ],
  [
    'code used twice',
    async (at) => {
      const fields = { ...soundRedemption('app'), code: await obtainCode(at, 'app') }
      return `${await ask(at, fields)}, ${await ask(at, fields)}`
    },
  ],
  [
    'code of a public client',
    async (at) =>
      askEndpoint(at, 'token', {
        fields: { ...soundRedemption('pub'), code: await obtainCode(at, 'pub') },
      }),
  ],
  ['no grant_type', (at) => ask(at, {})],
  ['unknown grant_type', (at) => ask(at, { grant_type: 'coffee' })],
  ['grant_type twice', (at) => ask(at, { grant_type: ['client_credentials', 'password'] })],
  ['grant_type of another client', (at) => ask(at, { grant_type: 'client_credentials' })],
  ['password grant', (at) => ask(at, { grant_type: 'password', username: 'a', password: 'b' })],
  ['client credentials', (at) => machine(at, {})],
  ['client credentials with a scope', (at) => machine(at, { scope: 'read' })],
  ['client credentials with an unknown scope', (at) => machine(at, { scope: 'write' })],
  ['client credentials with openid', (at) => machine(at, { scope: 'openid' })],
  ['no client', (at) => askEndpoint(at, 'token', { fields: { grant_type: 'client_credentials' } })],
  [
    'wrong secret',
    (at) =>
      askEndpoint(at, 'token', {
        fields: { grant_type: 'client_credentials' },
        headers: basic({ ...at.clients.machine, secret: 'wrong' }),
      }),
  ],
  [
    'unknown client',
    (at) =>
      askEndpoint(at, 'token', {
        fields: { grant_type: 'client_credentials' },
        headers: basic({ id: 'nobody', secret: 'x' }),
      }),
  ],
  [
    'secret in the body instead of the header',
    (at) =>
      askEndpoint(at, 'token', {
        fields: {
          grant_type: 'client_credentials',
          client_id: '{machine}',
          client_secret: at.clients.machine.secret,
        },
      }),
  ],
  [
    'secret in the body and the header',
    (at) => machine(at, { client_id: '{machine}', client_secret: at.clients.machine.secret }),
  ],
  ['another client_id in the body', (at) => machine(at, { client_id: '{app}' })],
  [
    'broken Basic credentials',
    (at) =>
      askEndpoint(at, 'token', {
        fields: { grant_type: 'client_credentials' },
        headers: { authorization: 'Basic %%%' },
      }),
  ],
  [
    'JSON instead of a form',
    (at) =>
      askEndpoint(at, 'token', {
        body: '{"grant_type":"client_credentials"}',
        headers: { ...basic(at.clients.machine), 'content-type': 'application/json' },
      }),
  ],
  ['GET', (at) => askEndpoint(at, 'token', { method: 'GET' })],
  ['a refresh', async (at) => refresh(at, await obtainTokens(at, 'app'), {})],
  [
    'a refresh with fewer scopes',
    async (at) => refresh(at, await obtainTokens(at, 'app'), { scope: 'openid' }),
  ],
  [
    'a refresh with more scopes',
    async (at) => refresh(at, await obtainTokens(at, 'app'), { scope: 'openid email' }),
  ],
  [
    'a refresh token that is unknown',
    (at) => ask(at, { grant_type: 'refresh_token', refresh_token: 'unknown' }),
  ],
  ['a refresh token that is missing', (at) => ask(at, { grant_type: 'refresh_token' })],
  [
    'a refresh token of another client',
    async (at) => {
      const { refresh_token = '' } = await obtainTokens(at, 'pub')
      return ask(at, { grant_type: 'refresh_token', refresh_token })
    },
  ],
]

function ask(at: Contestant, fields: Fields): Promise<string> {
  return askEndpoint(at, 'token', { fields, headers: client(at) })
}

function machine(at: Contestant, fields: Fields): Promise<string> {
  const all = { grant_type: 'client_credentials', ...fields }
  return askEndpoint(at, 'token', { fields: all, headers: basic(at.clients.machine) })
}

function refresh(at: Contestant, tokens: Readonly<Record<string, string>>, fields: Fields) {
  const { refresh_token } = tokens
  return ask(at, { grant_type: 'refresh_token', refresh_token, ...fields })
}

const bearer = (token = '') => ({ authorization: `Bearer ${token}` })

const otherCases: readonly Case[] = [
  ['userinfo without a token', (at) => askEndpoint(at, 'userinfo', { method: 'GET' })],
  [
    'userinfo with nonsense',
    (at) => askEndpoint(at, 'userinfo', { method: 'GET', headers: bearer('x') }),
  ],
  [
    'userinfo',
    async (at) => {
      const { access_token } = await obtainTokens(at, 'app')
      return askEndpoint(at, 'userinfo', { method: 'GET', headers: bearer(access_token) })
    },
  ],
  [
    'userinfo by POST with the token in the body',
    async (at) =>
      askEndpoint(at, 'userinfo', {
        fields: { access_token: (await obtainTokens(at, 'app')).access_token },
      }),
  ],
  [
    'userinfo with the token in both places',
    async (at) => {
      const { access_token } = await obtainTokens(at, 'app')
      return askEndpoint(at, 'userinfo', {
        fields: { access_token },
        headers: bearer(access_token),
      })
    },
  ],
  [
    'userinfo with a refresh token',
    async (at) => {
      const { refresh_token } = await obtainTokens(at, 'app')
      return askEndpoint(at, 'userinfo', { method: 'GET', headers: bearer(refresh_token) })
    },
  ],
  [
    'userinfo with a token of a machine',
    async (at) => {
      const response = await fetch(at.url + at.paths.token, {
        method: 'POST',
        headers: basic(at.clients.machine),
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      const { access_token } = (await response.json()) as { access_token: string }
      return askEndpoint(at, 'userinfo', { method: 'GET', headers: bearer(access_token) })
    },
  ],
  [
    'introspection without a client',
    (at) => askEndpoint(at, 'introspect', { fields: { token: 'x' } }),
  ],
  ['introspection without a token', (at) => askEndpoint(at, 'introspect', { headers: client(at) })],
  [
    'introspection of nonsense',
    (at) => askEndpoint(at, 'introspect', { fields: { token: 'x' }, headers: client(at) }),
  ],
  [
    'introspection by a public client',
    (at) => askEndpoint(at, 'introspect', { fields: { token: 'x', client_id: '{pub}' } }),
  ],
  [
    'introspection of a refresh token',
    async (at) => {
      const { refresh_token } = await obtainTokens(at, 'app')
      return askEndpoint(at, 'introspect', {
        fields: { token: refresh_token },
        headers: client(at),
      })
    },
  ],
  [
    'introspection with a wrong hint',
    async (at) => {
      const { refresh_token } = await obtainTokens(at, 'app')
      const fields = { token: refresh_token, token_type_hint: 'access_token' }
      return askEndpoint(at, 'introspect', { fields, headers: client(at) })
    },
  ],
  ['revocation without a client', (at) => askEndpoint(at, 'revoke', { fields: { token: 'x' } })],
  ['revocation without a token', (at) => askEndpoint(at, 'revoke', { headers: client(at) })],
  [
    'revocation of nonsense',
    (at) => askEndpoint(at, 'revoke', { fields: { token: 'x' }, headers: client(at) }),
  ],
  [
    'revocation and refresh afterwards',
    async (at) => {
      const tokens = await obtainTokens(at, 'app')
      const fields = { token: tokens.refresh_token }
      const revoked = await askEndpoint(at, 'revoke', { fields, headers: client(at) })
      return `${revoked}, ${await refresh(at, tokens, {})}`
    },
  ],
  [
    'revocation by another client',
    async (at) => {
      const { refresh_token } = await obtainTokens(at, 'pub')
      return askEndpoint(at, 'revoke', { fields: { token: refresh_token }, headers: client(at) })
    },
  ],
  ['pushing a sound request', (at) => push(at, app)],
  [
    'pushing without a client',
    (at) => askEndpoint(at, 'par', { fields: { ...app, client_id: undefined } }),
  ],
  [
    'pushing an unregistered redirect_uri',
    (at) => push(at, { ...app, redirect_uri: 'https://evil.example.com/' }),
  ],
  ['pushing a request_uri', (at) => push(at, { ...app, request_uri: 'urn:x' })],
  ['pushing an unknown response_type', (at) => push(at, { ...app, response_type: 'coffee' })],
  ['pushing PKCE plain', (at) => push(at, { ...app, code_challenge_method: 'plain' })],
  ['pushing the id of another client', (at) => push(at, { ...app, client_id: '{pub}' })],
  [
    'a device',
    (at) => askEndpoint(at, 'device', { fields: { client_id: '{tv}', scope: 'openid' } }),
  ],
  ['a device without a client', (at) => askEndpoint(at, 'device', { fields: { scope: 'openid' } })],
  [
    'a device of a client without the grant',
    (at) => askEndpoint(at, 'device', { headers: client(at) }),
  ],
  ['a device code that is unknown', (at) => poll(at, 'unknown')],
  ['a device code that is missing', (at) => poll(at, undefined)],
  [
    'a device code that waits',
    async (at) => {
      const body = new URLSearchParams({ client_id: at.clients.tv.id, scope: 'openid' })
      const response = await fetch(at.url + at.paths.device, { method: 'POST', body })
      return poll(at, ((await response.json()) as { device_code: string }).device_code)
    },
  ],
]

function push(at: Contestant, fields: Fields): Promise<string> {
  return askEndpoint(at, 'par', { fields, headers: client(at) })
}

function poll(at: Contestant, device_code: string | undefined): Promise<string> {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return askEndpoint(at, 'token', { fields: { grant_type, device_code, client_id: '{tv}' } })
}

export const corpus: readonly Case[] = [
  ...requests.map(
    ([name, fields]): Case => [`authorize ${name}`, (at) => askAuthorize(at, fields)],
  ),
  ...requests.map(
    ([name, fields]): Case => [
      `authorize, signed in, ${name}`,
      (at) => askAuthorize(at, fields, { signedIn: true }),
    ],
  ),
  ['authorize by POST', (at) => askAuthorize(at, app, { method: 'POST', signedIn: true })],
  ...tokenCases.map(([name, send]): Case => [`token: ${name}`, send]),
  ...otherCases,
]
