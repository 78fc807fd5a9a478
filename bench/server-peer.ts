import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { answering, freePort } from '../test/harness/cardea-process.ts'
import { basic } from './connection.ts'
import { peerClients, resources } from './peer-facts.ts'
import { residentMib } from './process-stats.ts'
import type { Measured } from './rounds.ts'
import { passPages } from './target.ts'

const peer = fileURLToPath(new URL('peer.ts', import.meta.url))
const paths = {
  authorize: '/auth',
  pushed: '/request',
  device: '/device/auth',
  token: '/token',
  introspect: '/token/introspection',
  userinfo: '/me',
}

const missing = () => Promise.reject(new Error('not yet'))

/** oidc-provider with everything in its own memory. */
export async function startPeerTarget(): Promise<Measured> {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const began = performance.now()
  const child = spawn(process.execPath, [peer, String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-10_000)
  })
  await answering(`${url}/.well-known/openid-configuration`, child, () => complaints)
  const startMs = { first: performance.now() - began, next: Number.NaN }
  await sleep(1500)
  const { machine, app, device } = peerClients
  const target = { url, paths, app, device, authorizeExtra: '' }
  const jwt = { client: machine, extra: `&scope=read&resource=${resources.jwt}` }
  const opaque = { client: machine, extra: `&scope=read&resource=${resources.opaque}` }
  const pid = child.pid ?? 0
  return {
    ...target,
    key: 'oidc-memory',
    name: 'oidc-provider, memory',
    keeps: 'nothing',
    database: undefined,
    lacks: new Set(['login', 'registration', 'decision', 'token-exchange']),
    differs: {},
    authenticate: basic,
    tokens: { es256: jwt, rs256: jwt, opaque },
    introspectable: { jwt: opaque, opaque },
    obtainUserinfoToken: missing,
    prepareVisit: missing,
    prepareLogin: missing,
    prepareRegistration: missing,
    prepareDecision: missing,
    host: '127.0.0.1',
    port,
    pid,
    establishSession: () => passPages(target, [{ login: 'owner', password: 'any' }, {}]),
    statements: async () => 0,
    startMs,
    idle: { server: residentMib(pid), database: undefined },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
