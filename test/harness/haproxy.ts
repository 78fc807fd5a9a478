import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Certificate } from './certificate.ts'

const program = '/usr/sbin/haproxy'

/** What `skip` of a test takes: the reason where there is no HAProxy. */
export const withoutHaproxy = existsSync(program) ? false : 'no haproxy here'

/** One line of `show stat`. */
export type HaproxyServer = {
  readonly backend: string
  readonly server: string
  readonly status: string
}

export type Haproxy = {
  readonly pid: number
  readonly servers: () => Promise<readonly HaproxyServer[]>
  readonly output: () => string
  readonly stop: () => Promise<void>
}

type Options = {
  /** Of deploy/haproxy, as an operator would load them. */
  readonly files: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly certificate: Certificate
}

export async function startHaproxy({ files, env, certificate }: Options): Promise<Haproxy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cardea-haproxy-'))
  await chmod(folder, 0o755)
  const pem = path.join(folder, 'certificate.pem')
  await writeFile(pem, certificate.cert + certificate.key, { mode: 0o600 })
  const socket = path.join(folder, 'admin.sock')
  const loaded = files.flatMap((name) => [
    '-f',
    fileURLToPath(new URL(`../../deploy/haproxy/${name}`, import.meta.url)),
  ])
  const child = spawn(program, ['-db', ...loaded], {
    env: {
      PATH: '/usr/bin:/bin',
      CARDEA_SOCKET: socket,
      CARDEA_CERTIFICATE: pem,
      CARDEA_MAXCONN: '1000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const add = (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-200_000)
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const servers = async () => readStatistics(await command(socket, 'show stat'))
  try {
    for (let tries = 0; ; tries += 1) {
      if (child.exitCode !== null || tries > 500) throw new Error(`haproxy did not start:\n${text}`)
      if (await servers().catch(() => undefined)) break
      await sleep(20)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid ?? 0, servers, output: () => text, stop }
}

async function command(socket: string, words: string): Promise<string> {
  const connection = createConnection(socket)
  connection.write(`${words}\n`)
  let answer = ''
  for await (const chunk of connection) answer += String(chunk)
  return answer
}

function readStatistics(text: string): HaproxyServer[] {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.replace(/^# /, '').split(',')
  const at = (line: string, name: string) => line.split(',')[names.indexOf(name)] ?? ''
  return lines
    .map((line) => ({
      backend: at(line, 'pxname'),
      server: at(line, 'svname'),
      status: at(line, 'status'),
    }))
    .filter(({ server }) => server !== 'FRONTEND' && server !== 'BACKEND')
}
