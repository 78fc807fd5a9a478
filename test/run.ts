/**
 * `npm test`: one PostgreSQL for all tests, then every test file with Node's own runner. What needs Redis
 * or Chromium is skipped where they are missing, and says so; in CI nothing may be missing.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startEmbedded } from '../src/db/index.ts'
import { createTemplate } from './harness/database.ts'

const needed = {
  'redis-server': 'Redis',
  chromium: 'Chromium',
  apache2: 'Apache',
  haproxy: 'HAProxy',
  pgbouncer: 'PgBouncer',
}
/** Servers are where the search path of ordinary users does not lead. */
const isThere = (name: string) =>
  spawnSync('which', [name]).status === 0 || existsSync(`/usr/sbin/${name}`)
const missing = Object.keys(needed).filter((name) => !isThere(name))
for (const name of missing)
  console.log(`# skipped: what needs ${needed[name as keyof typeof needed]} (no ${name} here)`)
if (missing.length > 0 && process.env.CI === 'true') {
  console.error(`In CI nothing may be skipped, but ${missing.join(' and ')} is missing.`)
  process.exit(1)
}

const filesOfBundle = 8
const given = process.argv.slice(2)
const files = given.length > 0 ? given : globSync(['src/**/*.test.ts', 'test/**/*.test.ts']).sort()
const dataDir = mkdtempSync(join(tmpdir(), 'cardea-test-'))
chmodSync(dataDir, 0o755)
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}
const postgres = await startEmbedded({ dataDir, log: () => {}, settings })
try {
  await createTemplate(postgres.url)
  const env = {
    ...process.env,
    CARDEA_TEST_DATABASE_URL: postgres.url,
    NODE_ENV: 'test',
    // Every test file is a process of its own; this saves each of them most of the time to read the sources.
    NODE_COMPILE_CACHE: fileURLToPath(
      new URL('../node_modules/.cache/cardea-test', import.meta.url),
    ),
  }
  const options = [
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=3',
    '--test-timeout=240000',
  ]
  const run = given.length > 0 ? files : bundles(files)
  const child = spawn(process.execPath, [...options, ...run], { env, stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) =>
    child.on('exit', (code) => resolve(code ?? 1)),
  )
} finally {
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
}

/**
 * Reading the sources takes a process longer than many a file of tests takes, so files share processes, each as
 * a suite of its own. What drives a browser takes longest, so it begins first; it and what measures its own
 * process are alone.
 */
function bundles(all: readonly string[]): string[] {
  const alone = all.filter((file) =>
    /test\/e2e\/|test\/(nodes|workers)\/|security\/timing|kv\/memory/.test(file),
  )
  const shared = all.filter((file) => !alone.includes(file))
  const folder = fileURLToPath(new URL('../node_modules/.cache/cardea-bundles', import.meta.url))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const count = Math.ceil(shared.length / filesOfBundle)
  const made = Array.from({ length: count }, (_, i) => {
    const lines = shared
      .filter((_file, n) => n % count === i)
      .map((file) => {
        const url = JSON.stringify(pathToFileURL(file).href)
        return `suite(${JSON.stringify(file)}, async () => { await import(${url}) })\n`
      })
    const path = join(folder, `bundle-${i}.test.mjs`)
    writeFileSync(path, `import { suite } from 'node:test'\n${lines.join('')}`)
    return path
  })
  return [...alone, ...made]
}
