import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { manualClock } from '../../base/index.ts'
import { createMemoryKv } from '../../kv/index.ts'
import { whyNoRedis } from '../../kv/redis.fixture.ts'
import type { Attempt, LimitSettings, Limits } from '../index.ts'
import { inMemory, linked, overRedis, parallel, type Subject } from '../limits.fixture.ts'
import { createAttempts } from './attempts.ts'
import { readBucket } from './delay.ts'

const stranger: Attempt = { account: 'Victim@Example.com', ip: '203.0.113.7' }
const owner: Attempt = { ...stranger, ip: '198.51.100.1', device: 'laptop' }

async function fail(limits: Limits, attempt: Attempt) {
  const admission = await limits.beforeAttempt(attempt)
  if (admission.allowed) await limits.afterAttempt(attempt, 'failure')
  return admission
}

async function failures(limits: Limits, attempt: Attempt, times: number): Promise<number> {
  let allowed = 0
  for (let i = 0; i < times; i += 1) if ((await fail(limits, attempt)).allowed) allowed += 1
  return allowed
}

/** The address of one of many networks. */
const from = (i: number) => `10.${Math.floor(i / 250)}.${i % 250}.1`

const waits = async (limits: Limits, attempt: Attempt) => {
  const admission = await limits.beforeAttempt(attempt)
  return admission.allowed ? 0 : admission.retryAfter
}

