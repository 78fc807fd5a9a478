import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createConnection, createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CardeaProcess } from '../harness/cardea-process.ts'
import { freePort, startCardea, temporaryFolder } from '../harness/cardea-process.ts'
import { createOwner, signInByApi } from '../harness/cardea-admin.ts'
import { commandIn } from '../harness/command.ts'
import { postJson } from '../harness/json.ts'
import type { PostgresCluster, PostgresNode } from '../harness/postgres-cluster.ts'
import { caughtUp, startPostgresCluster } from '../harness/postgres-cluster.ts'

const person = { username: 'owner', password: 'correct horse battery staple' }

describe('lists and searches at a replica', () => {
  let postgres: PostgresCluster
  let standby: PostgresNode
  let wire: Wire
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let env: Readonly<Record<string, string>>
  let server: CardeaProcess
  let token: string
  let made = 0

  before(async () => {
    ;[postgres, folder] = await Promise.all([startPostgresCluster(), temporaryFolder()])
    standby = await postgres.addStandby('standby')
    wire = await layWire(standby.port)
    env = {
      DATABASE_URL: postgres.primary.url(),
      CARDEA_DATABASE_REPLICA_URL: standby.url().replace(`:${standby.port}/`, `:${wire.port}/`),
      CARDEA_PASSWORD_ARGON2_MEMORY_KIB: '1024',
      CARDEA_PASSWORD_ARGON2_ITERATIONS: '1',
    }
    server = await startCardea({ dataDir: folder.path, port: await freePort(), env })
    await createOwner(await server.setupLink(), person)
    token = await signInByApi(server.url, person)
    await caughtUp(postgres.primary, standby)
  })
  after(async () => {
    await server?.stop()
    await wire?.cut()
    await postgres?.close()
    await folder?.remove()
  })

  const call = async (path: string, body?: object) => {
    const method = body === undefined ? 'GET' : 'POST'
    const answer = await postJson(`${server.url}/api/v1/admin${path}`, body, { method, token })
    assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const metricsText = async () => (await fetch(`${server.url}/metrics`)).text()
  const reads = async () => {
    const lines = (await metricsText()).matchAll(
      /^cardea_db_replica_reads_total\{by="(\w+)",why="(\w+)"\} (\d+)$/gm,
    )
    return Object.fromEntries(
      [...lines].map(([, by, why, count]) => [`${by} ${why}`, Number(count)]),
    )
  }
  /** What was counted meanwhile. */
  const counted = async (work: () => Promise<void>) => {
    const before = await reads()
    await work()
    const now = await reads()
    return Object.entries(now)
      .filter(([name, count]) => count > (before[name] ?? 0))
      .map(([name]) => name)
  }
  /** Creates somebody who must then be found in the list, by search, and in the audit log. */
  const createAndFind = async () => {
    made += 1
    const username = `member${made}`
    const { id } = await call('/users', { username, email: `${username}@example.com` })
    const [list, search, log] = await Promise.all([
      call('/users?limit=1'),
      call(`/users?q=${username}`),
      call(`/audit?resource=user:${id}&limit=1`),
    ])
    assert.equal(list.items[0]?.id, id)
    assert.equal(search.items[0]?.id, id)
    assert.equal(log.items.length, 1)
  }

  /** Goes on creating and finding until a read was answered so; a slow machine takes one for away now and then. */
  const untilCounted = async (wanted: string) => {
    const began = performance.now()
    for (;;) {
      const told = await counted(createAndFind)
      if (told.includes(wanted)) return told
      assert.ok(performance.now() - began < 30_000, `never ${wanted}, but ${told.join()}`)
      await sleep(100)
    }
  }
  const untilLag = async (isSo: (seconds: number) => boolean) => {
    const began = performance.now()
    for (;;) {
      const found = /^cardea_db_replica_lag_seconds (.+)$/m.exec(await metricsText())?.[1]
      if (found !== undefined && isSo(Number(found))) return
      assert.ok(performance.now() - began < 30_000, `the lag stays ${found}`)
      await sleep(100)
    }
  }

  test('who was just created is in the list, the search and the audit log, and the replica told so', async (t) => {
    for (let i = 0; i < 15; i += 1) await createAndFind()
    await call('/dashboard')
    await untilCounted('replica caught_up')
    t.diagnostic(JSON.stringify(await reads()))
    await untilLag((seconds) => seconds === 0)
  })

  test('a replica that lags is read around, tells how far it is behind, and is read again later', async () => {
    await standby.query('SELECT pg_wal_replay_pause()')
    const told = await untilCounted('primary behind')
    assert.ok(!told.includes('replica caught_up'), told.join())
    await untilLag((seconds) => seconds > 0)
    await standby.query('SELECT pg_wal_replay_resume()')
    await untilCounted('replica caught_up')
  })

  test('a replica that says nothing any more costs a second once', async (t) => {
    wire.hold()
    try {
      await untilCounted('primary away')
      const began = performance.now()
      assert.deepEqual(await counted(createAndFind), ['primary resting'])
      t.diagnostic(`${Math.round(performance.now() - began)} ms while it is left alone`)
    } finally {
      wire.release()
    }
  })

  test('a replica that is gone is missed by nobody, and found when it is back', async () => {
    await standby.stop('immediate')
    await createAndFind()
    await standby.start()
    await caughtUp(postgres.primary, standby)
    await untilCounted('replica caught_up')
  })

  test('config check counts connections, and says what is wrong with a replica', async () => {
    const check = (more: Readonly<Record<string, string>>) =>
      commandIn(folder.path, ['config', 'check'], { ...env, ...more })
    const sound = await check({})
    assert.equal(sound.code, 0, sound.output)
    assert.match(
      sound.output,
      /leaves 197 connections .* up to 12 connections \(1 x \(10 \+ 2\)\), and 4 to the replica: there is room for 16 such machines/,
    )
    assert.doesNotMatch(sound.output, /Warning/)
    const crowded = await check({ CARDEA_DATABASE_POOL_SIZE: '200' })
    assert.match(
      crowded.output,
      /Warning: this machine may use 202 .* lower CARDEA_DATABASE_POOL_SIZE/,
    )
    const primary = await check({ CARDEA_DATABASE_REPLICA_URL: postgres.primary.url() })
    assert.match(primary.output, /Warning: CARDEA_DATABASE_REPLICA_URL leads to a primary/)
  })
})

type Wire = {
  readonly port: number
  /** Nothing gets through any more, and no connection is closed. */
  readonly hold: () => void
  readonly release: () => void
  readonly cut: () => Promise<void>
}

/** A way to a port that can be held. */
async function layWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let held = false
  const listener = createServer((near) => {
    const far = createConnection({ port: to, host: '127.0.0.1' })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one))
      if (held) one.pause()
    }
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    hold() {
      held = true
      for (const socket of sockets) socket.pause()
    },
    release() {
      held = false
      for (const socket of sockets) socket.resume()
    },
    async cut() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
