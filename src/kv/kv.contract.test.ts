import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, manualClock } from '../base/index.ts'
import { linePair } from '../workers/line.fixture.ts'
import type { KvCall, KvReply } from './index.ts'
import { answerLinkedKv, createLinkedKv, createMemoryKv, createRedisKv, type Kv } from './index.ts'
import { startRedis, whyNoRedis } from './redis.fixture.ts'

/** A store to test: nodes that share it, and time passing in it. */
type Subject = {
  readonly node: () => Promise<Kv>
  readonly pass: (seconds: number) => Promise<void>
  readonly end: () => Promise<void>
}

const anHour = 3600

type LinkedSpeech = {
  readonly questions: { readonly kv: { readonly with: KvCall; readonly reply: KvReply } }
  readonly news: { readonly published: { readonly channel: string; readonly message: string } }
}

function contract(start: () => Promise<Subject>) {
  /** Runs a test against two nodes of one store, and closes everything. */
  const it = (name: string, body: (kv: Kv, other: Kv, subject: Subject) => Promise<void>) =>
    test(name, async () => {
      const subject = await start()
      const [kv, other] = [await subject.node(), await subject.node()]
      try {
        await body(kv, other, subject)
      } finally {
        await kv.close()
        await other.close()
        await subject.end()
      }
    })

  it('a value that was set is got by every node until it is deleted', async (kv, other) => {
    assert.equal(await kv.get('k'), undefined)
    await kv.set('k', 'v', anHour)
    assert.equal(await other.get('k'), 'v')
    await kv.set('k', '', anHour)
    assert.equal(await other.get('k'), '')
    await other.delete('k')
    await other.delete('k')
    assert.equal(await kv.get('k'), undefined)
  })

  it('any text is a key and a value', async (kv, other) => {
    for (const text of ['ключ', 'a b\r\nc', '😀', '*', '__proto__', 'x'.repeat(100_000)]) {
      await kv.set(text, text, anHour)
      assert.equal(await other.get(text), text)
    }
  })

  it('an entry expires, also when it came by add or replace', async (kv, other, { pass }) => {
    await kv.set('set', 'v', 0.2)
    await kv.set('stays', 'v', anHour)
    assert.equal(await kv.add('add', 'v', 0.2), true)
    await kv.set('replace', 'v', anHour)
    assert.equal(await kv.replace('replace', 'w', 0.2, 'v'), true)
    await pass(0.25)
    for (const key of ['set', 'add', 'replace']) assert.equal(await other.get(key), undefined)
    assert.equal(await kv.take('set'), undefined)
    assert.equal(await kv.replace('set', 'w', anHour, 'v'), false)
    assert.equal(await kv.add('add', 'again', anHour), true)
    assert.equal(await other.get('stays'), 'v')
  })

  it('setting again begins a new lifetime', async (kv, other, { pass }) => {
    await kv.set('k', 'v', 0.2)
    await kv.set('k', 'w', anHour)
    await pass(0.25)
    assert.equal(await other.get('k'), 'w')
  })

  it('a lifetime that is no positive number is refused', async (kv) => {
    for (const ttl of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(kv.set('k', 'v', ttl), RangeError)
      await assert.rejects(kv.add('k', 'v', ttl), RangeError)
    }
  })

  it('of 50 parallel adds one wins, and its value stays', async (kv, other) => {
    const nodes = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? kv : other))
    const won = await Promise.all(nodes.map((node, i) => node.add('k', `${i}`, anHour)))
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal(await kv.get('k'), String(won.indexOf(true)))
  })

  it('of 50 parallel takes one gets the value', async (kv, other) => {
    await kv.set('k', 'v', anHour)
    const nodes = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? kv : other))
    const got = await Promise.all(nodes.map((node) => node.take('k')))
    assert.deepEqual(
      got.filter((value) => value !== undefined),
      ['v'],
    )
    assert.equal(await kv.get('k'), undefined)
  })

  it('of 50 parallel replacements of one value one wins', async (kv, other) => {
    await kv.set('k', 'old', anHour)
    const nodes = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? kv : other))
    const won = await Promise.all(nodes.map((n, i) => n.replace('k', `${i}`, anHour, 'old')))
    assert.equal(won.filter(Boolean).length, 1)
    assert.equal(await kv.get('k'), String(won.indexOf(true)))
  })

  it('a replacement of an absent or different value changes nothing', async (kv) => {
    assert.equal(await kv.replace('k', 'new', anHour, ''), false)
    assert.equal(await kv.get('k'), undefined)
    await kv.set('k', 'v', anHour)
    assert.equal(await kv.replace('k', 'new', anHour, 'w'), false)
    assert.equal(await kv.get('k'), 'v')
  })

  it('a message reaches the subscribers of its channel on every node', async (kv, other) => {
    const heard: string[] = []
    await kv.subscribe('a', (message) => heard.push(`kv ${message}`))
    await other.subscribe('a', (message) => heard.push(`other ${message}`))
    await kv.subscribe('b', (message) => heard.push(`wrong ${message}`))
    await other.publish('a', 'hello')
    await until(() => heard.length >= 2)
    assert.deepEqual(heard.sort(), ['kv hello', 'other hello'])
  })

  it('an ended subscription hears nothing more; its neighbour still does', async (kv, other) => {
    const heard: string[] = []
    const end = await kv.subscribe('a', (message) => heard.push(`ended ${message}`))
    await kv.subscribe('a', (message) => heard.push(message))
    await end()
    await end()
    await other.publish('a', '1')
    await other.publish('a', '2')
    await until(() => heard.length >= 2)
    assert.deepEqual(heard, ['1', '2'])
  })

  it('messages do not hinder other operations of the same node', async (kv) => {
    await kv.subscribe('a', () => {})
    await kv.set('k', 'v', anHour)
    assert.equal(await kv.get('k'), 'v')
    await kv.ping()
  })

  it('a closed store is unavailable, and may be closed again', async (kv) => {
    await kv.ping()
    await kv.close()
    await kv.close()
    for (const call of [kv.ping(), kv.get('k'), kv.set('k', 'v', 1), kv.subscribe('a', () => {})]) {
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof Failure)
        assert.equal(error.kind.status, 503)
        assert.equal(error.details.retryAfter, 2)
        return true
      })
    }
  })
}

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !done(); i += 1) await sleep(10)
}

