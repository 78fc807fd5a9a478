/**
 * `npm run bench:decisions [users] [roles] [assignments]`: how long decisions take and what memory they
 * need, on a scratch database with 1 M users, 10 k roles with parents and 5 M assignments.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { AccessBook } from '../src/access/index.ts'
import { createAccessBook } from '../src/access/index.ts'
import { systemClock } from '../src/base/index.ts'
import { createClient } from '../src/clients/index.ts'
import type { Db } from '../src/db/index.ts'
import { createDb, migrateUp, startEmbedded } from '../src/db/index.ts'
import { searchSubjects } from '../src/evaluation/search.ts'
import { createSealer } from '../src/keys/index.ts'
import { createMemoryKv } from '../src/kv/index.ts'
import { freePort, startCardea } from '../test/harness/cardea-process.ts'
import { withHost } from '../test/harness/command.ts'
import { actionOf, fill, thing, userId } from './decisions-fill.ts'
import { flood } from './decisions-http.ts'
import { residentMib } from './process-stats.ts'
import { median, quantile } from './statistics.ts'

const [users = 1_000_000, roles = 10_000, assignments = 5_000_000] = process.argv
  .slice(2)
  .map(Number)
const { gc } = globalThis
const mib = 1024 * 1024
const ms = (value: number) => `${value.toFixed(value < 1 ? 4 : 1)} ms`
const say = (what: string, value: string) => console.log(`${what.padEnd(46)} ${value}`)
const summary = (values: number[]) =>
  `median ${ms(median(values))}, p99 ${ms(quantile(values, 0.99))}, longest ${ms(quantile(values, 1))}`

/** After everything that is no longer needed has gone. */
function heap(): number {
  gc?.()
  gc?.()
  return process.memoryUsage().heapUsed
}

let state = 1
/** The same numbers in every run. */
function random(below: number): number {
  state = (state * 48_271) % 2_147_483_647
  return state % below
}
const someone = () => ({ type: 'user' as const, id: userId(1 + random(users)) })
const something = () => ({ resource: thing(random(1_000_000)), action: actionOf(random(1000)) })

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

async function measureModel(book: AccessBook): Promise<void> {
  const before = heap()
  say('reading and compiling all roles', ms(await time(() => book.model())))
  const read = heap()
  const model = await book.model()
  const started = performance.now()
  for (const { id } of model.roles()) model.ofRole(id)
  say('working out what every role comes to', ms(performance.now() - started))
  const each = (bytes: number) =>
    `${(bytes / mib).toFixed(1)} MiB, ${Math.round(bytes / roles)} B a role`
  say('memory: roles as read', each(read - before))
  say('memory: what every role comes to', each(heap() - read))
}

async function measureDecisions(book: AccessBook): Promise<void> {
  const cold: number[] = []
  const known = Array.from({ length: 3000 }, someone)
  for (const key of known) cold.push(await time(() => book.decide(key, something())))
  say('cold decision', summary(cold))
  const warm: number[] = []
  for (let i = 0; i < 300_000; i += 1) {
    const key = known[i % known.length] ?? someone()
    const question = something()
    const started = performance.now()
    await book.decide(key, question)
    warm.push(performance.now() - started)
  }
  say('remembered decision, in process', summary(warm.slice(1000)))
  const p99 = quantile(warm, 0.99)
  if (p99 >= 1) throw new Error(`p99 must be below 1 ms, but is ${p99}`)
}

async function measureMemory(book: AccessBook): Promise<void> {
  const count = Math.min(100_000, users)
  const before = heap()
  const had = book.stats().subjects
  let next = 0
  const reader = async () => {
    for (next += 1; next <= count; next += 1)
      await book.decide({ type: 'user', id: userId(next) }, something())
  }
  const took = await time(() => Promise.all(Array.from({ length: 64 }, reader)))
  const added = book.stats().subjects - had
  say(`reading ${count} people`, `${ms(took)}, ${Math.round(count / (took / 1000))} a second`)
  const bytes = heap() - before
  say(
    'memory of remembered people',
    `${(bytes / mib).toFixed(1)} MiB, ${Math.round(bytes / added)} B each`,
  )
}

async function measureSearch(access: AccessBook, db: Db): Promise<void> {
  const times: number[] = []
  const needs = { access, db, clock: systemClock }
  for (let i = 0; i < 50; i += 1) {
    const question = something()
    times.push(await time(() => searchSubjects(needs, 'user', question, { after: '', limit: 100 })))
  }
  say('searching who may, a page of 100', summary(times))
}

