import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { Failure } from '../base/index.ts'
import { decodeCursor, encodeCursor, pageFrom, pageOf, sortOf } from './paging.ts'

const Key = Type.Tuple([Type.String(), Type.Integer()])
const refused = (error: unknown) => error instanceof Failure && error.kind.code === 'invalid_cursor'

test('a cursor gives back the values that it was made of', () => {
  assert.deepEqual(decodeCursor(Key, encodeCursor(['Łukasz', 7])), ['Łukasz', 7])
})

test('a cursor that no list gave out is refused', () => {
  const wrong = [
    'x',
    '!!',
    'bnVsbA',
    encodeCursor([]),
    encodeCursor(['a', 'b']),
    encodeCursor(['a\0', 1]),
    encodeCursor(['a', 1, 2]),
    Buffer.from('{"0":"a","1":1}').toString('base64url'),
  ]
  for (const cursor of wrong) assert.throws(() => decodeCursor(Key, cursor), refused, cursor)
})

test('a page has a next one exactly if there was one row too many', () => {
  const keyOf = (row: number) => ['a', row]
  assert.equal(pageFrom([1, 2], 2, keyOf).next, null)
  assert.equal(pageFrom([], 2, keyOf).next, null)
  const page = pageFrom([1, 2, 3], 2, keyOf)
  assert.deepEqual(page.items, [1, 2])
  const { after, limit } = pageOf({ after: page.next ?? '' }, Key)
  assert.deepEqual([after, limit], [['a', 2], 50])
})

test('a list is sorted by names that it knows, and by the first of them otherwise', () => {
  const names = ['username', 'created_at'] as const
  assert.deepEqual(sortOf(names, '-created_at'), { by: 'created_at', descending: true })
  assert.deepEqual(sortOf(names, undefined), { by: 'username', descending: false })
  assert.deepEqual(sortOf(names, '-; DROP TABLE users').by, 'username')
})
