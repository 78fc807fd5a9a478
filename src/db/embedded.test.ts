import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stopwatch } from '../base/index.ts'
import { isServing } from './embedded/postmaster.ts'
import type { EmbeddedPostgres } from './index.ts'
import { attachEmbedded, createDb, DataFolderInUse, defaultDataDir, sql } from './index.ts'
import { scratchFolder, startQuick } from './scratch-database.ts'

// Run as a child process, this file is an owner that can be killed.
const asOwner = process.argv[2]
if (asOwner !== undefined && process.send !== undefined) {
  const server = await startQuick(asOwner)
  process.send({ pid: server.pid, adopted: server.adopted })
} else {
  describeEmbedded()
}

function describeEmbedded(): void {
  let folder: { dir: string; remove: () => Promise<void> }
  let dataDir: string
  before(async () => {
    folder = await scratchFolder()
    dataDir = path.join(folder.dir, 'data')
  })
  after(() => folder.remove())

  test('of two first starts at once one wins, and nothing is damaged', async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => startQuick(dataDir)))
    const winners = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    )
    for (const result of results) {
      if (result.status === 'rejected')
        assert.ok(result.reason instanceof DataFolderInUse, result.reason)
    }
    assert.equal(winners.length, 1)
    await check(winners[0]!)
    const mode = async (name: string) =>
      ((await stat(path.join(dataDir, name))).mode & 0o777).toString(8)
    assert.deepEqual(await Promise.all(['postgres', 'run', 'postgres.password'].map(mode)), [
      '700',
      '700',
      '600',
    ])
    await winners[0]!.stop()
    assert.deepEqual(
      (await readdir(dataDir)).filter((name) => name.startsWith('draft-')),
      [],
    )
  })

  test('what was written is there after a stop and a start; stop leaves no process', async () => {
    const first = await startQuick(dataDir)
    const db = createDb({ url: first.url, poolSize: 1 })
    await db.run(sql`CREATE TABLE kept (id integer)`)
    const setting = await db.many(sql`SHOW data_checksums`)
    assert.deepEqual(setting, [{ dataChecksums: 'on' }])
    await db.close()
    const children = await childrenOf(first.pid)
    assert.ok(children.length > 3)
    await Promise.all([first.stop(), first.stop()])
    for (const pid of [first.pid, ...children]) assert.throws(() => process.kill(pid, 0), /ESRCH/)
    const second = await startQuick(dataDir)
    assert.equal(second.adopted, false)
    const again = createDb({ url: second.url, poolSize: 1 })
    assert.deepEqual(await again.many(sql`SELECT * FROM kept`), [])
    await again.close()
    await second.stop()
  })

  test('a second start is refused with the pid of the owner; commands can attach', async () => {
    assert.equal(await attachEmbedded(dataDir), undefined)
    assert.equal(await attachEmbedded(path.join(dataDir, 'none')), undefined)
    const server = await startQuick(dataDir)
    await assert.rejects(startQuick(dataDir), (error) => {
      assert.ok(error instanceof DataFolderInUse)
      assert.ok(error.message.includes(dataDir))
      assert.match(error.message, new RegExp(`process ${process.pid}\\b`))
      return true
    })
    assert.equal((await attachEmbedded(dataDir))?.url, server.url)
    await check(server)
    await server.stop()
  })

  test('after kill -9 of the owner the next start adopts its PostgreSQL', async () => {
    const { child, pid } = await startOwner(dataDir)
    await assert.rejects(startQuick(dataDir), new RegExp(`process ${child.pid}\\b`))
    await kill(child)
    const server = await startQuick(dataDir)
    assert.equal(server.adopted, true)
    assert.equal(server.pid, pid)
    await check(server)
    await server.stop()
    assert.equal(await isServing(pid, path.join(dataDir, 'postgres')), false)
  })

  test('after kill -9 of owner and PostgreSQL the next start recovers', async () => {
    const { child, pid } = await startOwner(dataDir)
    await kill(child)
    process.kill(pid, 'SIGKILL')
    const server = await startQuick(dataDir)
    assert.equal(server.adopted, false)
    await check(server)
    await server.stop()
  })

  test('a stale pid file whose number now is another process does not hinder the start', async () => {
    const file = path.join(dataDir, 'postgres', 'postmaster.pid')
    await writeFile(file, `${process.pid}\n${path.join(dataDir, 'postgres')}\n1\n5432\n/tmp\n`)
    const server = await startQuick(dataDir)
    assert.equal(server.adopted, false)
    await check(server)
    await server.stop()
  })

  test('a folder served from another container is refused, although its process is unknown', async () => {
    const server = await startQuick(dataDir)
    const file = path.join(dataDir, 'postgres', 'postmaster.pid')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(String(server.pid), '4194303'))
    await assert.rejects(startQuick(dataDir), /in use by a PostgreSQL in another container/)
    await writeFile(file, text)
    await server.stop()
  })

  test('an owner whose PostgreSQL dies starts it again, and a Db recovers by itself', async () => {
    const log: string[] = []
    const server = await startQuick(dataDir, (line) => log.push(line))
    const db = createDb({ url: server.url, poolSize: 2 })
    await db.transaction((tx) => tx.many(sql`SELECT 1`))
    const killed = server.pid
    process.kill(killed, 'SIGKILL')
    await sleep(5)
    const answers = await Promise.all([
      db.many(sql`SELECT 1 AS one`),
      // A process of PostgreSQL may outlive the kill until COMMIT: only what may be done twice is repeated then.
      db.transaction((tx) => tx.many(sql`SELECT 1 AS one`), { idempotent: true }),
    ])
    assert.deepEqual(answers, [[{ one: 1 }], [{ one: 1 }]])
    await waitUntil(() => server.pid !== killed)
    await assert.rejects(startQuick(dataDir), DataFolderInUse)
    assert.match(log.join('\n'), /owned again/)
    await db.close()
    await server.stop()
  })

  test('PostgreSQL stopped and started under a Db: refusals, then answers again', async () => {
    const server = await startQuick(dataDir)
    const db = createDb({ url: server.url, poolSize: 2 })
    await Promise.all([db.ping(), db.transaction((tx) => tx.run(sql`SELECT 1`))])
    await server.stop()
    await assert.rejects(db.run(sql`DELETE FROM kept`), /temporarily unavailable/)
    const waiting = db.many(sql`SELECT 1 AS one`)
    const again = await startQuick(dataDir)
    assert.deepEqual(await waiting, [{ one: 1 }])
    assert.equal(await db.transaction((tx) => tx.run(sql`DELETE FROM kept`)), 0)
    await db.close()
    await again.stop()
  })

  test('a start that fails tells the last words of PostgreSQL', async () => {
    const config = path.join(dataDir, 'postgres', 'postgresql.conf')
    const good = await readFile(config, 'utf8')
    await writeFile(config, 'no_such_setting = 1\n')
    await assert.rejects(startQuick(dataDir), /did not start[\s\S]*no_such_setting/)
    await writeFile(config, good)
    await (await startQuick(dataDir)).stop()
  })

  test('a folder too deep for a socket gets one in the temporary folder', async () => {
    const deep = path.join(folder.dir, 'd'.repeat(100))
    const server = await startQuick(deep)
    await check(server)
    const socketDir = new URLSearchParams(server.url.split('?')[1]).get('host') ?? ''
    assert.ok(socketDir.startsWith(path.join(tmpdir(), 'cardea-')))
    await server.stop()
    await rm(socketDir, { recursive: true })
  })

  const root = {
    skip: process.getuid?.() === 0 ? false : 'only root runs PostgreSQL as somebody else',
  }
  test(
    'as root, a folder PostgreSQL cannot reach is named, and not the default',
    root,
    async () => {
      const closed = path.join(folder.dir, 'closed')
      await mkdir(closed, { mode: 0o700 })
      await assert.rejects(startQuick(path.join(closed, 'data')), (error) => {
        assert.ok(error instanceof Error && error.message.includes(`may not pass ${closed}`))
        return true
      })
      assert.equal(defaultDataDir(closed), '/var/lib/cardea')
      await chmod(closed, 0o755)
      assert.equal(defaultDataDir(closed), path.join(closed, 'data'))
    },
  )
}

async function check(server: EmbeddedPostgres): Promise<void> {
  const db = createDb({ url: server.url, poolSize: 1, pipelineConnections: 1 })
  assert.deepEqual(await db.many(sql`SELECT current_database()::text AS name`), [
    { name: 'cardea' },
  ])
  await db.close()
}

async function startOwner(dataDir: string): Promise<{ child: ChildProcess; pid: number }> {
  const child = fork(fileURLToPath(import.meta.url), [dataDir])
  const [message] = await once(child, 'message')
  return { child, pid: message.pid }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function childrenOf(pid: number): Promise<number[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(
    numbers.map((nr) => readFile(`/proc/${nr}/stat`, 'utf8').catch(() => '')),
  )
  return stats
    .filter((text) => text.slice(text.lastIndexOf(')')).split(' ')[2] === String(pid))
    .map((text) => Number.parseInt(text, 10))
}

async function waitUntil(isSo: () => boolean): Promise<void> {
  const elapsed = stopwatch()
  while (!isSo()) {
    assert.ok(elapsed() < 10_000, 'waited too long')
    await sleep(20)
  }
}
