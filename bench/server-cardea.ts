import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, RegisteredClient } from '../test/harness/cardea-admin.ts'
import { createOwner } from '../test/harness/cardea-admin.ts'
import type { CardeaProcess } from '../test/harness/cardea-process.ts'
import { freePort, startCardea, temporaryFolder } from '../test/harness/cardea-process.ts'
import type { Filled, People } from './cardea-fill.ts'
import { fill } from './cardea-fill.ts'
import { logIn, visiting } from './cardea-pages.ts'
import type { Connection } from './connection.ts'
import { basic, expectStatus } from './connection.ts'
import { obtainTokens } from './scenarios/code.ts'
import type { StartNeeds, Target } from './target.ts'
import { passPages } from './target.ts'

export const owner: Account = { username: 'owner', password: 'correct horse battery staple' }

const env = {
  CARDEA_ENV: 'development',
  CARDEA_LOG_LEVEL: 'warn',
  CARDEA_REGISTRATION_MODE: 'open',
  CARDEA_REGISTRATION_VERIFY_EMAIL: 'false',
  // The limits are counted, and never reached.
  CARDEA_LIMITS_LOGIN_PER_ADDRESS: '1000000',
  CARDEA_LIMITS_PUBLIC_PER_ADDRESS: '1000000',
  CARDEA_LIMITS_GLOBAL: '10000000',
}
const paths = {
  authorize: '/oauth/authorize',
  pushed: '/oauth/par',
  device: '/oauth/device',
  token: '/oauth/token',
  introspect: '/oauth/introspect',
  userinfo: '/oauth/userinfo',
}
const restMs = 1500

/** With `needs` on the PostgreSQL of all sides; without it as it comes, with one of its own. */
export async function startCardeaTarget(
  nodeFlags: readonly string[] = [],
  needs?: StartNeeds,
): Promise<Target> {
  const database = await needs?.createDatabase('cardea')
  const folder = await temporaryFolder()
  const settings = {
    dataDir: folder.path,
    port: await freePort(),
    env: { ...env, ...(database && { DATABASE_URL: database.url }) },
    nodeFlags,
    before: needs?.pinned ?? [],
  }
  const first = await startCardea(settings)
  const filled = await furnish(first)
  const server = await startCardea(settings)
  await sleep(restMs)
  const side = { url: first.url, paths, app: filled.app, authorizeExtra: '', authenticate: basic }
  const { machine, opaqueMachine, device, rs256, people } = filled
  const token = (client: RegisteredClient, extra = '') => ({ client, extra })
  return {
    ...side,
    ...reach(side, people, machine),
    key: 'cardea',
    name: 'Cardea',
    keeps: 'everything',
    host: '127.0.0.1',
    port: settings.port,
    pid: server.pid,
    database,
    lacks: new Set(),
    differs: {},
    startMs: { first: first.startMs, next: server.startMs },
    tokens: {
      es256: token(machine),
      rs256: token(machine, `&resource=${encodeURIComponent(rs256)}`),
      opaque: token(opaqueMachine),
    },
    introspectable: { jwt: token(machine), opaque: token(opaqueMachine) },
    device,
    async stop() {
      await server.stop()
      await folder.remove()
    },
  }
}

/** The first start, which ends again whether or not that succeeds. */
async function furnish(first: CardeaProcess): Promise<Filled> {
  try {
    await createOwner(await first.setupLink(), owner)
    return await fill(first.url, owner)
  } finally {
    await first.stop()
  }
}

type Side = Pick<Target, 'url' | 'paths' | 'app' | 'authorizeExtra' | 'authenticate'>
type Doings = Pick<
  Target,
  | 'establishSession'
  | 'obtainUserinfoToken'
  | 'prepareVisit'
  | 'prepareLogin'
  | 'prepareRegistration'
  | 'prepareDecision'
>

/** What people do; each worker is the next one of them. */
function reach(side: Side, people: People, machine: RegisteredClient): Doings {
  let turn = 0
  let registered = 0
  const next = () => people[turn++ % people.length] ?? { ...owner, id: '' }
  const establishSession = () => {
    const { username: identifier, password } = next()
    return passPages(side, [{ identifier, password }, { decision: 'allow' }])
  }
  return {
    establishSession,
    async obtainUserinfoToken(connection) {
      return (await obtainTokens(side, connection, await establishSession())).access_token
    },
    async prepareVisit(connection) {
      const person = next()
      const { username: identifier, password } = person
      await passPages(side, [{ identifier, password }, { decision: 'allow' }])
      return visiting(connection, side, person)
    },
    prepareLogin: (connection) => logIn(connection, next()),
    prepareRegistration: async (connection) => async () => {
      registered += 1
      const username = `somebody${registered}`
      const { password } = owner
      const body = { username, name: 'Some Body', email: `${username}@example.org`, password }
      const path = '/api/v1/auth/register'
      expectStatus(await connection.postJson(path, JSON.stringify(body)), 201)
    },
    prepareDecision: (connection) => deciding(connection, people, machine),
  }
}

async function deciding(connection: Connection, people: People, machine: RegisteredClient) {
  const body = 'grant_type=client_credentials'
  const issued = expectStatus(await connection.post(paths.token, body, basic(machine)), 200)
  const headers = `Authorization: Bearer ${JSON.parse(issued.body).access_token}\r\n`
  let n = 0
  return async () => {
    n += 1
    const question = {
      subject: { type: 'user', id: people[n % people.length]?.id },
      action: { name: 'read' },
      resource: { type: 'document', id: String(n % 1000) },
    }
    const path = '/access/v1/evaluation'
    const answer = await connection.postJson(path, JSON.stringify(question), headers)
    if (!expectStatus(answer, 200).body.includes('"decision":true')) throw new Error(answer.body)
  }
}
