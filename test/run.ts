/**
 * `npm test`: one PostgreSQL for all tests, then every test file with Node's own runner. What needs Redis
 * or Chromium is skipped where they are missing, and says so; in CI nothing may be missing.
 */
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbedded } from '../src/db/index.ts'
import { createTemplate } from './harness/database.ts'

const needed = { 'redis-server': 'Redis', chromium: 'Chromium' }
const missing = Object.keys(needed).filter((name) => spawnSync('which', [name]).status !== 0)
for (const name of missing)
  console.log(`# skipped: what needs ${needed[name as keyof typeof needed]} (no ${name} here)`)
if (missing.length > 0 && process.env.CI === 'true') {
  console.error(`In CI nothing may be skipped, but ${missing.join(' and ')} is missing.`)
  process.exit(1)
}

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
    '--test-timeout=120000',
  ]
  const child = spawn(process.execPath, [...options, ...files], { env, stdio: 'inherit' })
  process.exitCode = await new Promise<number>((resolve) =>
    child.on('exit', (code) => resolve(code ?? 1)),
  )
} finally {
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
}
