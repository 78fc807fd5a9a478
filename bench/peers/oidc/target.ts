import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, temporaryFolder } from '../../../test/harness/cardea-process.ts'
import { basic } from '../../connection.ts'
import { obtainTokens } from '../../scenarios/code.ts'
import type { Database, StartNeeds, Target } from '../../target.ts'
import { passPages } from '../../target.ts'
import { peerClients, resources } from '../facts.ts'
import type { PeerProcess } from '../process.ts'
import { startPeer } from '../process.ts'
import { differs } from './differs.ts'
import { signingKeys } from './keys.ts'

const script = fileURLToPath(new URL('server.ts', import.meta.url))
const paths = {
  authorize: '/auth',
  pushed: '/request',
  device: '/device/auth',
  token: '/token',
  introspect: '/token/introspection',
  userinfo: '/me',
}

/** oidc-provider with everything in its own memory. */
export async function startOidcMemory({ pinned }: StartNeeds): Promise<Target> {
  return targetOf(await startTwice(pinned, undefined), {
    key: 'oidc-memory',
    name: 'oidc-provider, memory',
    keeps: 'nothing',
    database: undefined,
    differs: differs.memory,
  })
}

/** oidc-provider with everything in PostgreSQL. */
export async function startOidcPostgres(needs: StartNeeds): Promise<Target> {
  const database = await needs.createDatabase('oidc_provider')
  return targetOf(await startTwice(needs.pinned, database), {
    key: 'oidc-postgres',
    name: 'oidc-provider, PostgreSQL',
    keeps: 'everything',
    database,
    differs: differs.postgres,
  })
}

type Started = {
  readonly port: number
  readonly server: PeerProcess
  readonly startMs: Target['startMs']
  readonly stop: () => Promise<void>
}

async function startTwice(
  pinned: readonly string[],
  database: Database | undefined,
): Promise<Started> {
  const port = await freePort()
  const folder = await temporaryFolder()
  const keys = path.join(folder.path, 'keys.json')
  await writeFile(keys, JSON.stringify(signingKeys()))
  const words = [String(port), keys, ...(database ? [database.url] : [])]
  const command = { url: `http://localhost:${port}`, script, words, pinned }
  const first = await startPeer(command)
  await first.stop()
  const server = await startPeer(command)
  await sleep(1500)
  const stop = async () => {
    await server.stop()
    await folder.remove()
  }
  return { port, server, startMs: { first: first.startMs, next: server.startMs }, stop }
}

type Kind = Pick<Target, 'key' | 'name' | 'keeps' | 'database' | 'differs'>

function targetOf({ port, server, startMs, stop }: Started, kind: Kind): Target {
  const { machine, opaqueMachine, app, profile, device } = peerClients
  const side = { url: `http://localhost:${port}`, paths, authorizeExtra: '' }
  const jwt = (resource: string) => ({ client: machine, extra: `&scope=read&resource=${resource}` })
  const opaque = { client: opaqueMachine, extra: `&scope=read&resource=${resources.opaque}` }
  const establish = (client: typeof app) =>
    passPages({ ...side, app: client }, [{ login: 'owner', password: 'any' }, {}])
  const target: Target = {
    ...kind,
    ...side,
    host: '127.0.0.1',
    port,
    pid: server.pid,
    lacks: new Set(['login', 'login-code', 'registration', 'decision', 'token-exchange']),
    startMs,
    authenticate: basic,
    tokens: { es256: jwt(resources.es256), rs256: jwt(resources.rs256), opaque },
    introspectable: { jwt: opaque, opaque },
    app,
    device,
    establishSession: () => establish(app),
    async obtainUserinfoToken(connection) {
      const asking = { ...target, app: profile }
      return (await obtainTokens(asking, connection, await establish(profile))).access_token
    },
    prepareVisit: lacking,
    prepareLogin: lacking,
    prepareRegistration: lacking,
    prepareDecision: lacking,
    stop,
  }
  return target
}

const lacking = () => Promise.reject(new Error('it leaves people to whoever builds on it'))
