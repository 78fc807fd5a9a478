import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { administrator } from '../harness/administrator.ts'
import { proof, proofKey } from '../harness/dpop.ts'
import { basic, obtainCode, obtainTokens, query } from '../harness/oauth.ts'
import { callback, type TestClient } from '../harness/server.ts'
import type { Connection, Reply, WorkerServer } from '../harness/workers.ts'
import { eventually, race, workerServer } from '../harness/workers.ts'

let folder: string
let server: WorkerServer
let many: readonly Connection[]
let client: TestClient

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cardea-workers-'))
  await writeFile(join(folder, 'token'), 'first-token-of-metrics')
  server = await workerServer({
    CARDEA_HTTP_TRUSTED_PROXIES: '127.0.0.1,::1',
    CARDEA_METRICS_TOKEN_FILE: join(folder, 'token'),
    CARDEA_OAUTH_REFRESH_GRACE: '0s',
    CARDEA_LIMITS_ENABLED: 'true',
    CARDEA_LIMITS_LOGIN_PER_ADDRESS: '7',
    CARDEA_LIMITS_FREE_FAILURES: '100',
  })
  await eventually(server.process, 'both workers serve', () => server.workers().size === 2)
  many = server.connections(10)
  client = await server.client({
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  })
})

after(async () => {
  for (const connection of many ?? []) connection.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

const token = (connection: Connection, form: Readonly<Record<string, string>>, headers = {}) =>
  connection.send('POST /oauth/token', {
    form: query(form),
    headers: { ...basic(client), ...headers },
  })

/** One of them was accepted, and both workers had been asked. */
async function assertOneWinner(replies: readonly Reply[]): Promise<void> {
  const statuses = replies.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '))
  assert.ok(statuses.every((status) => status === 200 || status === 400))
  await eventually(server.process, 'all requests are in the log', () =>
    replies.every((reply) => server.workerOf(reply) > 0),
  )
  assert.deepEqual(new Set(replies.map(server.workerOf)), new Set([1, 2]))
}

/** The samples of /metrics by name and labels. */
async function metrics(secret: string): Promise<ReadonlyMap<string, number>> {
  const headers = { authorization: `Bearer ${secret}` }
  const answer = await fetch(`${server.url}/metrics`, {
    headers,
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  return new Map(
    text.split('\n').flatMap((line) => {
      const at = line.lastIndexOf(' ')
      return line.startsWith('#') || at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))]]
    }),
  )
}

test('new connections go to the workers in turns', async () => {
  const replies = await race(many, 10, (connection) => connection.send('GET /oauth/jwks'))
  await eventually(server.process, 'the requests are in the log', () =>
    replies.every((reply) => server.workerOf(reply) > 0),
  )
  const shares = [1, 2].map((n) => replies.filter((reply) => server.workerOf(reply) === n).length)
  // In turns among those that have taken what they got before.
  assert.ok(Math.min(...shares) >= 2, shares.join(' '))
})

test('of 50 parallel redemptions of one code, at both workers, one wins', async () => {
  const { code, proof: pkce } = await obtainCode(server, client, await server.user())
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: callback,
    code_verifier: pkce.verifier,
  }
  await assertOneWinner(await race(many, 50, (connection) => token(connection, form)))
})

test('of 50 parallel uses of one refresh token, at both workers, one wins', async () => {
  const tokens = await obtainTokens(server, client, await server.user())
  const form = { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) }
  await assertOneWinner(await race(many, 50, (connection) => token(connection, form)))
})

test('RFC 9449 §11.1: of 50 parallel uses of one proof, at both workers, one wins', async () => {
  const dpop = await proof(await proofKey(), { htu: `${server.url}/oauth/token` })
  const form = { grant_type: 'client_credentials' }
  await assertOneWinner(await race(many, 50, (connection) => token(connection, form, { dpop })))
})

test('a limit is as exact as with one process', async () => {
  const replies = await race(many, 40, (connection) =>
    connection.send('POST /api/v1/auth/login', {
      json: { identifier: 'nobody', password: 'correct horse battery staple' },
      headers: { 'x-forwarded-for': '203.0.113.9' },
    }),
  )
  const statuses = replies.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 401).length, 7, statuses.join(' '))
  assert.ok(statuses.every((status) => status === 401 || status === 429))
})

