import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { manualClock, secureRandom } from '../../base/index.ts'
import type { LineRules } from './check-line.ts'
import { checkLine } from './check-line.ts'
import { exportFormats } from './export-format.ts'
import { generateUsername } from './generate-username.ts'
import { parseMoment } from './moment.ts'
import { readCsv } from './reading/csv.ts'
import { BrokenFile, longestEntry } from './reading/entry.ts'
import { readJsonLines } from './reading/json-lines.ts'
import { createSeen } from './seen.ts'
import { toOwnNames } from './sources/to-own-names.ts'

const now = new Date('2026-01-02T03:04:05Z')
const needs = { clock: manualClock(now), random: secureRandom }
const strict: LineRules = {
  ignoreUnknown: false,
  generateUsernames: false,
  dropUnusableHashes: false,
}

function check(record: Readonly<Record<string, unknown>>, rules: Partial<LineRules> = {}) {
  return checkLine(needs, { line: 1, record }, { ...strict, ...rules })
}

function pointersOf(record: Readonly<Record<string, unknown>>, rules: Partial<LineRules> = {}) {
  const checked = check(record, rules)
  return checked.ok ? [] : checked.refused.errors.map(({ pointer }) => pointer)
}

function userOf(record: Readonly<Record<string, unknown>>, rules: Partial<LineRules> = {}) {
  const checked = check(record, rules)
  assert.ok(checked.ok, JSON.stringify(checked))
  return checked.user
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

test('lines are the same however the file is cut into pieces', async () => {
  const text = '\ufeff{"username":"Zoë"}\r\n\n[1]\n{"username":"🦊"}\nnull\n{"a":1}'
  const whole = await all(readJsonLines(inPieces(Buffer.from(text), 1e6)))
  assert.deepEqual(whole, [
    { line: 1, record: { username: 'Zoë' } },
    { line: 3, problem: 'This is no JSON object.' },
    { line: 4, record: { username: '🦊' } },
    { line: 5, problem: 'This is no JSON object.' },
    { line: 6, record: { a: 1 } },
  ])
  for (const size of [1, 2, 3, 7]) {
    assert.deepEqual(await all(readJsonLines(inPieces(Buffer.from(text), size))), whole)
  }
})

test('a line without end and bytes that are no UTF-8 are errors of their line', async () => {
  const long = Buffer.concat([
    Buffer.alloc(longestEntry + 1, 'x'),
    Buffer.from('\n'),
    Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    Buffer.from('{"b":1}\n'),
  ])
  const entries = await all(readJsonLines(inPieces(long, 2 ** 16)))
  assert.deepEqual(entries, [
    { line: 1, problem: 'This line is too long.' },
    { line: 2, problem: 'This is not UTF-8.' },
    { line: 3, record: { b: 1 } },
  ])
})

test('a CSV file that cannot be read any further says where', async () => {
  const cases: readonly (readonly [text: Buffer, line: number])[] = [
    [Buffer.from('username,username\na,b'), 1],
    [Buffer.from('username,\na,b'), 1],
    [Buffer.from('username\n"a\nb"\nc"d'), 4],
    [Buffer.concat([Buffer.from('username\nab\n'), Buffer.from([0xff])]), 3],
  ]
  for (const [bytes, line] of cases) {
    await assert.rejects(all(readCsv(inPieces(bytes, 4))), (error) => {
      assert.ok(error instanceof BrokenFile, String(error))
      assert.equal(error.line, line, `${bytes.toString()}: ${error.message}`)
      return true
    })
  }
})

test('whatever is exported as CSV comes back', async () => {
  const claim = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 })
  const sendable = claim.filter((text) => text.isWellFormed())
  await fc.assert(
    fc.asyncProperty(sendable, sendable, fc.boolean(), async (name, country, verified) => {
      const profile = { name, phone_number_verified: verified, address: { country } }
      const record = { username: 'x', is_active: true, roles: ['a', 'b'] }
      const { header, line } = exportFormats.csv
      const bytes = Buffer.from(header + line({ ...record, profile }))
      const [entry] = await all(readCsv(inPieces(bytes, 5)))
      assert.ok(entry && 'record' in entry, JSON.stringify(entry))
      assert.deepEqual(entry.record, { ...record, ...profile })
    }),
    { numRuns: 60 },
  )
})

test('moments have a zone or are UTC, and nonsense is none', () => {
  const same = [
    '2020-01-02T03:04:05Z',
    '2020-01-02 03:04:05',
    '2020-01-02 05:04:05+02',
    '2020-01-02T01:34:05-0130',
    '2020-01-02T03:04:05.000000Z',
  ]
  for (const text of same) {
    assert.equal(parseMoment(text)?.toISOString(), '2020-01-02T03:04:05.000Z', text)
  }
  for (const text of ['', 'yesterday', '2020-13-01T00:00Z', '2020-01-02', '1577934245']) {
    assert.equal(parseMoment(text), undefined, text)
  }
})

