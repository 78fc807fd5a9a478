import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'
import { MemoryAdapter } from '../../bench/peers/oidc/memory-adapter.ts'
import type { Browser, Visit } from '../harness/browser.ts'
import { createBrowser } from '../harness/browser.ts'
import { freePort } from '../harness/cardea-process.ts'
import type { TestServer } from '../harness/server.ts'
import type { ClientFacts, ClientName, Contestant } from './contestant.ts'
import { callback, encode, soundRequest } from './contestant.ts'

const device = 'urn:ietf:params:oauth:grant-type:device_code'
const scope = 'openid profile email offline_access'

/** What both servers register, in words that both understand. */
const registrations = {
  app: { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] },
  pub: {
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  },
  front: {
    redirect_uris: [callback],
    grant_types: ['authorization_code', 'implicit'],
    response_types: ['id_token', 'id_token token', 'code id_token', 'code', 'none'],
  },
  machine: { redirect_uris: [], grant_types: ['client_credentials'], response_types: [] },
  tv: {
    redirect_uris: [],
    grant_types: [device, 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
  },
} as const

const names = Object.keys(registrations) as ClientName[]

/** Signs in on whatever pages come, and allows. */
async function establish(
  contestant: Contestant,
  answers: readonly Readonly<Record<string, string>>[],
): Promise<string> {
  const browser = createBrowser(contestant.url)
  const requests = [
    ['app', 'openid profile email offline_access'],
    ['pub', scope],
    ['front', 'openid profile email'],
  ] as const
  for (const [client, asked] of requests) {
    const fields = { ...soundRequest(client), scope: asked, prompt: 'consent' }
    const path = `${contestant.paths.authorize}?${encode(contestant, fields)}`
    const page = await pass(browser, await browser.open(path), answers)
    if (!page.left?.searchParams.has('code'))
      throw new Error(`${page.left} ${page.body.slice(0, 900)}`)
  }
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

async function pass(
  browser: Browser,
  first: Visit,
  answers: readonly Readonly<Record<string, string>>[],
): Promise<Visit> {
  let page = first
  for (let steps = 0; page.left === undefined && steps < 4; steps += 1) {
    const isLogin = /type="password"|name="password"/.test(page.body)
    page = await browser.submit(page, answers[isLogin ? 0 : 1] ?? {})
  }
  return page
}

export async function cardea(server: TestServer): Promise<Contestant> {
  const user = await server.user()
  const made = await Promise.all(
    names.map(async (name) => {
      const isMachine = name === 'machine'
      const { id, secret } = await server.client({
        ...structuredClone(registrations[name]),
        scope: isMachine ? 'read' : scope,
        require_pkce: name === 'pub' || name === 'tv',
      } as unknown as Parameters<TestServer['client']>[0])
      return [name, { id, secret }] as const
    }),
  )
  const at = {
    url: server.url,
    paths: {
      authorize: '/oauth/authorize',
      token: '/oauth/token',
      userinfo: '/oauth/userinfo',
      introspect: '/oauth/introspect',
      revoke: '/oauth/revoke',
      par: '/oauth/par',
      device: '/oauth/device',
    },
    clients: Object.fromEntries(made) as unknown as Record<ClientName, ClientFacts>,
    cookie: '',
  }
  const { username: identifier, password } = user
  return {
    ...at,
    cookie: await establish(at, [{ identifier, password }, { decision: 'allow' }]),
  }
}

function signingKeys(): object[] {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'reference' }]
}

type Context = {
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
    readonly provider: { readonly Grant: new (facts: object) => Grant }
  }
}
type Grant = {
  readonly addOIDCScope: (scope: string) => void
  readonly addOIDCClaims: (names: readonly string[]) => void
  readonly save: () => Promise<void>
}

async function allowEverything({ oidc }: Context): Promise<Grant> {
  const { client, session, provider } = oidc
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope(scope)
  grant.addOIDCClaims(['name', 'email'])
  await grant.save()
  return grant
}

/** oidc-provider, certified and older than this project: what it answers is a good first guess of what is right. */
export async function reference(): Promise<Contestant & { readonly close: () => void }> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const clients = names.map((name) => ({
    client_id: `reference-${name}`,
    client_secret: 'a secret of the reference with many letters',
    ...structuredClone(registrations[name]),
    ...(name !== 'machine' && { scope }),
  }))
  const provider = new Provider(url, {
    adapter: MemoryAdapter,
    clients,
    jwks: { keys: signingKeys() },
    cookies: { keys: ['differential'] },
    scopes: ['openid', 'offline_access', 'read'],
    claims: { profile: ['name'], email: ['email'] },
    responseTypes: ['code', 'id_token', 'id_token token', 'code id_token', 'none'],
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id }),
    }),
    pkce: {
      required: (_context: unknown, client: { readonly clientId: string }) =>
        client.clientId === 'reference-pub',
    },
    rotateRefreshToken: true,
    // Everything is allowed again at each request: one that revokes must not spoil those after it.
    loadExistingGrant: allowEverything,
    issueRefreshToken: () => true,
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      requestObjects: { enabled: true },
    },
  })
  const listening = createServer(provider.callback()).listen(port, '127.0.0.1')
  const at = {
    url,
    paths: {
      authorize: '/auth',
      token: '/token',
      userinfo: '/me',
      introspect: '/token/introspection',
      revoke: '/token/revocation',
      par: '/request',
      device: '/device/auth',
    },
    clients: Object.fromEntries(
      names.map((name) => [
        name,
        {
          id: `reference-${name}`,
          secret:
            name === 'pub' || name === 'tv' ? '' : 'a secret of the reference with many letters',
        },
      ]),
    ) as unknown as Record<ClientName, ClientFacts>,
    cookie: '',
  }
  const close = () => {
    listening.close()
    listening.closeAllConnections()
  }
  try {
    return { ...at, cookie: await establish(at, [{ login: 'person', password: 'any' }, {}]), close }
  } catch (error) {
    close()
    throw error
  }
}
