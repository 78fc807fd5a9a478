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

const count = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 30)
const withPlans = process.argv.includes('plans')

/** What is asked, and how many pages on from the first one. */
const questions: readonly (readonly [what: string, query: string, pages?: number])[] = [
  ['the youngest', ''],
  ['the youngest, page 40', 'limit=200', 40],
  ['by username', 'sort=username'],
  ['by username, page 40', 'sort=username&limit=200', 40],
  ['by email', 'sort=email'],
  ['a whole address', 'q=ada.lovelace7@example.org'],
  ['rare, anywhere', 'q=777777'],
  ['rare, anywhere, by username', 'q=777777&sort=username'],
  ['nowhere', 'q=zzyzx'],
  ['nowhere, of common letters', 'q=mple.examp'],
  ['common (1 in 23)', 'q=lovelace'],
  ['common (1 in 23), page 20', 'q=lovelace', 20],
  ['in the name, with an accent', 'q=müller'],
  ['everywhere', 'q=example'],
  ['first and last name', 'q=hedy%20hypatia'],
  ['one letter', 'q=h'],
  ['two letters, rare', 'q=zx'],
  ['two letters, by username', 'q=ti&sort=username'],
  ['rare among deactivated', 'q=77777&state=deactivated'],
  ['common among deactivated', 'q=lovelace&state=deactivated'],
  ['to be deleted', 'state=deleting'],
  ['not verified', 'email_verified=false'],
  ['a role of few', 'role=support'],
  ['a role of many', 'role=user&sort=username'],
  ['a role of many, and common', 'role=user&q=lovelace'],
  ['a group of few', 'group=small&sort=email'],
  ['a group of many', 'group=large'],
  ['with a second factor', 'has_factor=true&sort=username'],
  ['without, and common', 'has_factor=false&q=lovelace'],
  [
    'of one day, by username',
    'created_after=2016-01-01T00:00:00Z&created_before=2016-01-02T00:00:00Z&sort=username',
  ],
  [
    'all at once',
    'q=lovelace&state=active&email_verified=true&role=user&group=large&has_factor=false&sort=username',
  ],
]

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
