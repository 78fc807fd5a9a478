import assert from 'node:assert/strict'
import type { Browser } from './browser.ts'
import { hiddenFields } from './browser.ts'
import type { TestServer, TestUser } from './server.ts'

export const sessionCookie = 'cardea_session'
export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

export type SessionJson = {
  readonly id: string
  readonly kind: string
  readonly remembered: boolean
  readonly current: boolean
  readonly browser: string
  readonly system: string
  readonly device: string
  readonly ip: string
  readonly place: string
  readonly created_at: string
  readonly last_seen_at: string
  readonly expires_at: string
  readonly auth_time: string
}
type Body = {
  readonly sessions: readonly SessionJson[]
  readonly code: string
  readonly access_token: string
  readonly refresh_token: string
}
type Answer = { readonly status: number; readonly body: Body; readonly headers: Headers }

type SignIn = {
  readonly remember?: boolean
  /** Where somebody may be signed in already. */
  readonly browser?: Browser
}

/** Signs in on the page, as Firefox on Linux. */
export async function signIn(
  server: TestServer,
  { username: identifier, password }: TestUser,
  { remember = true, browser = server.browser() }: SignIn = {},
): Promise<Browser> {
  const page = await browser.open(browser.cookies.has(sessionCookie) ? '/logout' : '/login')
  const fields = { ...hiddenFields(page.body), identifier, password }
  const body = new URLSearchParams({ ...fields, ...(remember && { remember: 'yes' }) })
  const headers = { 'user-agent': firefox }
  const answer = await browser.fetch('/login', { method: 'POST', body, headers })
  assert.equal(answer.status, 303)
  return browser
}

async function seen(response: Response): Promise<Answer> {
  const text = await response.text()
  const body = text === '' || text === 'null' ? {} : JSON.parse(text)
  return { status: response.status, body, headers: response.headers }
}

/** A call of the API from our own pages, by the cookies of a browser: 'GET /users/me'. */
export async function call(browser: Browser, what: string, body?: object): Promise<Answer> {
  const [method = 'GET', path = ''] = what.split(' ')
  const headers = {
    'sec-fetch-site': 'same-origin',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  return seen(await browser.fetch(`/api/v1${path}`, init))
}

/** The same by a token. */
export async function callWith(
  server: TestServer,
  what: string,
  { token, body }: { readonly token?: string; readonly body?: object },
): Promise<Answer> {
  const [method = 'GET', path = ''] = what.split(' ')
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  return seen(await fetch(`${server.url}/api/v1${path}`, init))
}

export async function apiLogin(server: TestServer, user: TestUser): Promise<Body> {
  const body = { identifier: user.username, password: user.password }
  return (await callWith(server, 'POST /auth/login', { body })).body
}

export async function sessionsOf(browser: Browser): Promise<readonly SessionJson[]> {
  const answer = await call(browser, 'GET /users/me/sessions')
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.sessions
}

export function othersOf(sessions: readonly SessionJson[]): SessionJson[] {
  return sessions.filter(({ current }) => !current)
}

export function currentOf(sessions: readonly SessionJson[]): SessionJson {
  const found = sessions.find(({ current }) => current)
  assert.ok(found)
  return found
}

/** Whether a browser is signed in. */
export async function alive(browser: Browser): Promise<boolean> {
  const answer = await browser.fetch('/api/v1/users/me')
  await answer.arrayBuffer()
  return answer.status === 200
}
