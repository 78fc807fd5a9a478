import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isUniqueViolation, sql } from './index.ts'

test('values become numbered parameters, whatever they hold', () => {
  const evil = "'; DROP TABLE users; --"
  const { text, values } = sql`SELECT * FROM users WHERE name = ${evil} AND age > ${3}`
  assert.equal(text, 'SELECT * FROM users WHERE name = $1 AND age > $2')
  assert.deepEqual(values, [evil, 3])
})

test('one call site keeps its name, equal texts share it, other texts have another', () => {
  const at = (id: number) => sql`SELECT ${id}`
  assert.equal(at(1).name, at(2).name)
  assert.equal(at(1).name, sql`SELECT ${3}`.name)
  assert.notEqual(at(1).name, sql`SELECT ${3} + 1`.name)
  assert.match(at(1).name, /^c_[\w-]{16}$/)
})

test('surrounding space is dropped, so that the first word is the verb', () => {
  assert.equal(
    sql`
    SELECT 1
  `.text,
    'SELECT 1',
  )
})

test('undefined is refused and null is not', () => {
  assert.throws(() => sql`SELECT ${1}, ${undefined}`, /value \$2 is undefined/)
  assert.deepEqual(sql`SELECT ${null}`.values, [null])
})

test('a unique violation is told from other errors and by its constraint', () => {
  const error = Object.assign(new Error('duplicate'), { code: '23505', constraint: 'users_email' })
  assert.equal(isUniqueViolation(error), true)
  assert.equal(isUniqueViolation(error, 'users_email'), true)
  assert.equal(isUniqueViolation(error, 'users_name'), false)
  assert.equal(isUniqueViolation(Object.assign(new Error('x'), { code: '23503' })), false)
  assert.equal(isUniqueViolation('23505'), false)
})
