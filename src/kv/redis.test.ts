import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../base/index.ts'
import { startRedis, whyNoRedis } from './redis.fixture.ts'
import { createRedisKv } from './redis.ts'

const unavailable = (error: unknown) => error instanceof Failure && error.kind.status === 503

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    if (await done()) return
    await sleep(20)
  }
  assert.fail('it never happened')
}

describe('redis', { skip: whyNoRedis() ?? false }, () => {
  test('an unreachable server fails the start instead of waiting for ever', async () => {
    const server = await startRedis()
    await server.stop()
    const start = createRedisKv({ url: server.url, prefix: '', onError: () => {} })
    await assert.rejects(start, unavailable)
  })

  test('a lost server fails every call at once, and a returned one is taken up again', async () => {
    const server = await startRedis()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const kv = await createRedisKv({ url: server.url, prefix: 'p:', onError })
    const heard: string[] = []
    await kv.subscribe('news', (message) => heard.push(message))
    await server.stop()
    await until(async () => errors.length > 0)
    await assert.rejects(kv.get('k'), unavailable)
    await assert.rejects(kv.add('k', 'v', 1), unavailable)
    await assert.rejects(kv.ping(), unavailable)

    const again = await startRedis(server.port)
    await until(() =>
      kv.ping().then(
        () => true,
        () => false,
      ),
    )
    await until(async () => {
      await kv.publish('news', 'back')
      return heard.includes('back')
    })
    await kv.close()
    await again.stop()
  })

  test('a server that does not answer fails the call in bounded time', async () => {
    const server = await startRedis()
    const kv = await createRedisKv({ url: server.url, prefix: '', onError: () => {} })
    server.signal('SIGSTOP')
    await assert.rejects(kv.get('k'), unavailable)
    server.signal('SIGCONT')
    await until(() =>
      kv.ping().then(
        () => true,
        () => false,
      ),
    )
    await kv.close()
    await server.stop()
  })

  test('closing without a connection ends at once', async () => {
    const server = await startRedis()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const kv = await createRedisKv({ url: server.url, prefix: '', onError })
    await server.stop()
    await until(async () => errors.length > 0)
    await kv.close()
    await assert.rejects(kv.get('k'), unavailable)
  })

  test('a listener that throws is reported and does not end the connection', async () => {
    const server = await startRedis()
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const kv = await createRedisKv({ url: server.url, prefix: '', onError })
    await kv.subscribe('a', () => {
      throw new Error('listener')
    })
    await kv.publish('a', 'm')
    await until(async () => errors.length > 0)
    assert.match(String(errors[0]), /listener/)
    await kv.ping()
    await kv.close()
    await server.stop()
  })

  test('two prefixes on one server do not see each other', async () => {
    const server = await startRedis()
    const onError = () => {}
    const a = await createRedisKv({ url: server.url, prefix: 'a:', onError })
    const b = await createRedisKv({ url: server.url, prefix: 'b:', onError })
    await a.set('k', 'v', 60)
    assert.equal(await b.get('k'), undefined)
    await a.close()
    await b.close()
    await server.stop()
  })
})
