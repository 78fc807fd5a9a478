/**
 * How long the administration API needs for a page of users among very many, over HTTP, in a scratch
 * database: `node bench/users.ts [users] [rounds]`. `-- plans` at the end prints the plans as well.
 */
import { performance } from 'node:perf_hooks'
import { Client } from 'pg'
import { assignRole } from '../src/access/index.ts'
import { systemClock } from '../src/base/index.ts'
import { testServer } from '../test/harness/server.ts'
import { median, quantile } from './statistics.ts'
import { fillUsers } from './users-fill.ts'
import { questions } from './users-questions.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 30)
const withPlans = process.argv.includes('plans')

const server = await testServer({ env: { CARDEA_SESSION_API_ACCESS_LIFETIME: '1d' } })
try {
  const begun = performance.now()
  await fillUsers(server.databaseUrl, count)
  console.log(`${count} users in ${Math.round((performance.now() - begun) / 1000)} s`)
  const token = await administrator()
  console.log('| what | people | next | p50 ms | p95 ms | most ms |\n|---|---|---|---|---|---|')
  for (const [what, query, pages = 0] of questions) await measure(token, what, { query, pages })
} finally {
  await server.close()
}

async function administrator(): Promise<string> {
  const user = await server.user({ username: 'bench-root' })
  await assignRole(server.app.db, user.id, 'owner', systemClock.now())
  const response = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: 'bench-root', password: user.password }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

type Answer = { readonly items: readonly unknown[]; readonly next: string | null }

async function ask(token: string, query: string): Promise<Answer> {
  const url = `${server.url}/api/v1/admin/users?${query}`
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  if (!response.ok) throw new Error(`${query}: ${response.status} ${text}`)
  return JSON.parse(text) as Answer
}

async function measure(
  token: string,
  what: string,
  { query, pages }: { readonly query: string; readonly pages: number },
): Promise<void> {
  let at = query
  for (let i = 0; i < pages; i += 1) {
    const { next } = await ask(token, at)
    if (next === null) break
    at = `${query}&after=${next}`
  }
  const times: number[] = []
  await ask(token, at)
  server.statements()
  let answer: Answer = { items: [], next: null }
  for (let i = 0; i < rounds; i += 1) {
    const begun = performance.now()
    answer = await ask(token, at)
    times.push(performance.now() - begun)
  }
  const ms = (value: number) => value.toFixed(1)
  const figures = [median(times), quantile(times, 0.95), Math.max(...times)].map(ms)
  const row = [what, answer.items.length, answer.next === null ? 'no' : 'yes', ...figures]
  console.log(`| ${row.join(' | ')} |`)
  if (withPlans) await plans()
}

/** As a statement that was prepared long ago would be done. */
async function plans(): Promise<void> {
  const client = new Client({ connectionString: server.databaseUrl })
  await client.connect()
  for (const text of new Set(server.statements().filter((each) => each.includes('FROM users')))) {
    const { rows } = await client.query<Record<string, string>>(`EXPLAIN (GENERIC_PLAN) ${text}`)
    console.log(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  await client.end()
}
