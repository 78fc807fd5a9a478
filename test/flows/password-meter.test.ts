import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import { loadStrengthAssets } from '../../src/http/page/strength-assets.ts'
import { createJudge } from '../../src/identity/password/strength/judge.ts'

test('the meter on pages judges exactly as the server does', async () => {
  const assets = loadStrengthAssets(2)
  const answers: { score: number; weakness: string }[] = []
  let listen: (event: { data: unknown }) => void = () => undefined
  const self: Record<string, unknown> = {
    addEventListener: (_type: string, listener: typeof listen) => {
      listen = listener
    },
    postMessage: (answer: { score: number; weakness: string }) => answers.push(answer),
  }
  self.self = self
  runInNewContext(assets.files.get(assets.worker)?.body().toString() ?? '', self)
  const judge = await createJudge()
  const words = ['ada', 'lovelace']
  const passwords = [
    'password1',
    'lovelace1815',
    'qwertyuiop[]',
    'abcabcabcabc',
    'abcdefghij',
    '19.11.1987',
    'jonathan smith',
    'P4$$w0rd and more',
    'correct horse battery staple',
    'kT9#vR2m!xQ7pL4z',
    'x'.repeat(100),
  ]
  for (const password of passwords) {
    listen({ data: { id: 1, password, words } })
    const { score, weakness } = await judge({ password, words, estimate: true })
    const shown = answers.pop()
    assert.deepEqual([shown?.score, shown?.weakness], [score, weakness], password)
  }
})
