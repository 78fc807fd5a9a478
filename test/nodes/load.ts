import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, RegisteredClient } from '../harness/cardea-admin.ts'
import type { Browser } from '../harness/browser.ts'
import { createBrowser, decode, hiddenFields } from '../harness/browser.ts'
import type { Fields } from '../harness/oauth.ts'
import { pkce, query } from '../harness/oauth.ts'
import { callback } from '../harness/server.ts'
import type { Journal } from './journal.ts'
import { newJournal } from './journal.ts'

export type World = {
  readonly url: string
  readonly app: RegisteredClient
  readonly machine: RegisteredClient
  readonly adminToken: string
  readonly person: Account
}

export type Load = {
  readonly journal: Journal
  /** Of the person who allows applications. */
  readonly cookie: () => string
  readonly stop: () => Promise<void>
}

/** How long a client waits for an answer. */
const patience = 12_000
/** Between two steps of one actor, so that what is tested is not how fast two cores are. */
const pause = 60

type Seen = { readonly status: number; readonly headers: Headers; readonly text: string }
type Ask = (kind: string, path: string, init?: RequestInit) => Promise<Seen | undefined>
type Needs = World & { readonly journal: Journal; readonly ask: Ask; readonly browser: Browser }
/** Does one thing and may be told to do it again. */
type Actor = (needs: Needs) => Promise<void>

/** A crowd that does what clients, people and administrators do, until it is told to stop. */
export async function startLoad(world: World): Promise<Load> {
  const journal = newJournal()
  const ask = asker(world, journal)
  const browser = await signedIn(world)
  const needs = { ...world, journal, ask, browser }
  const state = { over: false }
  const actors: Actor[] = [
    ...Array.from({ length: 4 }, rotating),
    redeeming,
    redeeming,
    revoking,
    doubting,
    registering,
    allowing,
    leaving,
    working,
  ]
  const running = actors.map(async (actor) => {
    while (!state.over) {
      await actor(needs)
      await sleep(pause)
    }
  })
  return {
    journal,
    cookie: () => cookieLine(browser.cookies),
    async stop() {
      state.over = true
      await Promise.all(running)
    },
  }
}

function asker({ url }: World, journal: Journal): Ask {
  return async (kind, path, init = {}) => {
    const at = performance.now()
    journal.pending.add(at)
    const note = (status: number, words: string) => {
      journal.pending.delete(at)
      journal.outcomes.push({ at, kind, status, ms: performance.now() - at, words })
    }
    try {
      const signal = AbortSignal.timeout(patience)
      const response = await fetch(new URL(path, url), { redirect: 'manual', ...init, signal })
      const text = await response.text()
      note(response.status, response.status >= 500 ? text.slice(0, 200) : '')
      return { status: response.status, headers: response.headers, text }
    } catch (error) {
      const { cause } = error instanceof Error ? error : { cause: undefined }
      note(0, cause instanceof Error ? cause.message : String(error))
      return undefined
    }
  }
}

/** A browser whose person is signed in, before anything fails. */
async function signedIn({ url, person, app }: World): Promise<Browser> {
  const browser = createBrowser(url)
  let page = await browser.open(authorizeAddress(app.id, pkce().challenge))
  const { username: identifier, password } = person
  page = await browser.submit(page, { identifier, password, remember: 'yes' })
  if (page.left === undefined) page = await browser.submit(page, { decision: 'allow' })
  if (!page.left?.searchParams.has('code')) throw new Error(`no code: ${page.status} ${page.url}`)
  return browser
}

