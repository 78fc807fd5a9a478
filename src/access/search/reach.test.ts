import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { World } from '../decision/world.fixture.ts'
import { asked, build, ids, reference, world } from '../decision/world.fixture.ts'
import { reachOf } from './reach.ts'

const runs = { numRuns: 4000 }

test('whatever a search for resources finds is allowed', () => {
  fc.assert(
    fc.property(world, asked, (some, question) => {
      const { type, action, now } = question
      const { model, subject } = build(some)
      const {
        everything,
        patterns,
        ids: found,
        own,
      } = reachOf(model, subject, { type, action, now })
      const may = (id: string | undefined, owner?: string) =>
        reference(some, { ...question, id, owner })
      assert.equal(everything, may(undefined))
      for (const id of found) assert.ok(may(id), id)
      for (const id of ids)
        if (!found.includes(id))
          assert.ok(!isExact(some, type, id) || !may(id) || everything || patterns.length > 0)
      for (const pattern of patterns) assert.ok(may(`${pattern.slice(0, -1)}zzz`), pattern)
      if (own) assert.ok(may('some', 'me'))
    }),
    runs,
  )
})

function isExact({ grants }: World, type: string, id: string): boolean {
  return grants.some((one) => one.limit === `${type}:${id}`)
}