test('a full line becomes a full row', () => {
  const { row, roles } = userOf({
    id: '3F2B8C1E-0000-4000-8000-000000000001',
    username: 'ｐｅｒｌａ',
    email: 'perla@example.com',
    email_verified: true,
    is_active: false,
    roles: ['admin'],
    terms_version: '3',
    created_at: '2020-01-02T03:04:05Z',
    name: 'Perla',
    profile: 'https://example.com/perla',
    address: { country: 'CH', region: null },
    nickname: null,
  })
  const createdAt = new Date('2020-01-02T03:04:05Z')
  assert.deepEqual(row, {
    id: '3f2b8c1e-0000-4000-8000-000000000001',
    username: 'perla',
    email: 'perla@example.com',
    emailVerified: true,
    passwordHash: null,
    isActive: false,
    deactivatedBy: 'administrator',
    deleteAfter: null,
    passwordChangedAt: null,
    termsVersion: '3',
    termsAcceptedAt: createdAt,
    profile: { name: 'Perla', profile: 'https://example.com/perla', address: { country: 'CH' } },
    version: 1,
    createdAt,
    updatedAt: createdAt,
  })
  assert.deepEqual(roles, ['admin'])
})

test('without an address nothing is verified, and without a time it begins now', () => {
  const { row } = userOf({ username: 'perla', email: null, email_verified: true })
  assert.equal(row.emailVerified, false)
  assert.deepEqual(row.createdAt, now)
})

test('an address as a username counts as none', () => {
  const record = { username: 'Perla@example.com', email: 'perla@example.com' }
  assert.deepEqual(pointersOf(record), ['/username'])
  assert.match(userOf(record, { generateUsernames: true }).row.username, /^user-[0-9a-z]{10}$/)
})

test('every wrong member is pointed at', () => {
  assert.deepEqual(pointersOf({ username: 'a', email_verified: 'yes', roles: 'admin' }).sort(), [
    '/email_verified',
    '/roles',
  ])
  assert.deepEqual(pointersOf({ username: 'a\u0000' }).sort(), ['', '/username'])
  assert.deepEqual(pointersOf({ username: 'a', name: 'a\u0000' }), [''])
  assert.deepEqual(pointersOf({ username: 'a', profile: { name: 1, shoe: 2 } }), [
    '/profile/shoe',
    '/profile/name',
  ])
  assert.deepEqual(pointersOf({ username: 'a', profile: { shoe: 2 } }, { ignoreUnknown: true }), [])
  assert.deepEqual(pointersOf({ username: 'a', delete_after: 'soon' }), ['/delete_after'])
})

test('no line, however odd, is more than refused', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      for (const mark of [{}, { credentials: [record] }, { localId: 'x' }, { _id: record }]) {
        const checked = check({ username: 'a', ...record, ...mark })
        assert.equal(typeof checked.ok, 'boolean')
      }
    }),
    { numRuns: 300 },
  )
})

test('Keycloak: every algorithm it ever used becomes a text that is known', () => {
  const salt = Buffer.alloc(16, 1).toString('base64')
  const value = Buffer.alloc(32, 2).toString('base64')
  const secretData = JSON.stringify({ value, salt })
  const bare = (text: string) => text.replace(/=+$/, '')
  const argon2 = {
    hashIterations: 5,
    algorithm: 'argon2',
    additionalParameters: {
      hashLength: ['32'],
      memory: ['7168'],
      type: ['id'],
      version: ['1.3'],
      parallelism: ['1'],
    },
  }
  const cases: readonly (readonly [data: object, stored: string])[] = [
    [{ hashIterations: 20_000, algorithm: 'pbkdf2' }, `$pbkdf2-sha1$i=20000$${salt}$${value}`],
    [
      { hashIterations: 27_500, algorithm: 'pbkdf2-sha256' },
      `$pbkdf2-sha256$i=27500$${salt}$${value}`,
    ],
    [
      { hashIterations: 210_000, algorithm: 'pbkdf2-sha512' },
      `$pbkdf2-sha512$i=210000$${salt}$${value}`,
    ],
    [argon2, `$argon2id$v=19$m=7168,t=5,p=1$${bare(salt)}$${bare(value)}`],
  ]
  for (const [data, stored] of cases) {
    const credential = { type: 'password', secretData, credentialData: JSON.stringify(data) }
    const credentials = [{ type: 'otp' }, credential]
    assert.equal(userOf({ username: 'a', credentials }).row.passwordHash, stored)
  }
  const odd = [{ type: 'password', secretData, credentialData: '{"algorithm":"rot13"}' }]
  assert.deepEqual(pointersOf({ username: 'a', credentials: odd }), ['/credentials/0'])
  assert.deepEqual(pointersOf({ username: 'a', enabled: true, attributes: { shoe: ['1'] } }), [
    '/attributes/shoe',
  ])
})

test('the members of another system do not overrule those of the file by accident', () => {
  const { record } = toOwnNames({ username: 'a', enabled: false, createdTimestamp: 0 }, {})
  assert.deepEqual(record, {
    username: 'a',
    is_active: false,
    created_at: '1970-01-01T00:00:00.000Z',
  })
})

test('generated usernames are usernames and differ', () => {
  const names = Array.from({ length: 1000 }, () => generateUsername(secureRandom))
  assert.equal(new Set(names).size, 1000)
  for (const name of names) assert.match(name, /^user-[0-9a-hjkmnp-tv-z]{10}$/)
})

test('a set that had to grow knows each of its texts once', () => {
  const seen = createSeen()
  const texts = Array.from({ length: 40_000 }, (_, i) => `person${i}`)
  assert.ok(texts.every((text) => seen.add(text)))
  assert.ok(texts.every((text) => !seen.add(text)))
})