export function authorizeAddress(clientId: string, challenge: string, fields: Fields = {}): string {
  const sound = {
    client_id: clientId,
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid offline_access',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  return `/oauth/authorize?${query({ ...sound, ...fields })}`
}

export function form(client: RegisteredClient, fields: Fields): RequestInit {
  const secret = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
  return { method: 'POST', headers: { authorization: `Basic ${secret}` }, body: query(fields) }
}

const cookieLine = (cookies: ReadonlyMap<string, string>) =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** One authorization code for who is signed in. */
async function obtainCode({ ask, app, browser }: Needs) {
  const { verifier, challenge } = pkce()
  const headers = { cookie: cookieLine(browser.cookies) }
  const seen = await ask('authorize', authorizeAddress(app.id, challenge), { headers })
  const code = new URL(seen?.headers.get('location') ?? '/', 'https://x').searchParams.get('code')
  return code === null ? undefined : { code, verifier }
}

const redemption = ({ code, verifier }: { code: string; verifier: string }): Fields => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: callback,
  code_verifier: verifier,
})

type Tokens = { readonly access_token: string; readonly refresh_token: string }

async function obtainGrant(needs: Needs): Promise<Tokens | undefined> {
  const obtained = await obtainCode(needs)
  if (obtained === undefined) return undefined
  const seen = await needs.ask('redeem', '/oauth/token', form(needs.app, redemption(obtained)))
  if (seen?.status === 200) return JSON.parse(seen.text)
  // Unanswered, the code may have been used or not; answered, it was good.
  if (seen?.status === 400) needs.journal.broken.push(`a new code was refused: ${seen.text}`)
  return undefined
}

const refreshing = (token: string): Fields => ({
  grant_type: 'refresh_token',
  refresh_token: token,
})

/** A client that rotates its refresh token, and repeats what was not answered as the specification lets it. */
function rotating(): Actor {
  let chain: Journal['chains'][number] | undefined
  return async (needs) => {
    const { journal, ask, app } = needs
    if (chain === undefined || chain.ended) {
      const tokens = await obtainGrant(needs)
      if (tokens === undefined) return
      chain = { current: tokens.refresh_token, rotations: 0, ended: false }
      journal.chains.push(chain)
    }
    const seen = await ask('refresh', '/oauth/token', form(app, refreshing(chain.current)))
    if (seen?.status === 200) {
      chain.current = JSON.parse(seen.text).refresh_token
      chain.rotations += 1
    } else if (seen?.status === 400) {
      journal.broken.push(`a refresh token was lost after ${chain.rotations}: ${seen.text}`)
      chain.ended = true
    }
  }
}

/** Three nodes are asked to redeem one code at once. */
const redeeming: Actor = async (needs) => {
  const { journal, ask, app } = needs
  const obtained = await obtainCode(needs)
  if (obtained === undefined) return
  const tries = Array.from({ length: 3 }, () =>
    ask('race', '/oauth/token', form(app, redemption(obtained))),
  )
  const answers = await Promise.all(tries)
  const won = answers.filter((seen) => seen?.status === 200)
  const lost = answers.filter((seen) => seen?.status === 400)
  if (won.length > 1) journal.broken.push(`a code was redeemed ${won.length} times`)
  if (lost.length === 3) journal.broken.push(`a new code was refused thrice: ${lost[0]?.text}`)
  if (won.length + lost.length > 0) journal.spentCodes.push(obtained)
  // RFC 6749 section 4.1.2: what a code gave ends when it is presented again.
  if (won.length === 1 && lost.length > 0)
    journal.revoked.push(JSON.parse(won[0]?.text ?? '').refresh_token)
}

const revoking: Actor = async (needs) => {
  const { journal, ask, app } = needs
  const tokens = await obtainGrant(needs)
  if (tokens === undefined) return
  const token = tokens.refresh_token
  const seen = await ask('revoke', '/oauth/revoke', form(app, { token }))
  if (seen?.status !== 200) return
  journal.revoked.push(token)
  journal.revokedAccess.push({ token: tokens.access_token, at: performance.now() })
}

const anyOf = <Item>(items: readonly Item[]): Item | undefined =>
  items[Math.floor(Math.random() * items.length)]

