import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Letters } from '../letter.ts'
import { sampleLetters } from '../render/letters.fixture.ts'
import { renderLetter } from '../render/render-letter.ts'

const sender = { name: 'Cardea', url: 'https://id.example.com', locale: 'en' } as const
const samples = sampleLetters((name) => `The-${name}`)

function textOf<T extends keyof Letters>(template: T, change: Partial<Letters[T]>): string {
  const values = { ...samples[template], ...change }
  return renderLetter({ to: 'perla@example.com', locale: 'en', template, values }, sender).text
}

test('a letter names a factor as people do, and an unknown kind as it is', () => {
  const named = ['passkey', 'totp', 'email_code', 'backup_code', 'emergency_code', 'retina'].map(
    (factor) => /Second factor: (.+)/.exec(textOf('factor-added', { factor }))?.[1],
  )
  const words = ['Passkey', 'Authenticator app', 'Code by email', 'Backup code', 'Emergency code']
  assert.deepEqual(named, [...words, 'retina'])
})

test('a factor without a name leaves the name out', () => {
  assert.doesNotMatch(textOf('factor-removed', { name: '' }), /Name/)
})

test('ASVS 6.3.5: who enters wrong factors knows the password, and its owner is told so', () => {
  const text = textOf('factor-attempts', { factor: 'totp' })
  assert.match(text, /the right password of your account, and then a wrong second factor 12 times/)
  assert.match(text, /Authenticator app/)
})

test('three backup codes or fewer are few', () => {
  assert.doesNotMatch(textOf('backup-code-used', { left: '4' }), /few codes/)
  for (const left of ['3', '1', '0']) {
    assert.match(textOf('backup-code-used', { left }), /few codes left/, left)
    assert.match(textOf('backup-code-used', { left }), new RegExp(`Codes that are left: ${left}`))
  }
})

test('each step of emergency access is told in its own words, and until when an open one counts', () => {
  const steps = ['requested', 'approved', 'cancelled', 'used']
  const texts = steps.map((step) => textOf('emergency-access', { step }))
  assert.equal(new Set(texts.map((text) => text.split('\n')[2])).size, 4)
  assert.deepEqual(
    texts.map((text) => text.includes('Valid until: 8 March 2026')),
    [true, true, false, false],
  )
  for (const text of texts) assert.match(text, /Reason: The-reason/)
})
