import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestDatabase } from '../../../test/harness/database.ts'
import { testDatabase } from '../../../test/harness/database.ts'
import type { UserId } from '../../base/index.ts'
import { addSeconds, manualClock, newId, secureRandom } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { createDb, sql } from '../../db/index.ts'
import { formerPasswords, rememberPassword } from './store.ts'

const clock = manualClock(new Date('2026-01-01T00:00:00Z'))
let database: TestDatabase
let db: Db

before(async () => {
  database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 2 })
})
after(async () => {
  await db?.close()
  await database?.close()
})

async function someone(username: string): Promise<UserId> {
  const id = newId<UserId>(clock, secureRandom)
  const now = clock.now()
  await db.run(sql`
    INSERT INTO users (id, username, username_key, email_verified, is_active, profile, version, created_at, updated_at)
    VALUES (${id}, ${username}, ${username}, false, true, '{}', 1, ${now}, ${now})`)
  return id
}

test('the newest former passwords are kept, each person has their own', async () => {
  const [ada, ben] = [await someone('ada'), await someone('ben')]
  for (let i = 1; i <= 5; i += 1) {
    const at = addSeconds(clock.now(), i)
    await db.transaction((tx) =>
      rememberPassword(tx, { userId: ada, hash: `ada ${i}`, at, keep: 3 }),
    )
  }
  await db.transaction((tx) =>
    rememberPassword(tx, { userId: ben, hash: 'ben', at: clock.now(), keep: 3 }),
  )
  assert.deepEqual(await formerPasswords(db, ada, 10), ['ada 5', 'ada 4', 'ada 3'])
  assert.deepEqual(await formerPasswords(db, ada, 2), ['ada 5', 'ada 4'])
  assert.deepEqual(await formerPasswords(db, ben, 10), ['ben'])
})

test('a smaller number forgets the rest with the next change, and erasing a person forgets all', async () => {
  const eve = await someone('eve')
  const at = (i: number) => addSeconds(clock.now(), i)
  for (let i = 1; i <= 4; i += 1) {
    await db.transaction((tx) =>
      rememberPassword(tx, { userId: eve, hash: `eve ${i}`, at: at(i), keep: 9 }),
    )
  }
  await db.transaction((tx) =>
    rememberPassword(tx, { userId: eve, hash: 'eve 5', at: at(5), keep: 1 }),
  )
  assert.deepEqual(await formerPasswords(db, eve, 10), ['eve 5'])
  await db.run(sql`DELETE FROM users WHERE id = ${eve}`)
  assert.deepEqual(await formerPasswords(db, eve, 10), [])
})
