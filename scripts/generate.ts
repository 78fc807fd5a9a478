/**
 * `npm run generate` writes the files that say what the code says: docs/config.md, docs/errors.md,
 * .env.example, openapi.json, the import table of docs/architecture.md, and docs/performance.md with its picture
 * from the reference run of the bench. With `--check` it writes nothing, names the files that are stale and exits
 * with 1. Needs neither a database nor the network.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { performanceFiles } from '../bench/save.ts'
import { createAccessBook } from '../src/access/index.ts'
import type { AppOptions } from '../src/app.ts'
import type { Clock } from '../src/base/index.ts'
import { secureRandom, systemClock } from '../src/base/index.ts'
import {
  createClientCache,
  createClientKeys,
  createClientUses,
  createSecretUses,
} from '../src/clients/index.ts'
import { loadConfig } from '../src/config.ts'
import { configMarkdown, envExample } from '../src/config-reference.ts'
import { createDb } from '../src/db/index.ts'
import { describeApi } from '../src/http/index.ts'
import { createPasswordHasher } from '../src/identity/index.ts'
import type { Queue } from '../src/jobs/index.ts'
import type { KeyRing } from '../src/keys/index.ts'
import { createSealer } from '../src/keys/index.ts'
import { createMemoryKv } from '../src/kv/index.ts'
import { createLimits } from '../src/limits/index.ts'
import { createInbox, noTransport } from '../src/mail/index.ts'
import { createOutgoing, createRemoteKeys } from '../src/outgoing/index.ts'
import { createPolicyBook } from '../src/mfa/index.ts'
import {
  createIssuerKeys,
  createResourceBook,
  createTokenRows,
  createVerifiedTokens,
  publicSubjects,
} from '../src/oauth/index.ts'
import type { Parts } from '../src/parts.ts'
import { createRefreshTokens } from '../src/session/index.ts'
import { createCounter } from '../src/statistics/index.ts'
import { openSurfaces } from '../src/surfaces.ts'
import { createLog, createMetrics } from '../src/telemetry/index.ts'
import { moduleTableMarkdown } from '../test/architecture-table.ts'
import { problemCodesMarkdown } from './problem-codes.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')

/** Every generated file with its right content. */
export async function generated(): Promise<Record<string, string>> {
  return {
    'docs/config.md': configMarkdown(),
    '.env.example': envExample(),
    'openapi.json': `${JSON.stringify(await openApi(), null, 2)}\n`,
    'docs/errors.md': await problemCodesMarkdown(),
    'docs/architecture.md': withTable(read('docs/architecture.md')),
    ...performanceFiles(),
  }
}

/** The generated files whose content on disk is another one. */
export async function staleFiles(): Promise<string[]> {
  const files = Object.entries(await generated())
  return files.filter(([path, text]) => onDisk(path) !== text).map(([path]) => path)
}

function onDisk(path: string): string | undefined {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

const begin = '<!-- generated: import table -->\n'
const end = '<!-- end of generated -->'

function withTable(page: string): string {
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined)
    throw new Error('docs/architecture.md has lost the markers of its import table.')
  return `${before}${begin}\n${moduleTableMarkdown()}\n${end}${after}`
}

/** The document of the real routes, which are opened over parts that are never used. */
async function openApi(): Promise<object> {
  const parts = idleParts()
  const { version } = JSON.parse(read('package.json'))
  const http = await openSurfaces(
    { ...idleOptions(), onServer: (server) => describeApi(server, version) },
    parts,
    { draining: false },
  )
  await http.ready()
  const document = http.swagger()
  await http.close()
  await parts.db.close()
  return document
}

function idleOptions(): AppOptions {
  const loaded = loadConfig({})
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'))
  const log = createLog({ level: 'silent', format: 'json' })
  return { config: loaded.config, databaseUrl: '', masterKeys: [Buffer.alloc(32)], log }
}

/** The database connects at the first statement, and there is none. */
function idleParts(): Parts {
  const clock = systemClock
  const random = secureRandom
  const db = createDb({ url: 'postgres://localhost/none', poolSize: 1 })
  const kv = createMemoryKv({ clock, maxEntries: 1 })
  const outgoing = createOutgoing({ allow: [] })
  const remoteKeys = createRemoteKeys({ outgoing, clock })
  return {
    clock,
    random,
    db,
    reads: (work) => work(db),
    replica: undefined,
    metrics: createMetrics(),
    kv,
    keys: idleKeys,
    verifiedTokens: createVerifiedTokens(idleKeys),
    tokenRows: createTokenRows({ db }),
    subjects: publicSubjects,
    mfaPolicy: createPolicyBook({ db, clock }),
    counter: createCounter({ db, clock }),
    places: { of: async () => undefined },
    access: createAccessBook({ db, clock, kv }),
    sealer: createSealer([Buffer.alloc(32)], random),
    hasher: createPasswordHasher({
      memoryKib: 8,
      iterations: 1,
      parallelism: 1,
      concurrency: 1,
      queueLimit: 1,
    }),
    clients: createClientCache({ db, clock, kv }),
    resourceBook: createResourceBook({ db, clock, kv }),
    secretUses: createSecretUses({ db, clock }),
    clientUses: createClientUses({ db, clock, lifetime: 3600 }),
    outgoingHosts: [],
    outgoing,
    remoteKeys,
    clientKeys: createClientKeys({ remoteKeys }),
    issuerKeys: createIssuerKeys({ clock, outgoing, remoteKeys }),
    refreshTokens: createRefreshTokens([Buffer.alloc(32)]),
    passwords: {
      minLength: 8,
      minStrength: 0,
      check: async (value) => ({ ok: true, value }),
    },
    limits: idleLimits(clock),
    queue: idleQueue,
    inbox: createInbox({ clock }),
    transport: noTransport,
  }
}

function idleLimits(clock: Clock) {
  const settings = { ...idleOptions().config.limits, perRecipientHourly: 1 }
  return createLimits({ settings, clock, secret: Buffer.alloc(32) })
}

const idleQueue: Queue = {
  add: async () => undefined,
  handle: () => undefined,
  start: () => undefined,
  stop: async () => undefined,
  drain: async () => 0,
}

const idleKeys: KeyRing = {
  signer: () => Promise.reject(new Error('There are no keys here.')),
  jwks: () => ({ keys: [] }),
  find: () => undefined,
  lookup: async () => undefined,
  decrypting: async () => [],
  refresh: async () => undefined,
  close: () => undefined,
}

async function run(check: boolean): Promise<number> {
  if (!check) {
    for (const [path, text] of Object.entries(await generated())) writeFileSync(root + path, text)
    return 0
  }
  const stale = await staleFiles()
  for (const path of stale) console.error(`stale: ${path} (npm run generate)`)
  return stale.length > 0 ? 1 : 0
}

if (import.meta.main) process.exitCode = await run(process.argv.includes('--check'))
