import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GiveUp } from '../jobs/index.ts'
import { smtpFailure } from './smtp-failure.ts'

function failed(facts: object): Error {
  return smtpFailure(Object.assign(new Error('<perla@example.com> https://x.example/?t=1'), facts))
}

test('a permanent refusal of the letter is given up, with its codes and nothing of the letter', () => {
  const response = '550 5.1.1 <perla@example.com>: user unknown'
  const error = failed({ code: 'EENVELOPE', responseCode: 550, response, command: 'RCPT TO' })
  assert.ok(error instanceof GiveUp)
  assert.equal(error.message, 'the mail server answered 550 5.1.1 to RCPT TO')
  assert.equal(error.cause, undefined)
})

test('what may go better next time is tried again', () => {
  const cases: readonly (readonly [object, string])[] = [
    [
      { code: 'EENVELOPE', responseCode: 451, response: '451 4.7.1 later', command: 'RCPT TO' },
      'the mail server answered 451 4.7.1 to RCPT TO',
    ],
    // A refused login is mended by the operator, and then all letters can leave.
    [
      { code: 'EAUTH', responseCode: 535, response: '535 no', command: 'AUTH PLAIN' },
      'the mail server answered 535 to AUTH PLAIN',
    ],
    [
      { code: 'ESOCKET', message: 'self-signed certificate' },
      'the mail server could not be used: ESOCKET, self-signed certificate',
    ],
    [{ code: 'EENVELOPE' }, 'the mail server could not be used: EENVELOPE'],
    [{}, 'the mail server could not be used: unknown error'],
  ]
  for (const [facts, words] of cases) {
    const error = failed(facts)
    assert.ok(!(error instanceof GiveUp), words)
    assert.equal(error.message, words)
  }
})
