import { createHash, randomBytes } from 'node:crypto'
import { createBrowser } from '../../test/harness/browser.ts'
import type { RegisteredClient } from '../../test/harness/cardea-admin.ts'
import { person } from './people.ts'
import type { Times } from './timing.ts'
import { timed } from './timing.ts'

type Row = readonly [what: string, times: Times]
export type Clients = { readonly machine: RegisteredClient; readonly app: RegisteredClient }
/** How many people there are, and the ids of some of them. */
export type Crowd = { readonly people: number; readonly ids: readonly string[] }
export const callback = 'https://app.example.com/callback'

const atATime = 8

/** What people and applications do, each time somebody else of all of them. */
export async function measureFlows(
  url: string,
  { people, ids }: Crowd,
  { machine, app }: Clients,
): Promise<readonly Row[]> {
  const someone = everyMany(people)
  const logins = await timed(800, () => signIn(url, someone()), atATime)
  const refreshTokens = await Promise.all(
    Array.from({ length: atATime }, async () => (await signIn(url, someone())).refresh_token),
  )
  const refreshes = await timed(
    2000,
    async (round) => {
      const chain = round % atATime
      const body = { refresh_token: refreshTokens[chain] }
      refreshTokens[chain] = (await post(`${url}/api/v1/auth/refresh`, body)).refresh_token
    },
    1,
  )
  const sessions = await Promise.all(
    Array.from({ length: atATime }, () => visit(url, app, someone())),
  )
  const codes = await timed(
    800,
    (round) => obtainTokens(url, app, sessions[round % atATime] ?? ''),
    atATime,
  )
  const machineToken = await clientToken(url, machine)
  const machineTokens = await timed(4000, () => clientToken(url, machine), atATime)
  const introspections = await timed(4000, () => introspect(url, machine, machineToken), atATime)
  return [
    ['sign in by the API', logins],
    ['refresh a session of the API, one by one', refreshes],
    ['code + PKCE, signed-in browser', codes],
    ['client_credentials', machineTokens],
    ['introspection', introspections],
    ...(await measureDecisions(url, machineToken, ids)),
  ]
}

/** Persons far apart. Those who may not sign in, and those who may have a second factor, are passed over. */
function everyMany(people: number): () => number {
  let n = 1
  return () => {
    do n = (n * 48_271) % 2_147_483_647
    while (/(00|50|9)$/.test(person(n % people).username))
    return n % people
  }
}

type Tokens = { readonly access_token: string; readonly refresh_token: string }

function signIn(url: string, n: number): Promise<Tokens> {
  const { username: identifier, password } = person(n)
  return post(`${url}/api/v1/auth/login`, { identifier, password })
}

async function post(address: string, body: object, token?: string): Promise<Tokens> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  return answer(await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answer(response: Response): Promise<Tokens> {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${text}`)
  return JSON.parse(text) as Tokens
}

const basic = ({ id, secret }: RegisteredClient) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

function form(url: string, client: RegisteredClient, fields: Readonly<Record<string, string>>) {
  const init = { method: 'POST', headers: basic(client), body: new URLSearchParams(fields) }
  return fetch(url, init).then(answer)
}

async function clientToken(url: string, client: RegisteredClient): Promise<string> {
  const fields = { grant_type: 'client_credentials' }
  return (await form(`${url}/oauth/token`, client, fields)).access_token
}

async function introspect(url: string, client: RegisteredClient, token: string): Promise<void> {
  const { active } = Object(await form(`${url}/oauth/introspect`, client, { token }))
  if (active !== true) throw new Error('the token is not active')
}

/** Decisions about somebody who was not asked about before, and about the same few again. */
async function measureDecisions(
  url: string,
  token: string,
  ids: readonly string[],
): Promise<readonly Row[]> {
  const ask = async (id: string | undefined) => {
    const subject = { type: 'user', id }
    const resource = { type: 'cardea.users', id: '1' }
    await post(
      `${url}/access/v1/evaluation`,
      { subject, action: { name: 'read' }, resource },
      token,
    )
  }
  const few = ids.slice(0, 100)
  const others = ids.slice(100)
  const cold = await timed(others.length, (round) => ask(others[round]), atATime)
  for (const id of few) await ask(id)
  const warm = await timed(4000, (round) => ask(few[round % few.length]), atATime)
  return [
    ['decision about somebody new', cold],
    ['decision about one of a hundred', warm],
  ]
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

function authorizePath(client: RegisteredClient, verifier: string): string {
  const query = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    state: 'million',
    code_challenge: challengeOf(verifier),
    code_challenge_method: 'S256',
  })
  return `/oauth/authorize?${query}`
}

/** Signs in with a browser and allows the application; the cookies. */
async function visit(url: string, client: RegisteredClient, n: number): Promise<string> {
  const browser = createBrowser(url)
  const { username: identifier, password } = person(n)
  let page = await browser.open(authorizePath(client, randomBytes(32).toString('base64url')))
  page = await browser.submit(page, { identifier, password })
  if (page.left === undefined) page = await browser.submit(page, { decision: 'allow' })
  if (!page.left?.searchParams.has('code'))
    throw new Error(`no code: ${page.url} ${page.body.slice(0, 400)}`)
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

async function obtainTokens(url: string, client: RegisteredClient, cookie: string): Promise<void> {
  const verifier = randomBytes(32).toString('base64url')
  const redirected = await fetch(`${url}${authorizePath(client, verifier)}`, {
    headers: { cookie },
    redirect: 'manual',
  })
  await redirected.arrayBuffer()
  const code = new URL(redirected.headers.get('location') ?? url).searchParams.get('code')
  if (code === null) throw new Error(`no code: ${redirected.status}`)
  await form(`${url}/oauth/token`, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: verifier,
  })
}