function contract(start: (settings?: Partial<LimitSettings>) => Promise<Subject>) {
  const it = (name: string, body: (subject: Subject) => Promise<void>, settings = {}) =>
    test(name, async () => {
      const subject = await start(settings)
      try {
        await body(subject)
      } finally {
        await subject.end()
      }
    })

  it('after the free failures each attempt waits longer, and never longer than the longest', async ({
    limits,
    other,
    clock,
  }) => {
    assert.equal(await failures(limits, stranger, 5), 5)
    for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
      assert.equal(await waits(other, stranger), wait)
      clock.advance(wait - 0.5)
      assert.equal(await waits(limits, stranger), 1)
      clock.advance(0.5)
      assert.deepEqual(await fail(other, stranger), { allowed: true })
    }
  })

  it('a refused attempt does not make the wait longer', async ({ limits, clock }) => {
    await failures(limits, stranger, 5)
    for (let i = 0; i < 20; i += 1) assert.equal(await waits(limits, stranger), 1)
    clock.advance(1)
    assert.equal(await waits(limits, stranger), 0)
  })

  it('of 50 parallel attempts only the free ones pass', async (subject) => {
    const admissions = await parallel(subject, 50, (node) => node.beforeAttempt(stranger))
    assert.equal(admissions.filter(({ allowed }) => allowed).length, 5)
    subject.clock.advance(1)
    const later = await parallel(subject, 50, (node) => node.beforeAttempt(stranger))
    assert.equal(later.filter(({ allowed }) => allowed).length, 1)
  })

  it('of 50 parallel attempts from 50 networks only the free ones of all strangers pass', async (subject) => {
    let i = 0
    const admissions = await parallel(subject, 50, (node) => {
      i += 1
      return node.beforeAttempt({ ...stranger, ip: from(i) })
    })
    assert.equal(admissions.filter(({ allowed }) => allowed).length, 20)
  })

  it("1000 failures of strangers never delay the owner's known device", async ({ limits }) => {
    for (let i = 0; i < 1000; i += 1) await fail(limits, { ...stranger, ip: from(i % 300) })
    assert.ok((await waits(limits, { ...stranger, ip: '192.0.2.200' })) > 0)
    assert.equal(await waits(limits, owner), 0)
    assert.equal(await waits(limits, { ...owner, ip: from(0) }), 0)
    await limits.afterAttempt(owner, 'success')
    assert.equal(await failures(limits, owner, 50), 5)
    assert.equal(await waits(limits, { ...owner, device: 'phone' }), 0)
  })

  it("a success in the attacker's own account does not reset the victim's", async ({ limits }) => {
    const own = { account: 'attacker', ip: stranger.ip }
    for (let i = 0; i < 5; i += 1) {
      await fail(limits, stranger)
      assert.deepEqual(await limits.beforeAttempt(own), { allowed: true })
      await limits.afterAttempt(own, 'success')
    }
    assert.ok((await waits(limits, stranger)) > 0)
    assert.equal(await waits(limits, own), 0)
  })

  it('a success forgives the failures of its own actor only', async ({ limits, clock }) => {
    await failures(limits, stranger, 4)
    await limits.beforeAttempt(stranger)
    await limits.afterAttempt(stranger, 'success')
    assert.equal(await failures(limits, stranger, 5), 5)
    assert.ok((await waits(limits, stranger)) > 0)

    for (let i = 0; i < 11; i += 1) await fail(limits, { ...stranger, ip: from(i) })
    assert.ok((await waits(limits, { ...stranger, ip: from(99) })) > 0)
    clock.advance(1)
    const home = { ...stranger, ip: '192.0.2.1' }
    assert.equal(await waits(limits, home), 0)
    await limits.afterAttempt(home, 'success')
    await limits.beforeAttempt(owner)
    await limits.afterAttempt(owner, 'success')
    clock.advance(1)
    assert.equal(await waits(limits, { ...stranger, ip: from(98) }), 0)
    clock.advance(1)
    assert.ok((await waits(limits, { ...stranger, ip: from(97) })) > 0)
  })

  it('an abandoned attempt counts nowhere and forgives nothing', async ({ limits }) => {
    await failures(limits, stranger, 4)
    for (let i = 0; i < 30; i += 1) {
      assert.deepEqual(await limits.beforeAttempt(stranger), { allowed: true })
      const outcome = await limits.afterAttempt(stranger, 'abandoned')
      assert.deepEqual(outcome, { notifyOwner: false, stuffing: undefined })
    }
    assert.equal(await failures(limits, stranger, 5), 1)
  })

  it('the spelling of an account makes no difference', async ({ limits }) => {
    await failures(limits, stranger, 5)
    assert.equal(await waits(limits, { ...stranger, account: ' victim@EXAMPLE.com' }), 1)
  })

  it('the owner is told once a day', async (subject) => {
    const { limits, clock } = subject
    const told = async (times: number) => {
      const outcomes = await parallel(subject, times, (node) =>
        node.afterAttempt(stranger, 'failure'),
      )
      return outcomes.filter(({ notifyOwner }) => notifyOwner).length
    }
    assert.equal(await told(9), 0)
    assert.equal(await told(50), 1)
    assert.equal(await told(5), 0)
    const other = { ...stranger, account: 'somebody else' }
    assert.equal((await limits.afterAttempt(other, 'failure')).notifyOwner, false)
    clock.advance(86_401)
    assert.equal(await told(9), 0)
  })

  it('many accounts failing from one network begin to be stuffing once', async (subject) => {
    const { limits, other } = subject
    let i = 0
    const failing = (times: number) =>
      parallel(subject, times, (node) => {
        i += 1
        const ip = `203.0.113.${i % 200}`
        return node.afterAttempt({ account: `person ${i}`, ip }, 'failure')
      })
    const signs = async (times: number) => (await failing(times)).map(({ stuffing }) => stuffing)
    assert.ok((await signs(19)).every((sign) => sign === undefined))
    assert.equal(await limits.isSuspicious('203.0.113.1'), false)
    const later = await signs(50)
    assert.equal(later.filter((sign) => sign === 'begun').length, 1)
    assert.deepEqual(await signs(1), ['going_on'])
    assert.equal(await other.isSuspicious('203.0.113.250'), true)
    assert.equal(await limits.isSuspicious('203.0.114.1'), false)
    const one = { account: 'person 1', ip: '203.0.113.9' }
    assert.equal((await limits.afterAttempt(one, 'failure')).stuffing, 'going_on')
    assert.equal((await limits.consume('login', { ip: '203.0.113.9' })).limit, 6)
    assert.equal((await limits.consume('login', { ip: '203.0.114.9' })).limit, 60)
  })

  it('one account failing often, and known devices, are no stuffing', async ({ limits }) => {
    for (let i = 0; i < 50; i += 1) {
      assert.equal((await limits.afterAttempt(stranger, 'failure')).stuffing, undefined)
      const known = { account: `person ${i}`, ip: stranger.ip, device: `${i}` }
      assert.equal((await limits.afterAttempt(known, 'failure')).stuffing, undefined)
    }
  })

  it(
    'a suspicious network has a tenth of the logins',
    async ({ limits }) => {
      for (let i = 0; i < 2; i += 1) {
        await limits.afterAttempt({ account: `${i}`, ip: stranger.ip }, 'failure')
      }
      const { ip } = stranger
      const verdicts = []
      for (let i = 0; i < 7; i += 1) verdicts.push(await limits.consume('login', { ip }))
      assert.deepEqual(
        verdicts.map(({ allowed, remaining }) => [allowed, remaining]),
        [5, 4, 3, 2, 1, 0, 0].map((left, i) => [i < 6, left]),
      )
    },
    { stuffingAccounts: 2 },
  )
}

