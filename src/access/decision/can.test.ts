import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { can } from './can.ts'
import type { Asked, World } from './world.fixture.ts'
import {
  asked,
  build,
  decide,
  grant,
  ids,
  permission,
  reference,
  roleIndex,
  world,
} from './world.fixture.ts'

const runs = { numRuns: 4000 }

test('a decision is what a slow and simple evaluator finds, on random roles and assignments', () => {
  let allowed = 0
  fc.assert(
    fc.property(world, asked, (some, question) => {
      const decision = decide(some, question)
      if (decision.allowed) allowed += 1
      assert.equal(decision.allowed, reference(some, question))
    }),
    runs,
  )
  assert.ok(allowed > runs.numRuns / 20, `only ${allowed} were allowed`)
})

test('giving somebody more never takes anything away', () => {
  const more = fc.record({ grant, role: roleIndex, permission, parent: roleIndex })
  fc.assert(
    fc.property(world, asked, more, (some, question, extra) => {
      if (!decide(some, question).allowed) return
      const grants = [extra.grant, ...some.grants]
      const roles = some.roles.map((role, i) =>
        i === extra.role
          ? {
              permissions: [extra.permission, ...role.permissions],
              parents: [extra.parent, ...role.parents],
            }
          : role,
      )
      for (const wider of [
        { ...some, grants },
        { ...some, roles },
        { ...some, grants, roles },
      ])
        assert.ok(decide(wider, question).allowed)
    }),
    runs,
  )
})

test('the order of roles, parents, permissions and assignments means nothing', () => {
  fc.assert(
    fc.property(world, asked, (some, question) => {
      const turned: World = {
        ...some,
        roles: some.roles.map(({ permissions, parents }) => ({
          permissions: permissions.toReversed(),
          parents: parents.toReversed(),
        })),
        grants: some.grants.toReversed(),
      }
      const [one, other] = [decide(some, question), decide(turned, question)]
      assert.equal(one.allowed, other.allowed)
      if (!one.allowed && !other.allowed) assert.equal(one.why, other.why)
    }),
    runs,
  )
})

test('why something is denied is true: it would be allowed otherwise', () => {
  const seen = new Set<string>()
  const everyTime = [0, 1, 2, 3, 4, 5, 6, 7]
  const everyId = [...ids, 'abcd', 'bc', 'c']
  fc.assert(
    fc.property(world, asked, (some, question) => {
      const decision = decide(some, question)
      if (decision.allowed) return
      seen.add(decision.why)
      const at = (changes: Partial<Asked>) => reference(some, { ...question, ...changes })
      const owned = { owner: 'me' }
      switch (decision.why) {
        case 'inactive_subject':
          return assert.ok(!some.active)
        case 'not_owner':
          return assert.ok(at(owned))
        case 'not_yet':
          return assert.ok(some.grants.some(({ from }) => from !== null && from > question.now))
        case 'over':
          return assert.ok(some.grants.some(({ until }) => until !== null && until <= question.now))
        case 'elsewhere':
          // A period may be over before it begins, which the database refuses.
          return assert.ok(
            some.grants.some(({ limit: text }) => text?.startsWith(`${question.type}:`)),
          )
        case 'no_permission':
        case 'unknown_subject':
          for (const now of everyTime)
            for (const id of everyId)
              assert.ok(!at({ ...owned, now, id }), 'not without permission')
      }
    }),
    runs,
  )
  assert.deepEqual([...seen].sort(), [
    'elsewhere',
    'inactive_subject',
    'no_permission',
    'not_owner',
    'not_yet',
    'over',
  ])
})

test('nobody may do anything, and a denial of thousands of assignments is quick', () => {
  const { model } = build({ roles: [], grants: [], active: true })
  const question = { resource: { type: 'doc' }, action: 'read' }
  assert.deepEqual(can(model, undefined, question, 0), { allowed: false, why: 'unknown_subject' })
  const many = build({
    roles: [{ permissions: ['doc:read'], parents: [] }],
    grants: Array.from({ length: 5000 }, (_, i) => ({
      role: 0,
      limit: `doc:n${i}`,
      from: null,
      until: null,
      byGroup: false,
    })),
    active: true,
  })
  const started = performance.now()
  for (let i = 0; i < 100; i += 1) {
    const decision = can(
      many.model,
      many.subject,
      { ...question, resource: { type: 'doc', id: 'x' } },
      0,
    )
    assert.deepEqual(decision, { allowed: false, why: 'elsewhere' })
  }
  assert.ok(performance.now() - started < 1000)
})
