/**
 * How long `cardea import users` takes and how much memory it needs, with a data folder of its own:
 * `node bench/import-users.ts [users] [jsonl|csv]`. Every user has an address, claims and a bcrypt hash.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { hash } from '@node-rs/bcrypt'

const users = Number(process.argv[2] ?? 100_000)
const format = process.argv[3] ?? 'jsonl'
const main = path.join(import.meta.dirname, '../src/main.ts')

/** The import does not compute hashes, so a few that differ do for all. */
const hashes = await Promise.all(Array.from({ length: 8 }, (_, i) => hash(`password ${i}`, 10)))

function line(i: number): string {
  const user = {
    username: `person${i}`,
    email: `person${i}@example.com`,
    email_verified: i % 2 === 0,
    password_hash: hashes[i % hashes.length] ?? '',
    created_at: new Date(1_500_000_000_000 + i * 1000).toISOString(),
    name: `Person Number ${i}`,
    given_name: 'Person',
    family_name: `Number ${i}`,
    locale: 'de-CH',
  }
  return format === 'csv' ? `${Object.values(user).join(',')}\n` : `${JSON.stringify(user)}\n`
}
const header =
  'username,email,email_verified,password_hash,created_at,name,given_name,family_name,locale\n'

async function generate(file: string): Promise<void> {
  const stream = createWriteStream(file)
  if (format === 'csv') stream.write(header)
  for (let i = 0; i < users; i += 1) {
    if (!stream.write(line(i))) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
}

/** Of the command alone; PostgreSQL is processes of its own. */
function peakMib(pid: number): number {
  const [, kib = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1024
}

async function run(file: string, dataDir: string, extra: readonly string[]) {
  const began = performance.now()
  const argv = [main, 'import', 'users', file, ...extra]
  const env = { PATH: process.env.PATH, CARDEA_DATA_DIR: dataDir }
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close')
  let peak = 0
  while (child.exitCode === null) {
    await sleep(20)
    if (child.exitCode === null && child.pid) peak = Math.max(peak, peakMib(child.pid))
  }
  await ended
  const seconds = (performance.now() - began) / 1000
  const [, imported = '0'] = /imported\s+(\d+)/.exec(output) ?? []
  return { code: child.exitCode, imported: Number(imported), seconds, peakMib: Math.round(peak) }
}

const folder = await mkdtemp(path.join(tmpdir(), 'cardea-bench-'))
await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
const file = path.join(folder, `users.${format}`)
await generate(file)
const dataDir = path.join(folder, 'data')
try {
  // The first run makes the cluster as well, which is not what is measured.
  const dry = await run(file, dataDir, ['--dry-run'])
  const real = await run(file, dataDir, [])
  const fileMib = Math.round(statSync(file).size / 2 ** 20)
  console.log(JSON.stringify({ users, format, fileMib, dry, real }, null, 2))
} finally {
  await rm(folder, { recursive: true, force: true })
}
