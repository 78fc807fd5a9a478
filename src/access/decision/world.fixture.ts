import * as fc from 'fast-check'
import { parseScope } from '../assignment/scope.ts'
import { compileModel } from '../model/compile.ts'
import { parsePermission } from '../model/permission.ts'
import type { Question } from './can.ts'
import { can } from './can.ts'
import type { Standing } from './subject.ts'
import { sortGrants } from './subject.ts'

/** A world in plain texts, from which both the rule and the reference are made. */
export type World = {
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
export type Asked = {
  readonly type: string
  readonly action: string
  readonly id: string | undefined
  readonly owner: string | undefined
  readonly now: number
}

const types = ['doc', 'pic'] as const
const actions = ['read', 'write'] as const
export const ids = ['a', 'ab', 'abc', 'b'] as const
const names = ['me', 'me@example.org']
const time = fc.integer({ min: 0, max: 6 })
const period = fc.constantFrom(null, null, null, 0, 1, 2, 3, 4, 5, 6)
export const permission = fc
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
export const roleIndex = fc.nat({ max: 5 })
export const grant = fc.record({
  role: roleIndex,
  limit: fc.oneof(fc.constant(null), limit, limit),
  from: period,
  until: period,
  byGroup: fc.boolean(),
})
export const world: fc.Arbitrary<World> = fc.record({
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
export const asked: fc.Arbitrary<Asked> = fc.record({
  type: usually(types, ['else', '*', 'doc:read', 'a b']),
  action: usually(actions, ['else', '*', 'read@own', '*@own']),
  id: fc.constantFrom(...ids, undefined, '*', 'a*'),
  owner: fc.constantFrom(undefined, 'me', 'ME', 'me@example.org', 'Me@EXAMPLE.org', 'other', ''),
  now: time,
})

export function decide({ roles, grants, active }: World, { type, action, id, owner, now }: Asked) {
  const { model, subject } = build({ roles, grants, active })
  const question: Question = { resource: { type, id, owner }, action }
  return can(model, subject, question, now)
}

export function build({ roles, grants, active }: World) {
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
export function reference(
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
