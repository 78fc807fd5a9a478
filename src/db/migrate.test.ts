import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Failure } from '../base/index.ts'
import { createDb, migrateDown, migrateUp, migrationStatus, sql } from './index.ts'
import type { ScratchDatabase } from './scratch-database.ts'
import { scratchDatabase, scratchFolder } from './scratch-database.ts'

let scratch: ScratchDatabase
let folder: { dir: string; remove: () => Promise<void> }
let dir: string

const file = (name: string) => path.join(dir, `${name}.sql`)
const write = (name: string, up: string, down: string) =>
  writeFile(file(name), `-- Up Migration\n${up}\n\n-- Down Migration\n${down}\n`)

before(async () => {
  scratch = await scratchDatabase(process.env.CARDEA_TEST_DATABASE_URL)
  folder = await scratchFolder()
  dir = path.join(folder.dir, 'migrations')
  await mkdir(dir)
  await write('0001_first', 'CREATE TABLE a (id integer);', 'DROP TABLE a;')
  // pg_sleep gives the concurrent starters below time to meet.
  await write(
    '0002_second',
    "CREATE TABLE b (t text DEFAULT '{x};');\nSELECT pg_sleep(0.1);",
    'DROP TABLE b;',
  )
  await writeFile(path.join(dir, 'README.md'), 'not a migration')
})

after(async () => {
  await scratch.drop()
  await folder.remove()
})

test('starters at the same time apply each migration once, in order', async () => {
  assert.deepEqual(await migrationStatus(scratch.url, dir), {
    applied: [],
    pending: ['0001_first', '0002_second'],
    unknown: [],
  })
  const results = await Promise.all([1, 2, 3].map(() => migrateUp(scratch.url, undefined, dir)))
  assert.deepEqual(results.flat(), ['0001_first', '0002_second'])
  assert.deepEqual(await migrationStatus(scratch.url, dir), {
    applied: ['0001_first', '0002_second'],
    pending: [],
    unknown: [],
  })
})

test('down undoes the last ones, none for 0, and up brings them back', async () => {
  const lines: string[] = []
  assert.deepEqual(await migrateDown(scratch.url, 0, undefined, dir), [])
  assert.deepEqual(await migrateDown(scratch.url, 1, (line) => lines.push(line), dir), [
    '0002_second',
  ])
  assert.match(lines.join('\n'), /0002_second \(DOWN\)/)
  assert.deepEqual((await migrationStatus(scratch.url, dir)).pending, ['0002_second'])
  assert.deepEqual(await migrateUp(scratch.url, undefined, dir), ['0002_second'])
  await assert.rejects(migrateDown(scratch.url, -1, undefined, dir), RangeError)
})

test('a failing migration leaves nothing behind', async () => {
  await write('0003_third', 'CREATE TABLE c (id integer);\nSELECT 1 / 0;', 'DROP TABLE c;')
  await assert.rejects(migrateUp(scratch.url, undefined, dir), /division by zero/)
  assert.deepEqual((await migrationStatus(scratch.url, dir)).pending, ['0003_third'])
  const db = createDb({ url: scratch.url, poolSize: 1 })
  assert.deepEqual(await db.many(sql`SELECT to_regclass('c')::text AS c`), [{ c: null }])
  await db.close()
  await rm(file('0003_third'))
})

test('a schema newer than the files is seen', async () => {
  await rm(file('0002_second'))
  assert.deepEqual(await migrationStatus(scratch.url, dir), {
    applied: ['0001_first', '0002_second'],
    pending: [],
    unknown: ['0002_second'],
  })
})

test('a server that is away is a Failure 503', async () => {
  const away = migrationStatus('postgresql://a:b@127.0.0.1:1/none', dir)
  await assert.rejects(away, (error) => error instanceof Failure && error.kind.status === 503)
})
