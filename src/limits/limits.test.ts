import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../base/index.ts'
import { startRedis, whyNoRedis } from '../kv/redis.fixture.ts'
import type { LimitSettings, Limits } from './index.ts'
import { inMemory, linked, overRedis, parallel, type Subject } from './limits.fixture.ts'

const ip = '203.0.113.7'
const tooMany = (error: unknown) => error instanceof Failure && error.kind.status === 429

function contract(start: (settings?: Partial<LimitSettings>) => Promise<Subject>) {
  const it = (
    name: string,
    settings: Partial<LimitSettings>,
    body: (subject: Subject) => Promise<void>,
  ) =>
    test(name, async () => {
      const subject = await start(settings)
      try {
        await body(subject)
      } finally {
        await subject.end()
      }
    })

  it('each try leaves one less', { loginPerAddress: 2 }, async ({ limits, other }) => {
    const first = await limits.consume('login', { ip })
    assert.equal(first.allowed, true)
    assert.deepEqual([first.limit, first.remaining, first.windowSeconds], [2, 1, 60])
    assert.ok(first.resetSeconds > 50 && first.resetSeconds <= 60)
    assert.equal((await other.consume('login', { ip })).remaining, 0)
    const refused = await limits.consume('login', { ip })
    assert.equal(refused.allowed, false)
    assert.ok(refused.retryAfter > 50 && refused.retryAfter <= 60)
    assert.equal((await other.consume('login', { ip: '203.0.113.8' })).allowed, true)
  })

  it('of 50 parallel tries as many pass as allowed', { loginPerAddress: 7 }, async (subject) => {
    const verdicts = await parallel(subject, 50, (node) => node.consume('login', { ip }))
    assert.equal(verdicts.filter(({ allowed }) => allowed).length, 7)
  })

  it('an IPv6 /64 is one address, and an IPv4-mapped one is IPv4', { loginPerAddress: 1 }, async ({
    limits,
  }) => {
    const allowed = async (ip: string) => (await limits.consume('login', { ip })).allowed
    assert.equal(await allowed('2001:db8:1:2::1'), true)
    assert.equal(await allowed('2001:db8:1:2:ffff:ffff:ffff:ffff'), false)
    assert.equal(await allowed('2001:db8:1:3::1'), true)
    assert.equal(await allowed('::ffff:198.51.100.1'), true)
    assert.equal(await allowed('198.51.100.1'), false)
  })

  it('peeking uses nothing and says what a try would hear', { clientFailures: 2 }, async ({
    limits,
    other,
  }) => {
    const key = { client: 'app', ip }
    for (let i = 0; i < 5; i += 1) assert.equal((await limits.peek('client', key)).remaining, 2)
    await limits.consume('client', key)
    assert.equal((await other.peek('client', key)).allowed, true)
    await limits.consume('client', key)
    const verdict = await other.peek('client', key)
    assert.deepEqual([verdict.allowed, verdict.remaining], [false, 0])
    assert.ok(verdict.retryAfter > 0)
    assert.equal((await limits.peek('client', { client: 'other', ip })).allowed, true)
    assert.equal((await limits.peek('client', { client: 'app', ip: '::1' })).allowed, true)
  })

  it('a different spelling is no different account', { recoveryPerAccount: 1 }, async ({
    limits,
  }) => {
    assert.equal((await limits.consume('recovery', { account: 'Ann@Example.com' })).allowed, true)
    assert.equal((await limits.consume('recovery', { account: ' ann@example.com' })).allowed, false)
  })

  it('who is refused alone does not use up what all share', { publicPerAddress: 1 }, async ({
    limits,
  }) => {
    const headers = await limits.admit(['public', { ip }], ['global', {}])
    assert.match(headers.ratelimit ?? '', /^"public";r=0;t=\d+, "global";r=599;t=\d+$/)
    for (let i = 0; i < 5; i += 1) {
      await assert.rejects(limits.admit(['public', { ip }], ['global', {}]), tooMany)
    }
    assert.equal((await limits.peek('global', {})).remaining, 599)
  })

  it('switched off, everything passes and nothing is said', { enabled: false, global: 1 }, async ({
    limits,
  }) => {
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await limits.admit(['global', {}]), {})
    const attempt = { account: 'ann', ip }
    for (let i = 0; i < 50; i += 1) {
      assert.deepEqual(await limits.beforeAttempt(attempt), { allowed: true })
      assert.equal((await limits.afterAttempt(attempt, 'failure')).notifyOwner, false)
    }
  })
}

describe('limits in memory', () => contract(inMemory))
describe('limits of linked workers', () => contract(linked))

describe('limits over Redis', { skip: whyNoRedis() ?? false }, () => {
  contract(overRedis)

  const uses = async (limits: Limits, times: number) => {
    let allowed = 0
    for (let i = 0; i < times; i += 1) {
      if ((await limits.consume('login', { ip })).allowed) allowed += 1
    }
    return allowed
  }

  test('when Redis is killed every node goes on by itself, and nothing fails', async () => {
    const subject = await overRedis({ loginPerAddress: 3 })
    const { limits, other, server, clock, redis } = subject
    assert.equal(await uses(limits, 2), 2)
    await server.stop()
    assert.equal(await uses(limits, 5), 3)
    assert.equal(await uses(other, 5), 3)
    const attempt = { account: 'ann', ip }
    assert.deepEqual(await limits.beforeAttempt(attempt), { allowed: true })
    assert.deepEqual(await limits.afterAttempt(attempt, 'failure'), {
      notifyOwner: false,
      stuffing: undefined,
    })
    assert.equal(await limits.isSuspicious(ip), false)

    const again = await startRedis(server.port)
    while (!redis.connection.client.isReady) await sleep(20)
    clock.advance(10)
    assert.equal(await uses(limits, 5), 3)
    const begun = await limits.beforeAttempt(attempt)
    assert.deepEqual(begun, { allowed: true })
    assert.equal((await redis.connection.client.keys('test:*')).length, 3)
    await subject.leave()
    await again.stop()
  })

  test('a Redis that does not answer is not waited for', async () => {
    const subject = await overRedis({ loginPerAddress: 3 })
    subject.server.signal('SIGSTOP')
    assert.equal((await subject.limits.consume('login', { ip })).remaining, 2)
    assert.deepEqual(await subject.limits.beforeAttempt({ account: 'ann', ip }), { allowed: true })
    subject.server.signal('SIGCONT')
    await subject.end()
  })

  test('neither addresses nor names stand in Redis', async () => {
    const subject = await overRedis({ notifyAfter: 1, stuffingAccounts: 2 })
    const { limits, redis } = subject
    for (const account of ['ann@example.com', 'bob@example.com']) {
      await limits.admit(['login', { ip }], ['recovery', { account }])
      await limits.consume('mail', { recipient: account })
      await limits.consume('client', { client: 'harbour', ip })
      await limits.beforeAttempt({ account, ip })
      await limits.beforeAttempt({ account, ip, device: 'device-1' })
      await limits.afterAttempt({ account, ip }, 'failure')
    }
    const { client } = redis.connection
    const keys = await client.keys('*')
    assert.ok(keys.length > 12)
    for (const key of keys) {
      const text = `${key} ${await client.get(key)}`
      assert.doesNotMatch(text, /203|ann|bob|example|harbour|device-1/)
      assert.match(key, /^test:limit/)
      assert.ok((await client.ttl(key)) > 0, key)
    }
    await subject.end()
  })
})
