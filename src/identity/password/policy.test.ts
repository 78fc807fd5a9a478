import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Failure } from '../../base/index.ts'
import { createPasswordHasher } from './hasher.ts'
import { checkNewPassword } from './policy.ts'
import { createWorkQueue } from './work-queue.ts'

const rules = { minLength: 8, context: ['perla.sona', 'perla@example.com'] }
const cheap = {
  memoryKib: 1024,
  iterations: 1,
  parallelism: 1,
  concurrency: 2,
  queueLimit: 100,
}

test('NIST SP 800-63B-4 3.1.1.2: length is counted in code points, after normalising', () => {
  assert.ok(checkNewPassword('🦊'.repeat(8), rules).ok)
  assert.ok(!checkNewPassword('🦊'.repeat(7), rules).ok)
  assert.ok(!checkNewPassword('e\u0301'.repeat(7), rules).ok)
  assert.ok(checkNewPassword('x'.repeat(1024), rules).ok)
  assert.ok(!checkNewPassword('x'.repeat(1025), rules).ok)
  assert.ok(!checkNewPassword('12345678901', { ...rules, minLength: 12 }).ok)
  assert.ok(!checkNewPassword('1234567', { ...rules, minLength: 1 }).ok)
})

test('a password is not the name or the address of its account, nor malformed text', () => {
  assert.ok(!checkNewPassword('Perla.SONA', rules).ok)
  assert.ok(!checkNewPassword('perla@example.com', rules).ok)
  assert.ok(!checkNewPassword(`\ud800${'x'.repeat(20)}`, rules).ok)
  assert.ok(checkNewPassword('perla.sona and more', rules).ok)
  assert.ok(checkNewPassword('   spaces are fine   ', rules).ok)
})

test('a password matches its own hash only, in any normalisation', async () => {
  const hasher = createPasswordHasher(cheap)
  const phc = await hasher.hash('crème brûlée')
  assert.match(phc, /^\$argon2id\$v=19\$m=1024,t=1,p=1\$/)
  assert.equal(await hasher.verify('crème brûlée'.normalize('NFD'), phc), 'match')
  assert.equal(await hasher.verify('creme brulee', phc), 'mismatch')
})

test('without a hash the work is done all the same and nothing matches', async () => {
  let computed = 0
  const observe = () => {
    computed += 1
  }
  const hasher = createPasswordHasher({ ...cheap, observe })
  assert.equal(await hasher.verify('nobody has this password', undefined), 'mismatch')
  assert.equal(await hasher.verify('\ud800', await hasher.hash('\ufffd')), 'mismatch')
  assert.equal(computed, 3)
})

test('a hash is renewed when it was made with another cost or algorithm', async () => {
  const hasher = createPasswordHasher(cheap)
  const phc = await hasher.hash('password')
  assert.equal(hasher.needsRehash(phc), false)
  assert.equal(createPasswordHasher({ ...cheap, iterations: 2 }).needsRehash(phc), true)
  assert.equal(hasher.needsRehash(phc.replace('argon2id', 'argon2i')), true)
  assert.equal(hasher.needsRehash('$2b$10$abcdefghijklmnopqrstuv'), true)
})

test('one more than may wait is refused at once with 503 and Retry-After, the rest are served', async () => {
  const hasher = createPasswordHasher({ ...cheap, concurrency: 1, queueLimit: 3 })
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => hasher.hash('password')))
  const refused = results.flatMap((r) => (r.status === 'rejected' ? [r.reason] : []))
  assert.equal(refused.length, 2)
  for (const reason of refused) {
    assert.ok(reason instanceof Failure)
    assert.equal(reason.kind.status, 503)
    assert.equal(reason.details.retryAfter, 1)
  }
  assert.equal(hasher.depth(), 0)
})

test('the queue keeps its order and its limit, and failing work frees its place', async () => {
  const queue = createWorkQueue({ concurrency: 2, queueLimit: 50 })
  const order: number[] = []
  let active = 0
  let most = 0
  const work = (i: number) => async () => {
    order.push(i)
    active += 1
    most = Math.max(most, active)
    await new Promise((resolve) => setImmediate(resolve))
    active -= 1
    if (i % 3 === 0) throw new Error('failed')
  }
  await Promise.allSettled(Array.from({ length: 30 }, (_, i) => queue.run(work(i))))
  assert.equal(most, 2)
  assert.deepEqual(order, [...Array(30).keys()])
  assert.equal(await queue.run(async () => 'free'), 'free')
})
