import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../base/index.ts'
import { createMemoryKv } from '../../kv/index.ts'
import { refuseForNow } from './pace.ts'

test('RFC 8628 section 3.5: who asks too soon waits five seconds longer, and does so from then on', async () => {
  const clock = manualClock(new Date('2026-11-25T12:00:00Z'))
  const kv = createMemoryKv({ clock, maxEntries: 10 })
  const poll = (after: number) => {
    clock.advance(after)
    return refuseForNow({ kv, clock }, 'television', 5).catch(({ kind }) => kind.code)
  }
  const answers: unknown[] = []
  for (const after of [0, 2, 6, 15, 13, 121]) answers.push(await poll(after))
  const slow = 'slow_down'
  const pending = 'authorization_pending'
  assert.deepEqual(answers, [pending, slow, slow, pending, slow, pending])
})

test('a crowd of devices pushes no sign-in out of a full memory', async () => {
  const clock = manualClock(new Date('2026-11-25T12:00:00Z'))
  const kv = createMemoryKv({ clock, maxEntries: 10 })
  await kv.set('flow:somebody', 'is typing a password', 1800)
  clock.advance(1200)
  for (let n = 0; n < 50; n += 1)
    await refuseForNow({ kv, clock }, `device ${n}`, 5).catch(() => {})
  assert.equal(await kv.get('flow:somebody'), 'is typing a password')
})
