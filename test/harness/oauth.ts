import { createHash, randomBytes } from 'node:crypto'
import type { Browser, Visit } from './browser.ts'
import type { TestClient, TestServer, TestUser } from './server.ts'
import { callback } from './server.ts'

/** A public-or-confidential client's half of the protocol, spoken by hand so that it can also be wrong. */
export type Pkce = { readonly verifier: string; readonly challenge: string }

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export type Fields = Readonly<Record<string, string | undefined>>

export function query(fields: Fields): URLSearchParams {
  const present = Object.entries(fields).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return new URLSearchParams(present)
}

/** The address of a sound authorization request; fields set to undefined are left out. */
export function authorizePath(client: TestClient, proof: Pkce, fields: Fields = {}): string {
  const sound = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    state: 'st-1',
    nonce: 'n-1',
    code_challenge: proof.challenge,
    code_challenge_method: 'S256',
  }
  return `/oauth/authorize?${query({ ...sound, ...fields })}`
}

/** Signs in on the login page that an address leads to, and allows what is asked. */
export async function passPages(browser: Browser, path: string, user: TestUser): Promise<Visit> {
  let page = await browser.open(path)
  if (page.url.includes('/login')) {
    const { username: identifier, password } = user
    page = await browser.submit(page, { identifier, password, remember: 'yes' })
  }
  if (page.url.includes('/consent') && page.left === undefined) {
    page = await browser.submit(page, { decision: 'allow' })
  }
  return page
}

/** One authorization code by way of the pages. */
export async function obtainCode(
  server: TestServer,
  client: TestClient,
  user: TestUser,
  options: { readonly fields?: Fields; readonly browser?: Browser } = {},
): Promise<{ code: string; proof: Pkce; browser: Browser }> {
  const browser = options.browser ?? server.browser()
  const proof = pkce()
  const page = await passPages(browser, authorizePath(client, proof, options.fields), user)
  const code = page.left?.searchParams.get('code')
  if (!code)
    throw new Error(`no code: ${page.status} ${page.url} ${page.left ?? page.body.slice(0, 500)}`)
  return { code, proof, browser }
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export function basic(client: TestClient): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
  }
}

/** Posts a form; the client authenticates with client_secret_basic when it has a secret. */
export async function post(
  server: TestServer,
  path: string,
  client: TestClient | undefined,
  fields: Fields,
): Promise<Answer> {
  const publicId = client && client.secret === '' ? { client_id: client.id } : {}
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: client && client.secret !== '' ? basic(client) : {},
    body: query({ ...publicId, ...fields }),
  })
  const text = await response.text()
  const body = text === '' || text === 'null' ? {} : JSON.parse(text)
  return { status: response.status, headers: response.headers, body }
}

export function redeem(
  server: TestServer,
  client: TestClient,
  code: string,
  verifier: string | undefined,
  fields: Fields = {},
): Promise<Answer> {
  const request = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  }
  return post(server, '/oauth/token', client, { ...request, ...fields })
}

export function refresh(
  server: TestServer,
  client: TestClient,
  token: unknown,
  fields: Fields = {},
): Promise<Answer> {
  return post(server, '/oauth/token', client, {
    grant_type: 'refresh_token',
    refresh_token: String(token),
    ...fields,
  })
}

export async function introspect(
  server: TestServer,
  client: TestClient,
  token: unknown,
): Promise<Answer['body']> {
  return (await post(server, '/oauth/introspect', client, { token: String(token) })).body
}

/** A whole login: code, redemption and its tokens. */
export async function obtainTokens(
  server: TestServer,
  client: TestClient,
  user: TestUser,
  fields: Fields = {},
): Promise<Answer['body'] & { browser: Browser }> {
  const { code, proof, browser } = await obtainCode(server, client, user, { fields })
  const { body } = await redeem(server, client, code, proof.verifier)
  return { ...body, browser }
}
