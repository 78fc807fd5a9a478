import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { NewAssignment } from './assignment.ts'
import { checkAssignment, isHolderId } from './assignment.ts'
import { parseScope, scopeMatches, scopeText } from './scope.ts'

const now = new Date('2026-11-24T12:00:00Z')
const holder = { type: 'user', id: '01960d2c-7c00-7000-8000-0000000000aa' } as const
const problems = (input: Partial<NewAssignment>): string[] =>
  checkAssignment({ role: 'editor', holder, ...input }, now).members.map(({ pointer }) => pointer)

test('an assignment has a thing that can be, and a period that is not over', () => {
  assert.deepEqual(problems({}), [])
  assert.deepEqual(problems({ resource: 'document:42' }), [])
  assert.deepEqual(problems({ resource: 'document' }), ['/resource'])
  assert.deepEqual(problems({ endsAt: now }), ['/ends_at'])
  assert.deepEqual(problems({ endsAt: new Date('nonsense') }), ['/ends_at'])
  assert.deepEqual(problems({ startsAt: new Date('nonsense') }), ['/starts_at'])
  const [early, late] = [new Date('2027-01-01'), new Date('2028-01-01')]
  assert.deepEqual(problems({ startsAt: early, endsAt: late }), [])
  assert.deepEqual(problems({ startsAt: late, endsAt: early }), ['/ends_at'])
})

test('owner is given to users and without limit', () => {
  assert.deepEqual(problems({ role: 'owner' }), [])
  const group = { type: 'group', id: holder.id } as const
  const limits = { resource: 'document:42', startsAt: now, endsAt: new Date('2027-01-01') }
  assert.deepEqual(problems({ role: 'owner', holder: group, ...limits }), [
    '/subject/type',
    '/resource',
    '/starts_at',
    '/ends_at',
  ])
})

test('what cannot be an id does not reach the database', () => {
  for (const id of ['', 'mira', '01960D2C-7C00-7000-8000-0000000000AA', "' OR 1=1"]) {
    assert.equal(isHolderId({ type: 'user', id }), false, id)
    assert.equal(isHolderId({ type: 'group', id }), false, id)
  }
  assert.equal(isHolderId({ type: 'client', id: 'c_1\0' }), false)
  assert.equal(isHolderId({ type: 'client', id: 'c_1' }), true)
})

test('a limit is written and read the same, and fits what begins so and nothing else', () => {
  const text = fc.stringMatching(/^[a-z0-9/-]{1,8}$/)
  fc.assert(
    fc.property(text, text, fc.boolean(), (id, more, prefix) => {
      const written = `document:${id}${prefix ? '*' : ''}`
      const scope = parseScope(written)
      assert.ok(scope)
      assert.equal(scopeText(scope), written)
      assert.equal(scopeMatches(scope, 'document', id), true)
      assert.equal(scopeMatches(scope, 'document', id + more), prefix)
      assert.equal(scopeMatches(scope, 'memo', id), false)
      assert.equal(scopeMatches(scope, 'document', undefined), false)
    }),
  )
  for (const wrong of ['document', 'document:', ':42', 'doc*:1', 'document:a*b', 'document:a\n']) {
    assert.equal(parseScope(wrong), undefined, wrong)
  }
})
