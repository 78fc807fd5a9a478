import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Why no Redis can be started here; undefined when one can. */
export function whyNoRedis(): string | undefined {
  const found = spawnSync('redis-server', ['--version']).error === undefined
  return found ? undefined : 'redis-server is not on the PATH and CARDEA_TEST_REDIS_URL is not set'
}

/** A Redis of a test's own: on a free loopback port, without persistence, in a temporary folder. */
export async function startRedis(wantedPort?: number) {
  const port = wantedPort ?? (await freePort())
  const dir = await mkdtemp(join(tmpdir(), 'cardea-redis-'))
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir]
  const none = ['--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', [...settings, ...none], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await accepting(child)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    signal: (name: 'SIGSTOP' | 'SIGCONT') => child.kill(name),
    stop: async () => {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function accepting(child: ChildProcess): Promise<void> {
  const { stdout } = child
  if (stdout === null) throw new Error('redis-server has no output')
  let seen = ''
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    seen += String(chunk)
    if (!/ready to accept connections/i.test(seen)) continue
    stdout.resume()
    return
  }
  throw new Error(`redis-server ended: ${seen}`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
