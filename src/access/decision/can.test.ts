import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseScope } from '../assignment/scope.ts'
import { compileModel } from '../model/compile.ts'
import { parsePermission } from '../model/permission.ts'
import { reachOf } from '../search/reach.ts'
import type { Question } from './can.ts'
import { can } from './can.ts'
import type { Standing } from './subject.ts'
import { sortGrants } from './subject.ts'

/** A world in plain texts, from which both the rule and the reference are made. */
type World = {
  readonly roles: readonly {
    readonly permissions: readonly string[]
    readonly parents: readonly number[]
  }[]
  readonly grants: readonly {
    readonly role: number
    readonly limit: string | null
    readonly from: number | null
    readonly until: number | null
    readonly byGroup: boolean
  }[]
  readonly active: boolean
}
type Asked = {
  readonly type: string
  readonly action: string
  readonly id: string | undefined
  readonly owner: string | undefined
  readonly now: number
}

const types = ['doc', 'pic'] as const
const actions = ['read', 'write'] as const
const ids = ['a', 'ab', 'abc', 'b'] as const
const names = ['me', 'me@example.org']
const time = fc.integer({ min: 0, max: 6 })
const period = fc.constantFrom(null, null, null, 0, 1, 2, 3, 4, 5, 6)
const permission = fc
  .tuple(
    fc.constantFrom(...types, '*'),
    fc.constantFrom(...actions, '*'),
    fc.constantFrom('', '@own'),
  )
  .map(([type, action, own]) => `${type}:${action}${own}`)
const limit = fc
  .tuple(fc.constantFrom(...types), fc.constantFrom(...ids, '*', 'a*', 'ab*', 'b*'))
  .map(([type, id]) => `${type}:${id}`)
// Of six roles, so that an assignment may name a role that is gone, and parents may even form a cycle.
const roleIndex = fc.nat({ max: 5 })
const grant = fc.record({
  role: roleIndex,
  limit: fc.oneof(fc.constant(null), limit, limit),
  from: period,
  until: period,
  byGroup: fc.boolean(),
})
const world: fc.Arbitrary<World> = fc.record({
  roles: fc.array(
    fc.record({
      permissions: fc.array(permission, { minLength: 1, maxLength: 3 }),
      parents: fc.array(roleIndex, { maxLength: 2 }),
    }),
    { minLength: 3, maxLength: 5 },
  ),
  grants: fc.array(grant, { minLength: 1, maxLength: 6 }),
  active: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
})
const usually = (common: readonly string[], strange: readonly string[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...common) },
    { weight: 1, arbitrary: fc.constantFrom(...strange) },
  )
const asked: fc.Arbitrary<Asked> = fc.record({
  type: usually(types, ['else', '*', 'doc:read', 'a b']),
  action: usually(actions, ['else', '*', 'read@own', '*@own']),
  id: fc.constantFrom(...ids, undefined, '*', 'a*'),
  owner: fc.constantFrom(undefined, 'me', 'ME', 'me@example.org', 'Me@EXAMPLE.org', 'other', ''),
  now: time,
})

function decide({ roles, grants, active }: World, { type, action, id, owner, now }: Asked) {
  const { model, subject } = build({ roles, grants, active })
  const question: Question = { resource: { type, id, owner }, action }
  return can(model, subject, question, now)
}

function build({ roles, grants, active }: World) {
  const model = compileModel(
    roles.map(({ permissions, parents }, i) => ({
      id: `r${i}`,
      name: `role ${i}`,
      parents: parents.map((parent) => `r${parent}`),
      permissions: permissions.flatMap((text) => parsePermission(text) ?? []),
    })),
  )
  const standing: Standing = {
    key: { type: 'user', id: 'me' },
    active,
    names,
    groups: ['g'],
    grants: grants.map(({ role, limit: text, from, until, byGroup }, i) => ({
      assignmentId: `a${i}`,
      roleId: `r${role}`,
      group: byGroup ? { id: 'g', name: 'Group' } : null,
      scope: text === null ? null : (parseScope(text) ?? null),
      from,
      until,
    })),
  }
  return { model, subject: sortGrants(standing) }
}

/** The same, written again without any cleverness: texts, loops and nothing remembered. */
function reference(
  { roles, grants, active }: World,
  { type, action, id, owner, now }: Asked,
): boolean {
  if (!active || !/^[\w./-]+$/.test(type) || !/^[\w./-]+$/.test(action)) return false
  const all = (role: number, seen: number[]): string[] => {
    if (seen.includes(role)) return []
    const { permissions = [], parents = [] } = roles[role] ?? {}
    return [...permissions, ...parents.flatMap((parent) => all(parent, [...seen, role]))]
  }
  const reaches = (text: string | null) => {
    if (text === null || text === `${type}:*`) return true
    if (id === undefined) return false
    const thing = `${type}:${id}`
    return text.endsWith('*')
      ? thing.startsWith(text.slice(0, -1)) && text.startsWith(`${type}:`)
      : text === thing
  }
  const mine = owner === 'me' || owner?.toLowerCase() === 'me@example.org'
  const allows = (text: string) => {
    const [pair = '', condition] = text.split('@')
    const [what, how] = pair.split(':')
    return (
      (what === '*' || what === type) &&
      (how === '*' || how === action) &&
      (condition !== 'own' || mine)
    )
  }
  return grants.some(
    ({ role, limit: text, from, until }) =>
      reaches(text) &&
      (from ?? now) <= now &&
      (until ?? now + 1) > now &&
      all(role, []).some(allows),
  )
}

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
