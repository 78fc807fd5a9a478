import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { builtInRoles } from './built-in-roles.ts'
import type { Permission } from './permission.ts'
import { covers, parsePermission, permissionText } from './permission.ts'
import type { Role } from './role.ts'
import { blankRole, breaksBuiltIn, difference, draftRole } from './role-draft.ts'
import { merged, readPermissions, unknownPermissions } from './spellings.ts'

const spelling = fc
  .tuple(
    fc.constantFrom('*', 'document', 'invoice'),
    fc.constantFrom('*', 'read', 'update'),
    fc.boolean(),
  )
  .map(([resource, action, own]) => `${resource}:${action}${own ? '@own' : ''}`)
const spellings = fc.array(spelling, { maxLength: 8 })
const read = (texts: readonly string[]): Permission[] =>
  texts.flatMap((text) => parsePermission(text) ?? [])
const allows = (permissions: readonly Permission[], asked: Permission): boolean =>
  permissions.some((permission) => covers(permission, asked))

test('adding a permission to a role never takes one away', () => {
  fc.assert(
    fc.property(spellings, spellings, spelling, (had, added, asked) => {
      const before = { ...blankRole, permissions: merged(read(had)) }
      const { draft } = draftRole(before, { name: 'role', add_permissions: added })
      const [question] = read([asked])
      assert.ok(question)
      assert.equal(
        allows(before.permissions, question) && !allows(draft.permissions, question),
        false,
      )
      assert.equal(allows(read([...had, ...added]), question), allows(draft.permissions, question))
    }),
  )
})

test('a difference is empty exactly if both are spelt the same', () => {
  fc.assert(
    fc.property(spellings, spellings, (a, b) => {
      const [left, right] = [read(a), read(b)]
      const spelt = (some: readonly Permission[]) => new Set(some.map(permissionText))
      const same = isDeepStrictEqual(spelt(left), spelt(right))
      assert.equal(difference(left, right).length === 0, same)
    }),
  )
})

test('a role of Cardea keeps its own permissions, and owner everything', () => {
  const roleOf = (name: string): Role => ({
    id: name,
    name,
    description: '',
    builtIn: true,
    version: 1,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    parents: [],
    permissions: read(builtInRoles.get(name) ?? []),
  })
  const breaks = (name: string, change: object) => {
    const role = roleOf(name)
    return breaksBuiltIn(role, draftRole(role, change).draft)
  }
  assert.equal(breaks('owner', { description: 'Mine' }), true)
  assert.equal(breaks('admin', { add_permissions: ['document:read'] }), false)
  assert.equal(breaks('admin', { remove_permissions: ['cardea.user:read'] }), true)
  assert.equal(breaks('support', { permissions: [] }), true)
  assert.equal(breaks('user', { permissions: ['document:read@own'] }), false)
  assert.equal(breaks('user', { name: 'member' }), true)
})

test('what is neither registered nor a wildcard that can be is told by a pointer', () => {
  const texts = ['document:read', 'document:fly', 'book:*', '*:lend', 'cardea.user:*', 'cardea.x:*']
  const { written, members } = readPermissions([...texts, 'nonsense', 'a:b:c'], '/permissions')
  assert.deepEqual(
    members.map(({ pointer }) => pointer),
    ['/permissions/6', '/permissions/7'],
  )
  const unknown = unknownPermissions(written, (one) => permissionText(one) === 'document:read')
  assert.deepEqual(
    unknown.map(({ pointer }) => pointer),
    ['/permissions/1', '/permissions/5'],
  )
})