async function measureRevocation(url: string, books: readonly AccessBook[]): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  for (const announced of [true, false]) {
    const times: number[] = []
    for (let i = 0; i < 10; i += 1) {
      const key = someone()
      const question = { resource: { type: 'cardea.dashboard' }, action: 'read' }
      const given = `INSERT INTO role_assignments (user_id, role_id, created_at)
        SELECT $1, id, now() FROM roles WHERE name = 'admin' RETURNING id`
      const { rows } = await client.query(given, [key.id])
      books[0]?.changed()
      while (!(await books[1]?.decide(key, question))?.allowed) await sleep(2)
      // What was announced of this is not to help with what comes.
      await sleep(20)
      await books[1]?.decide(key, question)
      await client.query('DELETE FROM role_assignments WHERE id = $1', [rows[0].id])
      const started = performance.now()
      if (announced) books[0]?.changed()
      while ((await books[1]?.decide(key, question))?.allowed) await sleep(2)
      times.push(performance.now() - started)
    }
    say(`until a revocation is seen${announced ? '' : ', not announced'}`, summary(times))
  }
  await client.end()
}

async function measureHttp(url: string, db: Db, dataDir: string): Promise<void> {
  const masterKey = Buffer.alloc(32, 7).toString('base64url')
  const random_ = { bytes: (n: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(n))) }
  const input = {
    client_name: 'Bench',
    redirect_uris: [],
    grant_types: ['client_credentials' as const],
  }
  const sealer = createSealer([Buffer.alloc(32, 7)], random_)
  const made = await createClient({ db, clock: systemClock, random: random_, sealer }, input, {
    actor: 'system',
  })
  await db.run({
    name: 'bench-authorizer',
    text: `INSERT INTO role_assignments (client_id, role_id, created_at)
      SELECT $1, id, now() FROM roles WHERE name = 'authorizer'`,
    values: [made.client.clientId],
  })
  const env = {
    DATABASE_URL: withHost(url),
    CARDEA_SECRET_KEY: masterKey,
    CARDEA_LOG_LEVEL: 'warn',
  }
  const server = await startCardea({ dataDir, port: await freePort(), env })
  try {
    const answer = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${made.client.clientId}:${made.secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    const token = String(Object(await answer.json()).access_token)
    const people = Array.from({ length: 1000 }, someone)
    const question = (n: number) => {
      const { resource, action } = something()
      return { subject: people[n % people.length], action: { name: action }, resource }
    }
    const one = (n: number) => question(n)
    const many = (n: number) => ({
      evaluations: Array.from({ length: 100 }, (_, i) => question(n + i)),
    })
    const load = { connections: 16, seconds: 5 }
    const evaluation = `${server.url}/access/v1/evaluation`
    await flood(evaluation, token, one, { ...load, seconds: 2 })
    const single = await flood(evaluation, token, one, load)
    say(
      'HTTP: decisions a second, one by one',
      `${Math.round(single.perSecond)}, ${summary(single.latencies)}`,
    )
    const batch = await flood(`${evaluation}s`, token, many, load)
    say(
      'HTTP: decisions a second, 100 at once',
      `${Math.round(batch.perSecond * 100)}, ${summary(batch.latencies)}`,
    )
    say('resident memory of that server', `${Math.round(residentMib(server.pid))} MiB`)
  } finally {
    await server.stop()
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'cardea-bench-'))
await chmod(folder, 0o755) // PostgreSQL runs as another user when this is root
const postgres = await startEmbedded({
  dataDir: path.join(folder, 'pg'),
  log: () => undefined,
  // Filling it is not what is measured, and nobody minds losing it.
  settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '8GB', shared_buffers: '1GB' },
})
const db = createDb({ url: postgres.url, poolSize: 10 })
const kv = createMemoryKv({ clock: systemClock, maxEntries: 1000 })
const books = [1, 2].map(() => createAccessBook({ db, clock: systemClock, kv }))
try {
  await migrateUp(postgres.url)
  console.log(`${users} users, ${roles} roles, ${assignments} assignments`)
  say(
    'filling the database',
    ms(await time(() => fill(postgres.url, { users, roles, assignments }))),
  )
  const [book] = books
  if (book === undefined) throw new Error('no book')
  await measureModel(book)
  await measureDecisions(book)
  await measureMemory(book)
  await measureSearch(book, db)
  await measureRevocation(postgres.url, books)
  await measureHttp(postgres.url, db, path.join(folder, 'data'))
} finally {
  await Promise.all(books.map((book) => book.close()))
  await kv.close()
  await db.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
