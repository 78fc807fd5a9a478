import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testServer } from '../harness/server.ts'
import { cardea, reference } from './contestants.ts'
import { corpus } from './corpus.ts'
import type { Difference } from './differences.ts'
import { differences } from './differences.ts'

/** The same requests to Cardea and to oidc-provider: where the answers differ, `differences.ts` says why. */
const server = await testServer({ env: { CARDEA_PROTOCOL_LEGACY_RESPONSE_TYPES: 'true' } })
after(() => server.close())

/** Nobody need say twice why a signed-in person is answered so, too. */
function expectedOf(name: string): Difference | undefined {
  return differences[name] ?? differences[name.replace('authorize, signed in, ', 'authorize ')]
}

test('every answer is that of the reference, or differs for a reason that is written down', async () => {
  const peer = await reference()
  try {
    const ours = await cardea(server)
    const met = new Set<Difference>()
    for (const [name, ask] of corpus) {
      const answers = await Promise.all([ours, peer].map(ask))
      const [mine, theirs] = answers
      const expected = expectedOf(name)
      if (mine === theirs && differences[name] === undefined) continue
      assert.deepEqual({ mine, theirs }, { mine: expected?.ours, theirs: expected?.theirs }, name)
      if (expected !== undefined) met.add(expected)
    }
    const over = Object.entries(differences).filter(([, one]) => !met.has(one))
    assert.deepEqual(over, [], 'differences that are none any more')
    assert.ok(corpus.length > 150)
  } finally {
    peer.close()
  }
})
