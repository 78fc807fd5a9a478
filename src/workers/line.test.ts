import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from './line.ts'
import { LineBroken, openLine } from './line.ts'
import { linePair } from './line.fixture.ts'

type Asking = {
  readonly questions: {
    readonly double: { readonly with: number; readonly reply: number }
    readonly never: { readonly with: undefined; readonly reply: true }
  }
  readonly news: { readonly note: string }
}
type Nothing = Readonly<Record<string, never>>
type Silent = { readonly questions: Nothing; readonly news: Nothing }

function asking() {
  const noted: string[] = []
  const pair = linePair<Asking, Silent>(
    () => ({
      answers: {
        double: async (n) => {
          if (n < 0) throw new Error('only what is positive')
          return 2 * n
        },
        never: () => new Promise<true>(() => {}),
      },
      listeners: { note: (words) => noted.push(words) },
    }),
    { answers: {}, listeners: {} },
  )
  return { ...pair, noted }
}

test('every question gets its own answer, and a failure over there is a failure here', async () => {
  const { line, close } = asking()
  const asked = Array.from({ length: 100 }, (_, n) => line.ask('double', n))
  assert.deepEqual(
    await Promise.all(asked),
    Array.from({ length: 100 }, (_, n) => 2 * n),
  )
  await assert.rejects(line.ask('double', -1), /only what is positive/)
  close()
})

test('what is said arrives in the order in which it was said', async () => {
  const { line, noted, close } = asking()
  for (let i = 0; i < 50; i += 1) line.tell('note', `${i}`)
  await line.ask('double', 1)
  assert.deepEqual(
    noted,
    Array.from({ length: 50 }, (_, i) => `${i}`),
  )
  close()
})

test('a question without an answer fails in time, and one to an end that is gone at once', async () => {
  const { line, close } = asking()
  await assert.rejects(line.ask('never', undefined, { patience: 20 }), LineBroken)
  const left = assert.rejects(line.ask('never', undefined), LineBroken)
  close()
  await left
  await line.closed
  assert.equal(line.isOpen(), false)
  await assert.rejects(line.ask('double', 1), LineBroken)
  line.tell('note', 'to nobody')
})

test('an end that takes nothing more is refused new questions instead of memory without end', async () => {
  let sent = 0
  const stuck: Channel = {
    send: () => {
      sent += 1
      return true
    },
    onMessage: () => {},
    onClose: () => {},
  }
  const line = openLine<Asking, Silent>(stuck, { answers: {}, listeners: {} })
  const asked = Array.from({ length: 6000 }, () =>
    line.ask('double', 1, { patience: 50 }).catch((error: unknown) => error),
  )
  for (let i = 0; i < 6000; i += 1) line.tell('note', 'x'.repeat(1000))
  const errors = await Promise.all(asked)
  assert.ok(errors.every((error) => error instanceof LineBroken))
  assert.ok(sent <= 2000, `${sent} messages were handed over`)
  await sleep(0)
})
