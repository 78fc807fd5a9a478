import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, RegisteredClient } from '../test/harness/cardea-admin.ts'
import { createOwner, registerClient, signInByApi } from '../test/harness/cardea-admin.ts'
import { freePort, startCardea, temporaryFolder } from '../test/harness/cardea-process.ts'
import { basic } from './connection.ts'
import { childrenMib, residentMib } from './process-stats.ts'
import type { Measured } from './rounds.ts'
import { passPages, redirectUri } from './target.ts'

export const owner: Account = { username: 'owner', password: 'correct horse battery staple' }

const env = {
  CARDEA_ENV: 'development',
  CARDEA_LOG_LEVEL: 'warn',
  // The limits are counted, and never reached.
  CARDEA_LIMITS_LOGIN_PER_ADDRESS: '1000000',
}
const paths = {
  authorize: '/oauth/authorize',
  pushed: '/oauth/par',
  device: '/oauth/device',
  token: '/oauth/token',
  introspect: '/oauth/introspect',
  userinfo: '/oauth/userinfo',
}

/** Cardea as it comes: its embedded PostgreSQL with fsync on. Started twice, to time both. */
export async function startCardeaTarget(nodeFlags: readonly string[] = []): Promise<Measured> {
  const folder = await temporaryFolder()
  const settings = { dataDir: folder.path, port: await freePort(), env, nodeFlags }
  const first = await startCardea(settings)
  await createOwner(await first.setupLink(), owner)
  const { url } = first
  const clients = await registerClients(url)
  await first.stop()
  const server = await startCardea(settings)
  await sleep(1500)
  const { machine, opaqueMachine, app, device } = clients
  const target = { url, paths, app, device, authorizeExtra: '' }
  const asked = (client: RegisteredClient) => ({ client, extra: '' })
  return {
    ...target,
    key: 'cardea',
    name: 'Cardea',
    keeps: 'everything',
    database: undefined,
    lacks: new Set(),
    differs: {},
    authenticate: basic,
    tokens: { es256: asked(machine), rs256: asked(machine), opaque: asked(opaqueMachine) },
    introspectable: { jwt: asked(machine), opaque: asked(opaqueMachine) },
    obtainUserinfoToken: missing,
    prepareVisit: missing,
    prepareLogin: missing,
    prepareRegistration: missing,
    prepareDecision: missing,
    host: '127.0.0.1',
    port: settings.port,
    pid: server.pid,
    establishSession: () =>
      passPages(target, [
        { identifier: owner.username, password: owner.password },
        { decision: 'allow' },
      ]),
    statements: () => countStatements(url),
    startMs: { first: first.startMs, next: server.startMs },
    idle: { server: residentMib(server.pid), database: childrenMib(server.pid) },
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

type Clients = Record<'machine' | 'opaqueMachine' | 'app' | 'device', RegisteredClient>

const missing = () => Promise.reject(new Error('not yet'))

async function registerClients(url: string): Promise<Clients> {
  const token = await signInByApi(url, owner)
  const machine = await registerClient(url, token, {
    client_name: 'Machine',
    grant_types: ['client_credentials'],
    scope: 'read',
  })
  const opaqueMachine = await registerClient(url, token, {
    client_name: 'Machine with opaque tokens',
    grant_types: ['client_credentials'],
    scope: 'read',
    access_token_format: 'opaque',
  })
  const app = await registerClient(url, token, {
    client_name: 'Application',
    redirect_uris: [redirectUri],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    id_token_signed_response_alg: 'ES256',
  })
  const device = await registerClient(url, token, {
    client_name: 'Device',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
    id_token_signed_response_alg: 'ES256',
  })
  return { machine, opaqueMachine, app, device }
}

/** From its own metrics. */
async function countStatements(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts = [...text.matchAll(/^cardea_db_statement_total\S* (\d+)/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}
