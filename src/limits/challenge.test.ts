import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { whyNoRedis } from '../kv/redis.fixture.ts'
import { challengeNeeded, workFor } from './challenge.ts'
import type { LimitSettings } from './index.ts'
import { inMemory, overRedis, parallel, type Subject } from './limits.fixture.ts'

type Script = {
  readonly solve: (challenge: string, tell?: (part: number) => void) => Promise<string>
  readonly sha256: (bytes: Uint8Array) => Uint8Array
}
const script = new URL('../http/assets/challenge.js', import.meta.url).href
const { solve, sha256 }: Script = await import(script)

type Answer = {
  challenge: { parameters: Record<string, unknown>; signature: string }
  solution: { counter: number; derivedKey: string }
}
const open = (text: string): Answer => JSON.parse(Buffer.from(text, 'base64').toString())
const seal = (answer: unknown) => Buffer.from(JSON.stringify(answer)).toString('base64')

function contract(start: (settings?: Partial<LimitSettings>) => Promise<Subject>) {
  test('an answer of the browser is good once, also under 50 parallel verifications', async () => {
    const subject = await start()
    const answer = await solve(await subject.limits.challenges.issue())
    const results = await parallel(subject, 50, (node) => node.challenges.verify(answer))
    assert.equal(results.filter((result) => result === 'ok').length, 1)
    assert.equal(results.filter((result) => result === 'used').length, 49)
    await subject.end()
  })
}

describe('challenge in memory', () => contract(inMemory))
describe('challenge over Redis', { skip: whyNoRedis() ?? false }, () => contract(overRedis))

test('no answer is missing, and nonsense is invalid', async () => {
  const { challenges } = (await inMemory()).limits
  assert.equal(await challenges.verify(undefined), 'missing')
  assert.equal(await challenges.verify(''), 'missing')
  for (const text of ['x', seal(null), seal([]), seal({}), seal({ challenge: {} })]) {
    assert.equal(await challenges.verify(text), 'invalid')
  }
  assert.equal(await challenges.verify(seal('x'.repeat(10_000))), 'invalid')
})

test('a challenge that we did not sign is invalid, also one made cheaper or longer-lived', async () => {
  const { limits, clock } = await inMemory({ challengeCost: 5000 })
  const challenge = open(await limits.challenges.issue()) as unknown as Answer['challenge']
  const changes: readonly Record<string, unknown>[] = [
    { keyPrefix: '0' },
    { keyPrefix: '' },
    { cost: 1 },
    { data: { until: 4_000_000_000 } },
    { nonce: '00'.repeat(16) },
    { salt: '00'.repeat(16) },
    { keyLength: 1 },
    { algorithm: 'SHA-512' },
    { algorithm: 'NONE' },
    { expiresAt: 4_000_000_000 },
    { keySignature: 'x' },
    { data: { until: 4_000_000_000, more: 1 } },
  ]
  for (const change of changes) {
    const forged = { ...challenge, parameters: { ...challenge.parameters, ...change } }
    const answer = await solve(seal({ ...forged })).catch(() => seal({ challenge: forged }))
    assert.equal(await limits.challenges.verify(answer), 'invalid', JSON.stringify(change))
  }
  const answer = open(await solve(seal(challenge)))
  const signature = '0'.repeat(64)
  const unsigned = { ...answer, challenge: { ...answer.challenge, signature } }
  assert.equal(await limits.challenges.verify(seal(unsigned)), 'invalid')
  clock.advance(1)
  assert.equal(await limits.challenges.verify(seal(answer)), 'ok')
})

test('an answer without the work is invalid and does not use up the challenge', async () => {
  const { limits } = await inMemory()
  const sound = open(await solve(await limits.challenges.issue()))
  const { counter, derivedKey } = sound.solution
  const cheap = [
    { counter: counter + 1, derivedKey },
    { counter, derivedKey: `0${'0'.repeat(63)}` },
    { counter: -1, derivedKey },
    { counter: counter + 2 ** 32, derivedKey },
    { counter: 0.5, derivedKey },
    { counter, derivedKey: '' },
  ]
  for (const solution of cheap) {
    assert.equal(await limits.challenges.verify(seal({ ...sound, solution })), 'invalid')
  }
  // The right chain of hashes for a counter whose result does not begin with the prefix.
  let next = counter + 1
  while (chain(sound, next).startsWith('0')) next += 1
  const other = { counter: next, derivedKey: chain(sound, next) }
  assert.equal(await limits.challenges.verify(seal({ ...sound, solution: other })), 'invalid')
  assert.equal(chain(sound, counter), derivedKey)
  assert.equal(await limits.challenges.verify(seal(sound)), 'ok')
})

function chain({ challenge }: Answer, counter: number): string {
  const { salt, nonce, cost } = challenge.parameters
  const last = Buffer.alloc(4)
  last.writeUInt32BE(counter)
  let key = Buffer.concat([Buffer.from(`${String(salt)}${String(nonce)}`, 'hex'), last])
  for (let i = 0; i < Number(cost); i += 1) key = createHash('sha256').update(key).digest()
  return key.toString('hex')
}

test('an answer is good for ten minutes', async () => {
  const { limits, clock } = await inMemory()
  const [early, late] = [await limits.challenges.issue(), await limits.challenges.issue()]
  clock.advance(599)
  assert.equal(await limits.challenges.verify(await solve(early)), 'ok')
  clock.advance(1)
  assert.equal(await limits.challenges.verify(await solve(late)), 'expired')
})

test('the work is what was asked for, and checking it stays cheap', () => {
  for (let hashes = 1000; hashes <= 10_000_000; hashes = Math.ceil(hashes * 1.1)) {
    const { cost, keyPrefix } = workFor(hashes)
    const mean = cost * 16 ** keyPrefix.length
    assert.ok(mean > hashes * 0.87 && mean < hashes * 1.13, `${hashes}: ${mean}`)
    assert.ok(cost <= 64, `${hashes}: ${cost}`)
  }
})

test('a form asks for proof when the setting says so', async () => {
  assert.deepEqual(
    (['off', 'suspicious', 'always'] as const).map((mode) => [
      challengeNeeded(mode, false),
      challengeNeeded(mode, true),
    ]),
    [
      [false, false],
      [false, true],
      [true, true],
    ],
  )
  const { limits } = await inMemory({ challenge: 'suspicious', stuffingAccounts: 2 })
  const ip = '203.0.113.7'
  assert.equal(await limits.challengeNeeded(ip), false)
  for (const account of ['a', 'b']) await limits.afterAttempt({ account, ip }, 'failure')
  assert.equal(await limits.challengeNeeded(ip), true)
  assert.equal(await limits.challengeNeeded('198.51.100.1'), false)
})

test('the SHA-256 of the browser is SHA-256, for everything that fits one block', () => {
  for (let length = 0; length <= 55; length += 1) {
    const bytes = randomBytes(length)
    const expected = createHash('sha256').update(bytes).digest('hex')
    assert.equal(Buffer.from(sha256(bytes)).toString('hex'), expected)
  }
})