test('what is revoked at one worker is revoked at all within a second, without Redis', async () => {
  const admin = await administrator(server, 'owner')
  const doomed = await server.client({ grant_types: ['client_credentials'] })
  const person = await administrator(server, 'owner')
  const form = query({ grant_type: 'client_credentials' })
  const asClient = (connection: Connection) =>
    connection.send('POST /oauth/token', { form, headers: basic(doomed) })
  const asPerson = (connection: Connection) =>
    connection.send('GET /api/v1/admin/clients', {
      headers: { authorization: `Bearer ${person.token}` },
    })
  const statuses = async (send: typeof asClient) => [
    ...new Set((await race(many, 20, send)).map(({ status }) => status)),
  ]
  assert.deepEqual([await statuses(asClient), await statuses(asPerson)], [[200], [200]])
  const removed = await admin.send(`DELETE /admin/clients/${doomed.id}`)
  const barred = await admin.send(`POST /admin/users/${person.user.id}/deactivate`)
  assert.deepEqual([removed.status, barred.status], [204, 204])
  // Sooner than what a worker remembers would end by itself: the workers tell each other.
  await sleep(300)
  assert.deepEqual([await statuses(asClient), await statuses(asPerson)], [[401], [401]])
})

test('the measurements are those of all workers, whichever is asked', async () => {
  const name =
    'http_request_duration_seconds_count{method="POST",route="/oauth/token",status="200"}'
  const first = await metrics('first-token-of-metrics')
  const readings = [first.get(name), (await metrics('first-token-of-metrics')).get(name)]
  assert.ok((readings[0] ?? 0) >= 12)
  assert.equal(readings[0], readings[1])
  assert.equal(first.get('cardea_workers'), 2)
  assert.equal(first.get('cardea_worker_restarts_total'), 0)
  assert.equal(first.get('cardea_queued_jobs{state="dead"}'), 0)
})

test('a worker that is killed is replaced, the other one serves on, and no count falls', async () => {
  const name =
    'http_request_duration_seconds_count{method="POST",route="/oauth/token",status="200"}'
  const counted = (await metrics('first-token-of-metrics')).get(name) ?? 0
  const killed = server.workers().get(1) ?? 0
  process.kill(killed, 'SIGKILL')
  // None waits for an answer that never comes, and those that meet the other worker are answered.
  const answered = await Promise.allSettled(
    server.connections(6).map((fresh) => fresh.send('GET /oauth/jwks').finally(fresh.close)),
  )
  assert.ok(answered.some(({ status }) => status === 'fulfilled'))
  await eventually(server.process, 'another worker serves', () => {
    const now = server.workers().get(1)
    return now !== undefined && now !== killed
  })
  const after = await metrics('first-token-of-metrics')
  assert.ok((after.get(name) ?? 0) >= counted, `${after.get(name)} after ${counted}`)
  assert.equal(after.get('cardea_workers'), 2)
  assert.equal(after.get('cardea_worker_restarts_total'), 1)
})

test('SIGHUP replaces all workers, loses no request, and has the new settings in force', async () => {
  const old = server.workers()
  const load = { running: true, done: 0, failed: [] as unknown[] }
  const clients = server.connections(6).map(async (connection) => {
    while (load.running) {
      const reply = await token(connection, { grant_type: 'client_credentials' }).catch(String)
      if (typeof reply === 'string' || reply.status !== 200) load.failed.push(reply)
      load.done += 1
    }
    connection.close()
  })
  await writeFile(join(folder, 'token'), 'second-token-of-metrics')
  process.kill(server.process.pid, 'SIGHUP')
  await eventually(server.process, 'the rolling restart is over', () =>
    server.log().some(({ msg }) => msg === 'the rolling restart is over'),
  )
  load.running = false
  await Promise.all(clients)
  assert.deepEqual(load.failed, [])
  assert.ok(load.done > 50, `${load.done} requests`)
  const now = server.workers()
  assert.deepEqual(new Set(now.keys()), new Set([1, 2]))
  assert.ok([...now.values()].every((pid) => ![...old.values()].includes(pid)))
  assert.equal((await metrics('second-token-of-metrics')).get('cardea_worker_restarts_total'), 1)
})

test('a wrong configuration is told at SIGHUP, and nothing is restarted', async () => {
  const old = server.workers()
  await writeFile(join(folder, 'token'), '')
  process.kill(server.process.pid, 'SIGHUP')
  await eventually(server.process, 'the mistake is told', () =>
    server.process.output().includes('nothing is restarted: the configuration is wrong'),
  )
  assert.match(server.process.output(), /is empty in the file of CARDEA_METRICS_TOKEN_FILE/)
  assert.deepEqual(server.workers(), old)
})

test('SIGTERM ends all workers, and then the supervisor, with 0', async () => {
  const pids = [...server.workers().values()]
  assert.equal(await server.process.stop(), 0)
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/)
})
