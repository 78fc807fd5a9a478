import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserId } from '../base/index.ts'
import { newId, secureRandom, systemClock } from '../base/index.ts'
import type { Queries } from '../db/index.ts'
import { createDb, migrateDown, migrateUp, migrationStatus, sql } from '../db/index.ts'
import { scratchDatabase } from '../db/scratch-database.ts'
import { rolesOf } from './assignment/store.ts'
import { builtInRoles } from './model/built-in-roles.ts'
import { permissionText } from './model/permission.ts'
import { selectRole, selectRoleIds } from './model/store.ts'

const before = '0004_access'

/** How a server of before gives a role, and how it reads them. */
const giveAsBefore = (db: Queries, userId: UserId, role: string) =>
  db.run(sql`
    INSERT INTO user_roles (user_id, role_id, created_at)
    SELECT ${userId}, id, ${systemClock.now()} FROM roles WHERE name = ${role}
    ON CONFLICT DO NOTHING`)
const readAsBefore = async (db: Queries, userId: UserId): Promise<string[]> => {
  const rows = await db.many<{ name: string }>(sql`
    SELECT r.name FROM user_roles ur JOIN roles r ON r.id = ur.role_id WHERE ur.user_id = ${userId}
    ORDER BY r.name`)
  return rows.map(({ name }) => name)
}

test('roles from before stay through the migration up, down and up again', async () => {
  const scratch = await scratchDatabase(process.env.CARDEA_TEST_DATABASE_URL)
  await migrateUp(scratch.url)
  const { applied } = await migrationStatus(scratch.url)
  const newer = applied.length - applied.indexOf(before)
  await migrateDown(scratch.url, newer)
  const db = createDb({ url: scratch.url, poolSize: 2 })
  try {
    const user = async (username: string): Promise<UserId> => {
      const id = newId<UserId>(systemClock, secureRandom)
      const now = systemClock.now()
      await db.run(sql`INSERT INTO users (id, username, username_key, created_at, updated_at)
        VALUES (${id}, ${username}, ${username}, ${now}, ${now})`)
      return id
    }
    const [ada, bea] = [await user('ada'), await user('bea')]
    await giveAsBefore(db, ada, 'owner')
    await giveAsBefore(db, bea, 'admin')
    await db.run(sql`INSERT INTO roles (id, name) VALUES (gen_random_uuid(), 'auditor')`)
    await giveAsBefore(db, bea, 'auditor')

    await migrateUp(scratch.url)
    assert.deepEqual(await rolesOf(db, ada, systemClock.now()), ['owner'])
    assert.deepEqual(await rolesOf(db, bea, systemClock.now()), ['admin', 'auditor'])
    // A server of before goes on beside the new one.
    assert.equal(await giveAsBefore(db, ada, 'admin'), 1)
    assert.equal(await giveAsBefore(db, ada, 'admin'), 0)
    assert.deepEqual(await readAsBefore(db, ada), ['admin', 'owner'])
    assert.deepEqual(await rolesOf(db, ada, systemClock.now()), ['admin', 'owner'])
    // What is limited is nothing that it could understand.
    await db.run(sql`
      INSERT INTO role_assignments (role_id, user_id, resource_type, resource_id, created_at)
      SELECT id, ${bea}, 'document', '42', ${systemClock.now()} FROM roles WHERE name = 'owner'`)
    assert.deepEqual(await readAsBefore(db, bea), ['admin', 'auditor'])

    await migrateDown(scratch.url, newer)
    assert.deepEqual(await readAsBefore(db, ada), ['admin', 'owner'])
    assert.ok((await readAsBefore(db, bea)).includes('admin'))
    assert.equal((await readAsBefore(db, bea)).includes('owner'), false)
    await migrateUp(scratch.url)
    assert.deepEqual(await rolesOf(db, ada, systemClock.now()), ['admin', 'owner'])
    await rolesOfCardea(db)
  } finally {
    await db.close()
    await scratch.drop()
  }
})

/** What the code says that the roles of Cardea keep is what the migrations give them. */
async function rolesOfCardea(db: Queries): Promise<void> {
  for (const [name, permissions] of builtInRoles) {
    const [found] = await selectRoleIds(db, [name])
    assert.ok(found?.builtIn, name)
    const role = await selectRole(db, found.id)
    const stored = role?.permissions.map(permissionText).toSorted()
    assert.deepEqual(stored, permissions.toSorted(), name)
  }
}
