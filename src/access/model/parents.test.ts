import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { maxDepth, parentsProblem } from './parents.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const id = fc.constantFrom(...ids)
const change = fc.record({ role: id, parents: fc.uniqueArray(id, { maxLength: 3 }) })

/** Whether somebody is their own ancestor, found the slow way. */
function hasCircle(family: ReadonlyMap<string, readonly string[]>): boolean {
  const leads = (from: string, to: string, steps: number): boolean =>
    steps > 0 &&
    (family.get(from) ?? []).some((parent) => parent === to || leads(parent, to, steps - 1))
  return [...family.keys()].some((one) => leads(one, one, family.size))
}

test('whatever parents are given in whatever order, no role is its own ancestor', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const family = new Map<string, readonly string[]>()
      for (const { role, parents } of changes) {
        const problem = parentsProblem(family, role, parents)
        assert.equal(problem === 'cycle', hasCircle(new Map([...family, [role, parents]])))
        if (problem === undefined) family.set(role, parents)
      }
      assert.equal(hasCircle(family), false)
    }),
  )
})

test('a line of roles is measured through the role that changes, up and down', () => {
  const line = (from: number, to: number): [string, string[]][] =>
    Array.from({ length: to - from }, (_, i) => [`${from + i + 1}`, [`${from + i}`]])
  const halves = new Map([...line(0, 10), ...line(100, 100 + maxDepth - 11)])
  assert.equal(parentsProblem(halves, '100', ['10']), undefined)
  const longer = new Map([...halves, ...line(100, 100 + maxDepth - 10)])
  assert.equal(parentsProblem(longer, '100', ['10']), 'depth')
})

test('many ways up to the same ancestor are no circle and cost nothing', () => {
  const layers = Array.from({ length: 18 }, (_, layer) =>
    ['x', 'y'].map((side): [string, string[]] => [
      `${side}${layer + 1}`,
      [`x${layer}`, `y${layer}`],
    ]),
  )
  assert.equal(parentsProblem(new Map(layers.flat()), 'top', ['x18', 'y18']), undefined)
})
