import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../../../test/harness/database.ts'
import type { UserId } from '../../base/index.ts'
import { addSeconds, newId, secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import { createDb, sql } from '../../db/index.ts'
import { apiDevice, isKnownDevice, recogniseDevice } from './recognise-device.ts'
import { sweepDevices } from './store.ts'

let db: Db
let statements: string[] = []
let close: () => Promise<void>

before(async () => {
  const database = await testDatabase()
  db = createDb({ url: database.url, poolSize: 12, onStatement: (text) => statements.push(text) })
  close = async () => {
    await db.close()
    await database.close()
  }
})
after(() => close())

const start = new Date('2030-01-01T00:00:00Z')
const day = 86_400

async function person(username: string, email: string | null = null): Promise<UserId> {
  const id = newId<UserId>(systemClock, secureRandom)
  await db.run(sql`
    INSERT INTO users (id, username, username_key, email, email_key, created_at, updated_at)
    VALUES (${id}, ${username}, ${username.toLowerCase()}, ${email}, ${email?.toLowerCase() ?? null},
      ${start}, ${start})`)
  return id
}

const see = (userId: UserId, device: string, now = start) =>
  db.transaction((tx) => recogniseDevice(tx, { userId, device, userAgent: 'Test/1' }, now))

test('the first device of an account is first, another is new, and both are known then', async () => {
  const ada = await person('Ada1')
  assert.equal(await see(ada, 'laptop'), 'first')
  assert.equal(await see(ada, 'laptop'), 'known')
  assert.equal(await see(ada, 'phone'), 'new')
  assert.equal(await see(ada, 'phone'), 'known')
})

test('a device of one person is new to another', async () => {
  const [ada, ben] = [await person('Ada2'), await person('Ben2')]
  await see(ada, 'shared')
  await see(ben, 'own')
  assert.equal(await see(ben, 'shared'), 'new')
})

test('of 10 sign-ins at once from one new device, one finds it new', async () => {
  const ada = await person('Ada3')
  await see(ada, 'laptop')
  const all = await Promise.all(Array.from({ length: 10 }, () => see(ada, 'phone')))
  assert.equal(all.filter((one) => one === 'new').length, 1, all.join(' '))
  assert.equal(all.filter((one) => one === 'known').length, 9)
})

test('recognising takes one statement, and so does asking before a password is checked', async () => {
  const ada = await person('Ada4')
  statements = []
  await see(ada, 'laptop')
  assert.equal(statements.length, 3, statements.join('\n'))
  statements = []
  assert.equal(await isKnownDevice(db, 'ada4', 'laptop'), true)
  assert.equal(statements.length, 1)
})

test('a device is known by username and email in any case of letters, and to nobody else', async () => {
  const ada = await person('Ada5', 'Ada5@Example.com')
  await person('Ben5')
  await see(ada, 'laptop')
  for (const identifier of ['Ada5', ' aDA5 ', 'ada5@example.COM']) {
    assert.equal(await isKnownDevice(db, identifier, 'laptop'), true, identifier)
  }
  assert.equal(await isKnownDevice(db, 'ben5', 'laptop'), false)
  assert.equal(await isKnownDevice(db, 'nobody', 'laptop'), false)
  assert.equal(await isKnownDevice(db, 'ada5', 'phone'), false)
})

test('what cannot be an identifier or a device asks the database nothing', async () => {
  statements = []
  assert.equal(await isKnownDevice(db, 'ada5', undefined), false)
  assert.equal(await isKnownDevice(db, 'ada\u0000', 'laptop'), false)
  assert.equal(await isKnownDevice(db, '\ud800', 'laptop'), false)
  assert.equal(await isKnownDevice(db, 'a'.repeat(1000), 'laptop'), false)
  assert.deepEqual(statements, [])
})

test('how an application calls itself can be guessed, so it makes no known device', async () => {
  const ada = await person('Ada6')
  await see(ada, apiDevice('curl/8'))
  assert.equal(await isKnownDevice(db, 'ada6', apiDevice('curl/8')), false)
})

test('a device that was not seen for long is swept and not known any more', async () => {
  const ada = await person('Ada7')
  await see(ada, 'old')
  await see(ada, 'used')
  await see(ada, 'used', addSeconds(start, 300 * day))
  assert.ok((await sweepDevices(db, addSeconds(start, day), 100)) >= 1)
  assert.equal(await isKnownDevice(db, 'ada7', 'old'), false)
  assert.equal(await isKnownDevice(db, 'ada7', 'used'), true)
  assert.equal(await see(ada, 'old'), 'new')
})
