import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '../../test/harness/browser.ts'
import { postJson } from '../../test/harness/json.ts'
import {
  authorizePath,
  introspect,
  obtainCode,
  pkce,
  post,
  redeem,
  refresh,
} from '../../test/harness/oauth.ts'
import type { TestClient, TestServer, TestUser } from '../../test/harness/server.ts'

/** People and programs that do what they do everywhere, over HTTP. */
export type Crowd = {
  /** Everybody does one thing, all at the same time; which one follows from the number of the round. */
  readonly round: (number: number) => Promise<void>
  /** How often each thing was done. */
  readonly done: () => Readonly<Record<string, number>>
}

type Visitor = {
  readonly index: number
  readonly user: TestUser
  readonly browser: Browser
  app: TestClient
  refreshToken: string | undefined
  idToken: string | undefined
}

type Scene = {
  readonly server: TestServer
  readonly apps: readonly TestClient[]
  readonly device: TestClient
  readonly machine: TestClient
}

type Act = (scene: Scene, visitor: Visitor, round: number) => Promise<void>

/** What is done, as often as it stands here. */
const acts: readonly (readonly [string, Act, weight: number])[] = [
  ['sign in and authorize', signIn, 4],
  ['authorize in a session', authorize, 5],
  ['refresh', refreshGrant, 6],
  ['sign out', signOut, 2],
  ['sign in by the API', useApi, 2],
  ['register', register, 1],
  ['register and leave', registerAndLeave, 1],
  ['device flow', useDevice, 1],
  ['forget the password', forgetPassword, 1],
  ['wrong password', mistype, 1],
  ['machine with opaque tokens', actAsMachine, 3],
  ['revoke an access token', revoke, 1],
]
const deck = acts.flatMap(([name, act, weight]) =>
  Array.from({ length: weight }, () => ({ name, act })),
)
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

export async function gatherCrowd(server: TestServer, size: number): Promise<Crowd> {
  const scene: Scene = {
    server,
    apps: await Promise.all(
      [1, 2, 3].map((n) => server.client({ client_name: `Application ${n}` })),
    ),
    device: await server.client({
      client_name: 'Television',
      grant_types: [deviceGrant, 'refresh_token'],
    }),
    machine: await server.client({
      client_name: 'Machine',
      grant_types: ['client_credentials'],
      scope: 'read',
      access_token_format: 'opaque',
    }),
  }
  const visitors: Visitor[] = []
  for (let index = 0; index < size; index += 1) {
    const user = await server.user({ username: `visitor${index}` })
    const app = appOf(scene, index)
    const nothing = { refreshToken: undefined, idToken: undefined }
    visitors.push({ index, user, browser: server.browser(), app, ...nothing })
  }
  const counts: Record<string, number> = {}
  return {
    round: async (number) => {
      await Promise.all(
        visitors.map(async (visitor) => {
          // 7 and 31 have no factor in common with the deck, so everybody comes to everything.
          const card = deck[(visitor.index * 7 + number * 31) % deck.length]
          if (card === undefined) return
          await card.act(scene, visitor, number)
          counts[card.name] = (counts[card.name] ?? 0) + 1
        }),
      )
    },
    done: () => counts,
  }
}

function appOf({ apps }: Scene, index: number): TestClient {
  const app = apps[index % apps.length]
  if (app === undefined) throw new Error('there are no applications')
  return app
}

function expect(status: number, wanted: number, what: string, body: unknown = ''): void {
  if (status !== wanted)
    throw new Error(`${what}: ${status} instead of ${wanted}: ${JSON.stringify(body)}`)
}

/** With the browser as it was, but without its session. */
async function signIn(scene: Scene, visitor: Visitor, round: number): Promise<void> {
  for (const name of visitor.browser.cookies.keys()) {
    if (!name.includes('device')) visitor.browser.cookies.delete(name)
  }
  visitor.app = appOf(scene, visitor.index + round)
  await authorize(scene, visitor)
}

async function authorize({ server }: Scene, visitor: Visitor): Promise<void> {
  const { app, user, browser } = visitor
  const { code, proof } = await obtainCode(server, app, user, { browser })
  const { status, body } = await redeem(server, app, code, proof.verifier)
  expect(status, 200, 'redeem', body)
  visitor.refreshToken = String(body.refresh_token)
  visitor.idToken = String(body.id_token)
}

/** A grant may have ended since, with the session or by its age; then it is given anew. */
async function refreshGrant(scene: Scene, visitor: Visitor): Promise<void> {
  const { refreshToken: token, app } = visitor
  if (token === undefined) return authorize(scene, visitor)
  const { status, body } = await refresh(scene.server, app, token)
  if (status === 400 && body.error === 'invalid_grant') return authorize(scene, visitor)
  expect(status, 200, 'refresh', body)
  visitor.refreshToken = String(body.refresh_token)
}

