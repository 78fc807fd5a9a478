/**
 * `npm run bench:flood`: ten times as many sign-ins at once as the hash queue has places for, for some seconds,
 * and what becomes of token requests meanwhile. Every refused sign-in must say when to come back.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { hiddenFields } from '../test/harness/browser.ts'
import type { Connection } from './connection.ts'
import { connect, expectStatus, header } from './connection.ts'
import { owner, startCardeaTarget } from './server-cardea.ts'
import { quantile } from './statistics.ts'
import type { Target } from './target.ts'

/** Hashes that may run and wait, by default on two cores. */
const places = 64 + 2
const times = 10
const seconds = 6
/** So long (ms) a refused client waits, which makes some 2000 attempts a second: ten times the hashes. */
const patience = 330

const target = await startCardeaTarget(process.argv.slice(2))
try {
  const connection = connect(target)
  const quiet = await tokenLatencies(connection, target, seconds)
  report('quiet', quiet)
  for (const kind of ['one account', 'many accounts'] as const) {
    const flood = startFlood(target, kind, places * times)
    await sleep(1000)
    const busy = await tokenLatencies(connection, target, seconds)
    const answers = await flood.stop()
    report(`while ${kind} are tried`, busy)
    for (const [what, count] of answers) console.log(`  sign-ins answered ${what}: ${count}`)
  }
  connection.close()
} finally {
  await target.stop()
}

/** One client that asks for a token every 5 ms. */
async function tokenLatencies(
  connection: Connection,
  at: Target,
  forSeconds: number,
): Promise<number[]> {
  const latencies: number[] = []
  const end = performance.now() + forSeconds * 1000
  while (performance.now() < end) {
    const start = performance.now()
    const body = 'grant_type=client_credentials'
    expectStatus(
      await connection.post(at.paths.token, body, at.authenticate(at.tokens.es256.client)),
      200,
    )
    latencies.push(performance.now() - start)
    await sleep(5)
  }
  return latencies
}

function startFlood(at: Target, kind: 'one account' | 'many accounts', connections: number) {
  const answers = new Map<string, number>()
  let going = true
  const count = (what: string) => answers.set(what, (answers.get(what) ?? 0) + 1)
  const attack = async (_: unknown, i: number) => {
    const connection = connect(at)
    const send = await signIn(connection, kind === 'one account' ? owner.username : `somebody${i}`)
    while (going) {
      const { status, headers } = await send()
      const wait = header(headers, 'retry-after')
      count(wait === undefined ? `${status}` : `${status} with Retry-After`)
      // A client that obeys would wait a second or more; this one is more impatient.
      if (status !== 303) await sleep(patience)
    }
    connection.close()
  }
  const all = Array.from({ length: connections }, attack)
  return {
    stop: async () => {
      going = false
      await Promise.all(all)
      return answers
    },
  }
}

async function signIn(connection: Connection, identifier: string) {
  const page = expectStatus(await connection.get('/login'), 200)
  const browser = header(page.headers, 'set-cookie')?.split(';')[0]
  const fields = { ...hiddenFields(page.body), identifier }
  const body = new URLSearchParams({ ...fields, password: owner.password }).toString()
  return () => connection.post('/login', body, `Cookie: ${browser}\r\n`)
}

function report(name: string, latencies: readonly number[]): void {
  const at = (share: number) => quantile(latencies, share).toFixed(2)
  const facts = `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`
  console.log(`/oauth/token ${name}: ${facts} (${latencies.length} requests)`)
}
