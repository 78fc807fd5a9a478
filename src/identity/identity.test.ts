import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { testDatabase } from '../../test/harness/database.ts'
import type { UserId } from '../base/index.ts'
import { Failure, manualClock, secureRandom, sha256 } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { createDb, sql } from '../db/index.ts'
import {
  addUser,
  checkNewPassword,
  consumeSetupTokens,
  createPasswordHasher,
  createUser,
  findUser,
  findUserByIdentifier,
  issueSetupToken,
  prepareUser,
  readSetupToken,
  saveRehash,
  setUserActive,
  sweepSetupTokens,
  verifyCredentials,
} from './index.ts'

const clock = manualClock(new Date('2026-01-01T00:00:00Z'))
const cost = { memoryKib: 1024, iterations: 1, parallelism: 1, concurrency: 2, queueLimit: 200 }
const hasher = createPasswordHasher(cost)
const system = { actor: 'system' }
const password = 'correct horse battery'
let database: Awaited<ReturnType<typeof testDatabase>>
let db: Db
let statements: string[] = []
const passwordRules = (minLength: number) => ({
  check: async (chosen: string, context: readonly string[]) =>
    checkNewPassword(chosen, { minLength, context }),
})
const passwords = passwordRules(8)
const needs = () => ({ db, clock, random: secureRandom, hasher, passwords })

before(async () => {
  database = await testDatabase()
  const onStatement = (text: string) => void statements.push(text)
  db = createDb({ url: database.url, poolSize: 10, onStatement })
})
after(async () => {
  await db?.close()
  await database?.close()
})
beforeEach(async () => {
  await db.run(sql`DELETE FROM users`)
  await db.run(sql`DELETE FROM setup_tokens`)
  statements = []
})

const failsWith = (code: string, pointer?: string) => (error: unknown) =>
  error instanceof Failure &&
  error.kind.code === code &&
  (pointer === undefined || error.details.members?.some((member) => member.pointer === pointer))

test('a user is found by id, name and address in any case, and never with the hash', async () => {
  const profile = { given_name: 'Perla' }
  const input = { username: 'Perla', email: 'Perla@Example.com', password, profile }
  const user = await createUser(needs(), input, system)
  assert.deepEqual(await findUser(db, user.id), user)
  assert.deepEqual(await findUserByIdentifier(db, ' perla '), user)
  assert.deepEqual(await findUserByIdentifier(db, 'PERLA@example.COM'), user)
  assert.equal(user.emailVerified, false)
  assert.ok(!JSON.stringify(user).includes('argon2'))
  assert.equal(await findUser(db, 'no uuid' as UserId), undefined)
  const audit = await db.many<{ action: string }>(
    sql`SELECT action FROM audit_log WHERE resource = ${`user:${user.id}`}`,
  )
  assert.deepEqual(audit, [{ action: 'user.create' }])
})

test('names and addresses that compare equal are taken, and nothing is left behind', async () => {
  await createUser(needs(), { username: 'perla', email: 'a@b.c' }, system)
  const again = (input: { username: string; email?: string }) => createUser(needs(), input, system)
  await assert.rejects(again({ username: 'ＰＥＲＬＡ' }), failsWith('username_taken', '/username'))
  await assert.rejects(again({ username: 'x', email: 'A@B.C' }), failsWith('email_taken', '/email'))
  assert.equal(await findUserByIdentifier(db, 'x'), undefined)
})

test('of 50 parallel sign-ups with one name one wins', async () => {
  const tries = Array.from({ length: 50 }, () => createUser(needs(), { username: 'one' }, system))
  const results = await Promise.allSettled(tries)
  assert.equal(results.filter((r) => r.status === 'fulfilled').length, 1)
  for (const r of results)
    if (r.status === 'rejected') assert.ok(failsWith('username_taken')(r.reason))
})

test('every invalid member is told at once, by its pointer', async () => {
  const input = { username: 'a@b', email: 'nothing', password: 'short' }
  await assert.rejects(prepareUser(needs(), input), (error: unknown) => {
    assert.ok(error instanceof Failure)
    assert.equal(error.kind.status, 400)
    const pointers = error.details.members?.map((member) => member.pointer)
    assert.deepEqual(pointers, ['/username', '/email', '/password'])
    return true
  })
  const strict = { ...needs(), passwords: passwordRules(15) }
  await assert.rejects(prepareUser(strict, { username: 'p', password: 'fourteen chars' }))
})

test('no hashing happens inside a transaction', async () => {
  const prepared = await prepareUser(needs(), { username: 'perla', password })
  assert.deepEqual(statements, [])
  await db.transaction((tx) => addUser(needs(), tx, { prepared, by: system }))
})