describe('kv contract: memory', () => {
  contract(async () => {
    const clock = manualClock(new Date(0))
    const kv = createMemoryKv({ clock, maxEntries: 1000 })
    const pass = async (seconds: number) => clock.advance(seconds)
    return { node: async () => kv, pass, end: async () => {} }
  })
})

describe('kv contract: linked to another process', () => {
  contract(async () => {
    const clock = manualClock(new Date(0))
    const kept = createMemoryKv({ clock, maxEntries: 1000 })
    const closes: (() => void)[] = []
    const node = async () => {
      const pair = linePair<LinkedSpeech, LinkedSpeech>(
        (other) => {
          const tell = (channel: string, message: string) =>
            other().tell('published', { channel, message })
          const { answer } = answerLinkedKv(kept, tell)
          return { answers: { kv: (call) => answer(...call) }, listeners: { published: () => {} } }
        },
        {
          answers: { kv: () => assert.fail('asked by the keeper') },
          listeners: {
            published: ({ channel, message }) => {
              for (const hear of heard) hear(channel, message)
            },
          },
        },
      )
      const heard: ((channel: string, message: string) => void)[] = []
      closes.push(pair.close)
      return createLinkedKv({
        call: (...call) => pair.line.ask('kv', call),
        hear: (listener) => heard.push(listener),
      })
    }
    const pass = async (seconds: number) => clock.advance(seconds)
    const end = async () => {
      for (const close of closes) close()
    }
    return { node, pass, end }
  })
})

const given = process.env.CARDEA_TEST_REDIS_URL
const skip = given === undefined ? (whyNoRedis() ?? false) : false

describe('kv contract: redis', { skip }, () => {
  contract(async () => {
    const server = given === undefined ? await startRedis() : { url: given, stop: async () => {} }
    const prefix = `test:${randomUUID()}:`
    const onError = (error: unknown) => assert.fail(String(error))
    const node = () => createRedisKv({ url: server.url, prefix, onError })
    return { node, pass: (seconds) => sleep(seconds * 1000), end: server.stop }
  })
})
