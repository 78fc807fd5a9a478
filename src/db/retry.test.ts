import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeStatement, judgeTransaction, mostAttempts, pauseMs } from './pool/retry.ts'
import { troubleOf, wasRefusedUnsent } from './pool/trouble.ts'

const coded = (code: string, more: object = {}) => Object.assign(new Error('x'), { code, ...more })

test('errors are sorted by what they mean for a retry', () => {
  for (const code of ['40001', '40P01']) assert.equal(troubleOf(coded(code)), 'conflict')
  const lost = ['57P01', '57P02', '57P03', '08006', '08P01', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE']
  for (const code of lost) assert.equal(troubleOf(coded(code)), 'connection', code)
  for (const message of [
    'Connection terminated unexpectedly',
    'Connection terminated',
    'Client has encountered a connection error and is not queryable',
    'timeout expired',
    'Query read timeout',
  ]) {
    assert.equal(troubleOf(new Error(message)), 'connection', message)
  }
  assert.equal(troubleOf(new Error('timeout exceeded when trying to connect')), 'overload')
  assert.equal(troubleOf(coded('57014')), 'overload')
  assert.equal(troubleOf(coded('23505')), 'other')
  assert.equal(troubleOf(new Error('a bug')), 'other')
  assert.equal(troubleOf('a bug'), 'other')
})

test('a missing socket is a lost connection, any other missing file a bug', () => {
  assert.equal(troubleOf(coded('ENOENT', { syscall: 'connect' })), 'connection')
  assert.equal(troubleOf(coded('ENOENT', { syscall: 'open' })), 'other')
})

test('a statement that pg refused to send is known not to have reached the server', () => {
  assert.equal(wasRefusedUnsent(new Error('Client was closed and is not queryable')), true)
  assert.equal(wasRefusedUnsent(new Error('Connection terminated unexpectedly')), false)
})

const failed = { trouble: 'connection', stage: 'work', idempotent: false, attempt: 1 } as const

test('a conflict repeats the transaction, even in answer to COMMIT', () => {
  assert.equal(judgeTransaction({ ...failed, trouble: 'conflict' }), 'retry')
  assert.equal(judgeTransaction({ ...failed, trouble: 'conflict', stage: 'commit' }), 'retry')
})

test('a connection lost during COMMIT repeats only what may be done twice', () => {
  assert.equal(judgeTransaction(failed), 'retry')
  assert.equal(judgeTransaction({ ...failed, stage: 'commit' }), 'unavailable')
  assert.equal(judgeTransaction({ ...failed, stage: 'commit', idempotent: true }), 'retry')
})

test('attempts are limited, overload is not made worse, bugs stay visible', () => {
  assert.equal(judgeTransaction({ ...failed, attempt: mostAttempts }), 'unavailable')
  assert.equal(judgeTransaction({ ...failed, trouble: 'overload' }), 'unavailable')
  assert.equal(judgeTransaction({ ...failed, trouble: 'other' }), 'rethrow')
})

test('a single write that may have reached the server is not repeated, a SELECT is', () => {
  const lost = { trouble: 'connection', sent: true, attempt: 1 } as const
  assert.equal(judgeStatement({ ...lost, text: 'SELECT 1' }), 'retry')
  assert.equal(judgeStatement({ ...lost, text: 'select 1' }), 'retry')
  assert.equal(judgeStatement({ ...lost, text: 'UPDATE a SET b = 1' }), 'unavailable')
  assert.equal(
    judgeStatement({ ...lost, text: 'WITH x AS (DELETE FROM a) SELECT 1' }),
    'unavailable',
  )
  assert.equal(judgeStatement({ ...lost, text: 'UPDATE a SET b = 1', sent: false }), 'retry')
  assert.equal(judgeStatement({ ...lost, text: 'UPDATE a', trouble: 'conflict' }), 'retry')
  assert.equal(judgeStatement({ ...lost, text: 'SELECT 1', attempt: 5 }), 'unavailable')
})

test('pauses grow, and rivals pause differently', () => {
  assert.ok(pauseMs('connection', 3, 1) > pauseMs('connection', 2, 1))
  assert.notEqual(pauseMs('conflict', 1, 1), pauseMs('conflict', 1, 2))
})