describe('attempts in memory', () => {
  contract(inMemory)

  test('a bucket is forgotten an hour after its longest delay', async () => {
    const { limits, clock } = await inMemory()
    await failures(limits, stranger, 5)
    clock.advance(3659)
    assert.deepEqual(await fail(limits, stranger), { allowed: true })
    assert.equal(await waits(limits, stranger), 2)
    clock.advance(3661)
    assert.equal(await failures(limits, stranger, 50), 5)
  })

  test('the longest delay that can be set is no way to be forgotten', async () => {
    const { limits, clock } = await inMemory({ longestDelay: 3600 })
    for (let i = 0; i < 20; i += 1) {
      await fail(limits, stranger)
      clock.advance(3600)
    }
    assert.deepEqual(await fail(limits, stranger), { allowed: true })
    assert.equal(await waits(limits, stranger), 3600)
  })

  test('who loses a race of all strangers is not counted with its own network', async () => {
    const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
    const store = createMemoryKv({ clock, maxEntries: 1000 })
    const digest = (...parts: readonly string[]) => parts.join(' ')
    const attempts = createAttempts({ clock, store, digest, rules: { free: 1, longest: 60 } })
    const admissions = await Promise.all(
      Array.from({ length: 10 }, (_, i) => attempts.begin({ account: 'ann', ip: from(i) })),
    )
    const counts = await Promise.all(
      admissions.map((_, i) => store.get(`limits:delay:delay ann network 10.0.${i}.0/24`)),
    )
    assert.deepEqual(
      counts.map((text) => readBucket(text)?.failures),
      admissions.map(({ allowed }) => (allowed ? 1 : 0)),
    )
    assert.equal(admissions.filter(({ allowed }) => allowed).length, 4)
  })

  test('the owner is told again on another day', async () => {
    const { limits, clock } = await inMemory()
    const told = async () => {
      let count = 0
      for (let i = 0; i < 10; i += 1) {
        if ((await limits.afterAttempt(stranger, 'failure')).notifyOwner) count += 1
      }
      return count
    }
    assert.equal(await told(), 1)
    clock.advance(43_200)
    assert.equal(await told(), 0)
    clock.advance(86_401)
    assert.equal(await told(), 1)
  })

  test('suspicion ends an hour after its last sign, and may then begin again', async () => {
    const { limits, clock } = await inMemory({ stuffingAccounts: 2 })
    let i = 0
    const sign = async () => {
      i += 1
      const attempt = { account: `person ${i}`, ip: stranger.ip }
      return (await limits.afterAttempt(attempt, 'failure')).stuffing
    }
    assert.deepEqual([await sign(), await sign()], [undefined, 'begun'])
    clock.advance(599)
    assert.equal(await sign(), 'going_on')
    clock.advance(3599)
    assert.equal(await limits.isSuspicious(stranger.ip), true)
    clock.advance(2)
    assert.equal(await limits.isSuspicious(stranger.ip), false)
    assert.deepEqual([await sign(), await sign()], [undefined, 'begun'])
  })
})

describe('attempts of linked workers', () => contract(linked))
describe('attempts over Redis', { skip: whyNoRedis() ?? false }, () => contract(overRedis))
