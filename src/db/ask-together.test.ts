import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { askTogether } from './ask-together.ts'

/** Statements that are answered when told to: each with the questions that it holds. */
function heldStatements() {
  const held: { questions: readonly string[]; answer: () => void; fail: () => void }[] = []
  const ask = askTogether(String, (questions: readonly string[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<Map<string, string>>()
    const known = questions.filter((one) => one !== 'nobody')
    const answer = () => resolve(new Map(known.map((one) => [one, `about ${one}`])))
    held.push({ questions, answer, fail: () => reject(new Error('no database')) })
    return promise
  })
  return { held, ask }
}

test('a question alone is asked at once, and what comes while two are under way is asked together', async () => {
  const { held, ask } = heldStatements()
  const answers = ['a', 'b', 'c', 'd', 'c', 'nobody'].map((one) => ask(one))
  assert.deepEqual(
    held.map(({ questions }) => questions),
    [['a'], ['b']],
  )
  held[0]?.answer()
  await turn()
  assert.deepEqual(held[2]?.questions, ['c', 'd', 'nobody'])
  held[1]?.answer()
  held[2]?.answer()
  assert.deepEqual(await Promise.all(answers), [
    'about a',
    'about b',
    'about c',
    'about d',
    'about c',
    undefined,
  ])
})

test('a question never gets an answer that was under way before it was put', async () => {
  const { held, ask } = heldStatements()
  const first = ask('a')
  const second = ask('a')
  assert.equal(held.length, 2)
  for (const { answer } of held) answer()
  assert.deepEqual(await Promise.all([first, second]), ['about a', 'about a'])
  const third = ask('a')
  assert.equal(held.length, 3)
  held[2]?.answer()
  assert.equal(await third, 'about a')
})

test('a statement that fails is told to those it was for, and the next ones are asked', async () => {
  const { held, ask } = heldStatements()
  const lost = ask('a')
  const others = [ask('b'), ask('c')]
  held[0]?.fail()
  await assert.rejects(lost, /no database/)
  held[1]?.answer()
  await turn()
  held[2]?.answer()
  assert.deepEqual(await Promise.all(others), ['about b', 'about c'])
})
