import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../../test/harness/database.ts'
import type { UserId } from '../../base/index.ts'
import { newId, secureRandom, systemClock } from '../../base/index.ts'
import { createDb, sql } from '../../db/index.ts'
import { assignRole, countUsersWithRole, rolesOf } from './store.ts'

test('a role is given once, by its name, and counted', async () => {
  const database = await testDatabase()
  const db = createDb({ url: database.url, poolSize: 2 })
  try {
    const id = newId<UserId>(systemClock, secureRandom)
    const now = systemClock.now()
    await db.run(sql`INSERT INTO users (id, username, username_key, created_at, updated_at)
      VALUES (${id}, 'perla', 'perla', ${now}, ${now})`)
    assert.equal(await countUsersWithRole(db, 'owner'), 0)
    const give = (role: string) => db.transaction((tx) => assignRole(tx, id, role, now))
    assert.equal(await give('owner'), true)
    assert.equal(await give('owner'), false)
    assert.equal(await give('admin'), true)
    await assert.rejects(give('emperor'), /no such role/)
    assert.deepEqual(await rolesOf(db, id, now), ['admin', 'owner'])
    assert.equal(await countUsersWithRole(db, 'owner'), 1)
  } finally {
    await db.close()
    await database.close()
  }
})