async function signOut(scene: Scene, visitor: Visitor): Promise<void> {
  if (visitor.idToken === undefined) await authorize(scene, visitor)
  const hint = new URLSearchParams({ id_token_hint: visitor.idToken ?? '' })
  const page = await visitor.browser.open(`/oauth/logout?${hint}`)
  if (page.status >= 500) expect(page.status, 200, 'sign out', page.body.slice(0, 300))
}

async function useApi({ server }: Scene, { user, index }: Visitor, round: number): Promise<void> {
  const at = `${server.url}/api/v1`
  const { status, body } = await postJson(`${at}/auth/login`, {
    identifier: user.username,
    password: user.password,
  })
  expect(status, 200, 'login', body)
  const next = await postJson(`${at}/auth/refresh`, { refresh_token: body.refresh_token })
  expect(next.status, 200, 'api refresh', next.body)
  if ((index + round) % 2 === 0) return
  const out = await postJson(`${at}/auth/logout`, undefined, { token: next.body.access_token })
  expect(out.status, 204, 'logout', out.body)
}

/** Half of those who register never prove their address. */
async function register({ server }: Scene, { index }: Visitor, round: number): Promise<void> {
  const username = `guest-${index}-${round}`
  const { status, body } = await postJson(`${server.url}/api/v1/auth/register`, {
    username,
    email: `${username}@example.org`,
    password: 'tulip harbour seventeen',
  })
  expect(status, 202, 'register', body)
}

async function registerAndLeave(
  { server }: Scene,
  { index }: Visitor,
  round: number,
): Promise<void> {
  const at = `${server.url}/api/v1`
  const username = `member-${index}-${round}`
  const email = `${username}@example.org`
  const password = 'tulip harbour seventeen'
  const begun = await postJson(`${at}/auth/register`, { username, email, password })
  expect(begun.status, 202, 'register', begun.body)
  const code = await codeFor(server, email)
  const { registration } = begun.body
  const made = await postJson(`${at}/auth/register/confirm`, { registration, code })
  if (made.status >= 300) expect(made.status, 200, 'confirm', made.body)
  const { body } = await postJson(`${at}/auth/login`, { identifier: username, password })
  const gone = await postJson(`${at}/users/me`, undefined, {
    method: 'DELETE',
    token: body.access_token,
    headers: { 'if-match': '*' },
  })
  if (gone.status >= 300) expect(gone.status, 202, 'leave', gone.body)
}

async function codeFor({ app }: TestServer, email: string): Promise<string> {
  for (let i = 0; i < 500; i += 1) {
    const letter = app.inbox.list().find(({ to }) => to === email)
    const code = letter && /^\s*(\d{6})\s*$/m.exec(letter.text)?.[1]
    if (code) return code
    await sleep(20)
  }
  throw new Error(`no letter to ${email}`)
}

/** Every second device is never connected. */
async function useDevice(scene: Scene, visitor: Visitor, round: number): Promise<void> {
  const { server, device } = scene
  const begun = await post(server, '/oauth/device', device, { scope: 'openid profile' })
  expect(begun.status, 200, 'device', begun.body)
  if ((visitor.index + round) % 2 === 0) return
  const { browser, user } = visitor
  const path = String(begun.body.verification_uri_complete)
  let page = await browser.open(path)
  for (let i = 0; i < 4 && page.body.includes('<form'); i += 1) {
    const { username: identifier, password } = user
    page = await browser.submit(page, { identifier, password, decision: 'allow' })
  }
  await post(server, '/oauth/token', device, {
    grant_type: deviceGrant,
    device_code: String(begun.body.device_code),
  })
}

async function forgetPassword({ server }: Scene, { user }: Visitor): Promise<void> {
  const { status, body } = await postJson(`${server.url}/api/v1/auth/forgot-password`, {
    identifier: user.username,
  })
  expect(status, 202, 'forgot', body)
}

async function mistype({ server }: Scene, { user }: Visitor): Promise<void> {
  const { status } = await postJson(`${server.url}/api/v1/auth/login`, {
    identifier: user.username,
    password: 'not the password of this person',
  })
  if (status < 400 || status >= 500) expect(status, 401, 'wrong password')
}

async function actAsMachine({ server, machine }: Scene): Promise<void> {
  const { status, body } = await post(server, '/oauth/token', machine, {
    grant_type: 'client_credentials',
  })
  expect(status, 200, 'client_credentials', body)
  const { active } = await introspect(server, machine, body.access_token)
  if (active !== true) throw new Error('a fresh opaque token is not active')
}

async function revoke(scene: Scene, visitor: Visitor): Promise<void> {
  const { server } = scene
  const { app, user, browser } = visitor
  const proof = pkce()
  await browser.open(authorizePath(app, proof, { prompt: 'none' }))
  const { code, proof: own } = await obtainCode(server, app, user, { browser })
  const { body } = await redeem(server, app, code, own.verifier)
  const { status } = await post(server, '/oauth/revoke', app, { token: String(body.access_token) })
  expect(status, 200, 'revoke')
}