/** Somebody who tries again what has ended, wherever the load balancer leads. */
const doubting: Actor = async ({ journal, ask, app }) => {
  const token = anyOf(journal.revoked)
  if (token !== undefined) {
    const seen = await ask('replay', '/oauth/token', form(app, refreshing(token)))
    if (seen?.status === 200) journal.broken.push('a revoked refresh token was accepted')
  }
  const old = anyOf(journal.revokedAccess.filter(({ at }) => performance.now() - at > 1000))
  if (old !== undefined) {
    const seen = await ask('introspect', '/oauth/introspect', form(app, { token: old.token }))
    if (seen?.status === 200 && JSON.parse(seen.text).active !== false)
      journal.broken.push('a revoked access token is active')
  }
}

function json(token: string, body: object): RequestInit {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return { method: 'POST', headers, body: JSON.stringify(body) }
}

const registering: Actor = async ({ journal, ask, adminToken }) => {
  const username = `p${randomBytes(8).toString('hex')}`
  const seen = await ask('create user', '/api/v1/admin/users', json(adminToken, { username }))
  if (seen?.status === 201) journal.users.push({ id: JSON.parse(seen.text).id, username })
}

/** A new application, and a person who allows what it asks. */
const allowing: Actor = async ({ journal, ask, url, adminToken, browser }) => {
  const metadata = { client_name: 'New', redirect_uris: [callback] }
  const made = await ask('create client', '/api/v1/admin/clients', json(adminToken, metadata))
  if (made?.status !== 201) return
  const clientId = String(JSON.parse(made.text).client_id)
  const headers = { cookie: cookieLine(browser.cookies) }
  let at = authorizeAddress(clientId, pkce().challenge)
  let page = await ask('authorize', at, { headers })
  // To the dispatcher of the pages, and from there to the page.
  for (let hops = 0; hops < 4 && page !== undefined && page.status !== 200; hops += 1) {
    const location = page.headers.get('location')
    if (location === null) return
    at = new URL(location, new URL(at, url)).href
    page = await ask('consent page', at, { headers })
  }
  if (page?.status !== 200) return
  const action = decode(/<form[^>]*\saction="([^"]*)"/.exec(page.text)?.[1] ?? at)
  const body = new URLSearchParams({ ...hiddenFields(page.text), decision: 'allow' })
  const post = { method: 'POST', headers, body }
  const done = await ask('consent', new URL(action, new URL(at, url)).href, post)
  if (done?.status === 303) journal.consents.push({ clientId })
}

/** A person who signs in and out again. */
const leaving: Actor = async ({ journal, ask, url, person }) => {
  const cookies = new Map<string, string>()
  const visit = async (kind: string, path: string, fields?: Fields) => {
    const headers = { cookie: cookieLine(cookies) }
    const sent = fields && { method: 'POST', body: query(fields) }
    const seen = await ask(kind, path, { headers, ...sent })
    for (const line of seen?.headers.getSetCookie() ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return seen
  }
  const page = await visit('login page', '/login')
  if (page?.status !== 200) return
  const { username: identifier, password } = person
  const signedIn = await visit('login', '/login', {
    ...hiddenFields(page.text),
    identifier,
    password,
  })
  if (signedIn?.status !== 303) return
  const session = new Map(cookies)
  const leave = await visit('logout page', new URL('/logout', url).pathname)
  if (leave?.status !== 200) return
  const left = await visit('logout', '/logout', hiddenFields(leave.text))
  if (left?.status === 303 || left?.status === 200) journal.endedSessions.push(session)
}

/** A program that works for itself; neither issuing nor asking writes anything. */
const working: Actor = async ({ ask, machine }) => {
  const issued = await ask(
    'client credentials',
    '/oauth/token',
    form(machine, { grant_type: 'client_credentials' }),
  )
  if (issued?.status !== 200) return
  const { access_token: token } = JSON.parse(issued.text)
  await ask('introspect', '/oauth/introspect', form(machine, { token }))
}