test('credentials are one read, whatever comes of it', async () => {
  const user = await createUser(needs(), { username: 'perla', email: 'p@x.y', password }, system)
  await createUser(needs(), { username: 'nopass' }, system)
  const attempt = async (identifier: string, secret: string) => {
    statements = []
    const result = await verifyCredentials(needs(), identifier, secret)
    assert.equal(statements.length, 1)
    return result.ok ? result.user.id : result.why
  }
  assert.equal(await attempt('Perla', password), user.id)
  assert.equal(await attempt('P@X.Y', password), user.id)
  assert.equal(await attempt('perla', 'wrong'), 'mismatch')
  assert.equal(await attempt('nobody', password), 'unknown')
  assert.equal(await attempt('nopass', password), 'no_password')
  await setUserActive(db, user.id, false, clock.now())
  assert.equal(await attempt('perla', password), 'inactive')
  assert.equal(await attempt('perla', 'wrong'), 'mismatch')
})

test('every refusal costs one computation', async () => {
  let computed = 0
  const observe = () => {
    computed += 1
  }
  const counting = { db, hasher: createPasswordHasher({ ...cost, observe }) }
  const identifiers = [
    'nobody',
    'a@b.c',
    '',
    'x\u0000',
    '\ud800',
    'x'.repeat(5000),
    '@',
    "' OR 1=1 --",
  ]
  for (const identifier of identifiers) {
    const result = await verifyCredentials(counting, identifier, password)
    assert.deepEqual(result, { ok: false, why: 'unknown' })
  }
  assert.equal(computed, identifiers.length)
})

test('a hash of another cost is renewed, unless the user has changed meanwhile', async () => {
  await createUser(needs(), { username: 'perla', password }, system)
  const dearer = { db, hasher: createPasswordHasher({ ...cost, iterations: 2 }) }
  const result = await verifyCredentials(dearer, 'perla', password)
  assert.ok(result.ok && result.rehash)
  assert.equal(await saveRehash(db, { ...result.user, version: 9 }, result.rehash), false)
  assert.equal(await saveRehash(db, result.user, result.rehash), true)
  const after = await verifyCredentials(dearer, 'perla', password)
  assert.ok(after.ok && after.rehash === undefined)
})

test('setUserActive tells whether anything changed', async () => {
  const { id } = await createUser(needs(), { username: 'perla' }, system)
  assert.equal(await setUserActive(db, id, true, clock.now()), false)
  assert.equal(await setUserActive(db, id, false, clock.now()), true)
  assert.equal((await findUser(db, id))?.version, 2)
})

test('a setup token is valid until it expires, and kept only as a digest', async () => {
  const token = await issueSetupToken(needs(), 60)
  const [row] = await db.many<{ digest: Buffer }>(sql`SELECT digest FROM setup_tokens`)
  assert.deepEqual(row?.digest, sha256(token))
  assert.equal(await readSetupToken(needs(), token), 'valid')
  assert.equal(await readSetupToken(needs(), `${token}x`), 'invalid')
  clock.advance(60)
  assert.equal(await readSetupToken(needs(), token), 'invalid')
  assert.equal(await db.transaction((tx) => consumeSetupTokens(tx, token, clock.now())), false)
  await issueSetupToken(needs(), 1)
  const kept = await db.many(sql`SELECT digest FROM setup_tokens`)
  assert.equal(kept.length, 1, 'the expired one is gone')
  clock.advance(2)
  assert.equal(await sweepSetupTokens(db, clock.now(), 10), 1)
})

test('of 50 parallel setups with two valid tokens exactly one makes an administrator', async () => {
  const tokens = [await issueSetupToken(needs()), await issueSetupToken(needs())]
  const setUp = async (i: number) => {
    const prepared = await prepareUser(needs(), { username: `admin${i}`, password })
    return db.transaction(async (tx) => {
      if (!(await consumeSetupTokens(tx, tokens[i % 2] ?? '', clock.now()))) return false
      await addUser(needs(), tx, { prepared, by: system })
      return true
    })
  }
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => setUp(i)))
  assert.equal(results.filter(Boolean).length, 1)
  assert.equal((await db.many(sql`SELECT id FROM users`)).length, 1)
})

test('a setup that fails leaves its token valid', async () => {
  const token = await issueSetupToken(needs())
  const failing = db.transaction(async (tx) => {
    await consumeSetupTokens(tx, token, clock.now())
    throw new Error('name taken')
  })
  await assert.rejects(failing, /name taken/)
  assert.equal(await readSetupToken(needs(), token), 'valid')
})
