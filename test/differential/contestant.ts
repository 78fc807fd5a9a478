import { createHash, randomBytes } from 'node:crypto'

/** One of the two servers, with the same clients and the same signed-in person. */
export type Contestant = {
  readonly url: string
  readonly paths: Readonly<Record<Endpoint, string>>
  readonly clients: Readonly<Record<ClientName, ClientFacts>>
  /** Cookie header of a browser in which the person allowed everything. */
  readonly cookie: string
}

export type Endpoint =
  | 'authorize'
  | 'token'
  | 'userinfo'
  | 'introspect'
  | 'revoke'
  | 'par'
  | 'device'
export type ClientName = 'app' | 'pub' | 'front' | 'machine' | 'tv'
export type ClientFacts = { readonly id: string; readonly secret: string }

export const callback = 'https://app.example.com/callback'
export const verifier = randomBytes(32).toString('base64url')
export const challenge = createHash('sha256').update(verifier).digest('base64url')

/** Values may be `{app}`, which stands for the id of that client, and `[a, b]`, which sends a parameter twice. */
export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>

export function encode({ clients }: Contestant, fields: Fields): URLSearchParams {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value ?? []].flat()) {
      const text = one.replaceAll(
        /\{(\w+)\}/g,
        (_whole, client) => clients[client as ClientName].id,
      )
      body.append(name, text)
    }
  }
  return body
}

export function basic({ id, secret }: ClientFacts): Record<string, string> {
  const credentials = [id, secret].map(encodeURIComponent).join(':')
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** Where the browser ends up, or what a program is told: `client:`, `page:`, `pages` or a status with its error. */
export async function askAuthorize(
  contestant: Contestant,
  fields: Fields,
  options: { readonly signedIn?: boolean; readonly method?: string } = {},
): Promise<string> {
  const { url, paths, cookie } = contestant
  const query = encode(contestant, fields)
  const headers: Record<string, string> = options.signedIn === true ? { cookie } : {}
  const post = options.method === 'POST'
  const at = url + paths.authorize
  const response = await fetch(post ? at : `${at}?${query}`, {
    method: post ? 'POST' : 'GET',
    headers,
    redirect: 'manual',
    ...(post && { body: query }),
  })
  const text = await response.text()
  const location = response.headers.get('location')
  if (location !== null) return outcomeOf(new URL(location, url), url)
  const posted = /action="(https:\/\/app[^"]*)"/.test(text)
  if (posted) return `posted:${/name="error" value="(\w+)"/.exec(text)?.[1] ?? 'ok'}`
  return `page:${codeIn(text) ?? response.status}`
}

function outcomeOf(to: URL, own: string): string {
  if (to.origin === own) return 'pages'
  const where = to.hash === '' ? 'client' : 'fragment'
  const answer = to.hash === '' ? to.searchParams : new URLSearchParams(to.hash.slice(1))
  const given = ['code', 'id_token', 'access_token', 'response'].filter((name) => answer.has(name))
  return `${where}:${answer.get('error') ?? given.join('+')}`
}

const codes =
  /\b(invalid_request_uri|invalid_request_object|invalid_request|invalid_client|invalid_redirect_uri|unsupported_response_type|unsupported_response_mode|unauthorized_client|invalid_scope|invalid_target|request_not_supported|request_uri_not_supported|registration_not_supported)\b/

function codeIn(page: string): string | undefined {
  return codes.exec(page)?.[1]
}

/** The status and the error code of an endpoint for programs. */
export async function askEndpoint(
  contestant: Contestant,
  endpoint: Endpoint,
  request: {
    readonly fields?: Fields
    readonly headers?: Readonly<Record<string, string>>
    readonly method?: string
    readonly body?: string
  },
): Promise<string> {
  const method = request.method ?? 'POST'
  const response = await fetch(contestant.url + contestant.paths[endpoint], {
    method,
    headers: { ...request.headers },
    redirect: 'manual',
    ...(method !== 'GET' && { body: request.body ?? encode(contestant, request.fields ?? {}) }),
  })
  const text = await response.text()
  if (response.ok) return `${response.status}${activeIn(text)}`
  return `${response.status} ${errorIn(text) ?? /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1] ?? ''}`.trim()
}

function activeIn(text: string): string {
  const found = /"active":(true|false)/.exec(text)?.[1]
  return found === undefined ? '' : ` active ${found}`
}

function errorIn(text: string): string | undefined {
  return /"error":"(\w+)"/.exec(text)?.[1]
}

export type Tokens = Readonly<Record<string, string>>

/** A code of the signed-in person for a client. */
export async function obtainCode(
  contestant: Contestant,
  client: ClientName,
  fields: Fields = {},
): Promise<string> {
  const { url, paths, cookie } = contestant
  const query = encode(contestant, { ...soundRequest(client), ...fields })
  const response = await fetch(`${url}${paths.authorize}?${query}`, {
    headers: { cookie },
    redirect: 'manual',
  })
  const code = new URL(response.headers.get('location') ?? url, url).searchParams.get('code')
  if (code === null)
    throw new Error(`no code: ${response.status} ${response.headers.get('location')}`)
  return code
}

export async function obtainTokens(contestant: Contestant, client: ClientName): Promise<Tokens> {
  const code = await obtainCode(contestant, client)
  const response = await fetch(contestant.url + contestant.paths.token, {
    method: 'POST',
    headers: client === 'pub' ? {} : basic(contestant.clients[client]),
    body: encode(contestant, { ...soundRedemption(client), code }),
  })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Tokens
}

export function soundRequest(client: ClientName): Fields {
  return {
    client_id: `{${client}}`,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    state: 'st',
    nonce: 'n',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
}

export function soundRedemption(client: ClientName): Fields {
  return {
    grant_type: 'authorization_code',
    redirect_uri: callback,
    code_verifier: verifier,
    ...(client === 'pub' && { client_id: '{pub}' }),
  }
}
