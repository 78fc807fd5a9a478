import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../test/harness/cardea-process.ts'
import type { Connection } from '../../connection.ts'
import { basic, connect } from '../../connection.ts'
import { obtainTokens } from '../../scenarios/code.ts'
import type { StartNeeds, Target } from '../../target.ts'
import { peerClients, resources } from '../facts.ts'
import { runPeer, startPeer } from '../process.ts'
import { differs } from './differs.ts'
import { establishSession, registering, signingIn, visiting } from './people.ts'

const scriptNamed = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const paths = {
  authorize: '/oauth2/authorize',
  pushed: '',
  device: '',
  token: '/oauth2/token',
  introspect: '/oauth2/introspect',
  userinfo: '/oauth2/userinfo',
}

/** better-auth with its OAuth provider on PostgreSQL. */
export async function startBetterAuth(needs: StartNeeds): Promise<Target> {
  const database = await needs.createDatabase('better_auth')
  const port = await freePort()
  const url = `http://localhost:${port}`
  const command = { url, script: scriptNamed('server.ts'), pinned: needs.pinned }
  const words = [String(port), database.url]
  const first = await startPeer({ ...command, words: [...words, 'migrate'] })
  await first.stop()
  await runPeer(scriptNamed('fill.ts'), [url, database.url])
  const server = await startPeer({ ...command, words })
  await sleep(1500)

  const { machine, opaqueMachine, app, device } = peerClients
  const authorizeExtra = `scope=openid+offline_access&resource=${encodeURIComponent(resources.es256)}`
  const reached = { host: '127.0.0.1', port }
  const side = { url, paths, app, device, authorizeExtra }
  const jwt = (resource: string) => ({ client: machine, extra: `&scope=read&resource=${resource}` })
  const opaque = { client: opaqueMachine, extra: '&scope=read' }
  const establish = () => alone(reached, (connection) => establishSession(side, connection))
  const target: Target = {
    ...side,
    ...reached,
    key: 'better-auth',
    name: 'better-auth, PostgreSQL',
    keeps: 'everything',
    pid: server.pid,
    database,
    lacks: new Set(['decision', 'pushed-dpop', 'device', 'token-exchange']),
    differs,
    startMs: { first: first.startMs, next: server.startMs },
    authenticate: basic,
    tokens: { es256: jwt(resources.es256), rs256: jwt(resources.rs256), opaque },
    introspectable: { jwt: jwt(resources.es256), opaque },
    establishSession: establish,
    async obtainUserinfoToken(connection) {
      const { access_token } = await obtainTokens(target, connection, await establish())
      return access_token
    },
    async prepareVisit(connection) {
      await establish()
      return visiting(side, connection)
    },
    prepareLogin: async (connection) => signingIn(connection),
    prepareRegistration: async (connection) => registering(connection),
    prepareDecision: () => Promise.reject(new Error('it decides nothing')),
    stop: server.stop,
  }
  return target
}

async function alone<T>(
  reached: Pick<Target, 'host' | 'port'>,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = connect(reached)
  try {
    return await work(connection)
  } finally {
    connection.close()
  }
}
