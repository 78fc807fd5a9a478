import type { ChildProcess } from 'node:child_process'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './cardea-process.ts'

const shipped = path.resolve(import.meta.dirname, '../../deploy/pgbouncer/pgbouncer.ini')
const program = '/usr/sbin/pgbouncer'

export type Pgbouncer = {
  /** Of one of the databases that it knows. */
  readonly url: (database: string) => string
  /** SIGKILL; connections are cut in the middle of whatever they do. */
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly output: () => string
  readonly close: () => Promise<void>
}

type Options = {
  /** Of the server that it leads to. */
  readonly serverUrl: string
  /** Lines for databases besides those of the file, with HOST in the place of the server. */
  readonly databases?: readonly string[]
}

/** What keeps tests from running it, or false. */
export const withoutPgbouncer =
  existsSync(program) || spawnSync('which', ['pgbouncer']).status === 0
    ? false
    : 'no pgbouncer here'

/** PgBouncer with the file of deploy/pgbouncer, at another address. */
export async function startPgbouncer({ serverUrl, databases = [] }: Options): Promise<Pgbouncer> {
  const server = new URL(serverUrl)
  const port = await freePort()
  const folder = mkdtempSync(path.join(tmpdir(), 'cardea-pgbouncer-'))
  chmodSync(folder, 0o755)
  const users = path.join(folder, 'userlist.txt')
  const password = decodeURIComponent(server.password)
  const host = `host=${server.hostname} port=${server.port}`
  const file = path.join(folder, 'pgbouncer.ini')
  const more = databases.map((line) => line.replace('HOST', host)).join('\n')
  writeFileSync(file, edited(readFileSync(shipped, 'utf8'), { host, port, users, more }))
  writeFileSync(users, `"${server.username}" "${password}"\n`, { mode: 0o600 })
  const account = accountOf()
  if (account !== undefined) chownSync(users, account.uid, account.gid)
  let child: ChildProcess | undefined
  let output = ''
  const kill = async () => {
    const killed = child
    child = undefined
    if (killed === undefined || killed.exitCode !== null) return
    const gone = once(killed, 'exit')
    killed.kill('SIGKILL')
    await gone
  }
  const start = async () => {
    const started = spawn(existsSync(program) ? program : 'pgbouncer', [file], {
      ...account,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child = started
    started.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000)
    })
    for (let tries = 0; !(await answers(port)); tries += 1) {
      if (started.exitCode !== null || tries > 500) throw new Error(`no pgbouncer:\n${output}`)
      await sleep(10)
    }
  }
  const close = async () => {
    await kill()
    rmSync(folder, { recursive: true, force: true })
  }
  await start().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const login = `${server.username}:${server.password}`
  const url = (database: string) => `postgresql://${login}@127.0.0.1:${port}/${database}`
  return { url, kill, start, output: () => output, close }
}

type Place = {
  readonly host: string
  readonly port: number
  readonly users: string
  readonly more: string
}

function edited(ini: string, { host, port, users, more }: Place): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/host=10\.0\.0\.10 port=5432/g, host],
    [/^listen_port = 6432$/gm, `listen_port = ${port}`],
    [/^auth_file = \/etc\/pgbouncer\/userlist\.txt$/gm, `auth_file = ${users}`],
    [/^\[databases\]$/gm, `[databases]\n${more}`],
  ]
  return changes.reduce((text, [pattern, by]) => {
    if (text.search(pattern) === -1) throw new Error(`not in pgbouncer.ini: ${pattern}`)
    return text.replaceAll(pattern, by)
  }, ini)
}

/** Like PostgreSQL it refuses to be root. */
function accountOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}
