import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import {
  backupCodesState,
  remindOfBackupExpiry,
  renewBackupCodes,
} from '../../src/mfa/backup-codes/index.ts'
import type { MfaCore, Policy, Subject } from '../../src/mfa/index.ts'
import { changePolicy, defaultPolicy, factorOf, removeFactor } from '../../src/mfa/index.ts'
import { enrolTotp, mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { firefox } from '../harness/signed-in.ts'
import { dump, rows } from '../security/rows.ts'

const day = 86_400
const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const factor = factorOf('backup_code')
let server: TestServer
let core: MfaCore
let ada: Subject
/** Of Ada, who is a new person in every test. */
let codes: readonly string[]

before(async () => {
  server = await testServer({ clock })
  core = mfaCore(server)
})
beforeEach(async () => {
  ada = subjectOf(await server.user())
  codes = (await enrolTotp(core, ada)).backupCodes
  assert.equal(codes.length, 10)
})
after(() => server?.close())

const codeOf = (place: number) => codes[place] ?? assert.fail('there is no such code')
const verify = (subject: Subject, code: string) => factor.verify(core, subject, { code })
const stateOf = ({ person }: Subject) => backupCodesState(server.app.db, person.id, clock.now())
const wins = (verdicts: readonly { readonly ok: boolean }[]) =>
  verdicts.filter(({ ok }) => ok).length

/** The letters to a person whose subject has these words, the youngest first. */
async function letters({ person }: Subject, about: RegExp) {
  await server.app.queue.drain()
  return server.app.inbox
    .list()
    .filter(({ to, subject }) => to === person.email && about.test(subject))
}

/** The numbers of codes that letters tell are left, the lowest first. */
function leftIn(sent: readonly { readonly text: string }[]): number[] {
  const left = sent.map(({ text }) => Number(/Codes that are left: (\d+)/.exec(text)?.[1]))
  return left.sort((a, b) => a - b)
}

async function withPolicy(policy: Policy, run: () => Promise<void>): Promise<void> {
  const change = { basedOn: 'any', actor: 'system', roles: [] } as const
  await changePolicy(core, { ...change, policy })
  try {
    await run()
  } finally {
    await changePolicy(core, { ...change, policy: defaultPolicy })
  }
}

test('a code stands in for a factor, once', async () => {
  const expiresAt = addSeconds(clock.now(), 365 * day)
  assert.deepEqual(await stateOf(ada), { remaining: 10, total: 10, expiresAt, used: [] })
  const at = clock.now()
  assert.deepEqual(await verify(ada, codeOf(0)), {
    ok: true,
    proof: { kind: 'backup_code', at: at.getTime() },
  })
  assert.deepEqual(await verify(ada, codeOf(0)), { ok: false, why: 'used' })
  const used = [{ at, ip: '192.0.2.7', userAgent: firefox }]
  assert.deepEqual(await stateOf(ada), { remaining: 9, total: 10, expiresAt, used })
  assert.deepEqual(await factor.entries(server.app.db, ada.person.id, at), [])
})

test('all ten codes count, however they are typed', async () => {
  for (const [i, code] of codes.entries()) {
    const typed = i % 2 === 0 ? code.toLowerCase().replaceAll('-', ' ') : code.replaceAll('0', 'O')
    assert.equal((await verify(ada, typed)).ok, true)
  }
  const { remaining, used } = await stateOf(ada)
  assert.equal(remaining, 0)
  assert.equal(used.length, 10)
})

test('what cannot be a code is told from one that is wrong', async () => {
  for (const code of ['', '123456', codeOf(0).slice(1)]) {
    assert.deepEqual(await verify(ada, code), { ok: false, why: 'malformed' })
  }
  assert.deepEqual(await factor.verify(core, ada, {}), { ok: false, why: 'malformed' })
  assert.deepEqual(await verify(ada, '0000-0000-00000'), { ok: false, why: 'wrong' })
})

test('the codes of somebody else are wrong', async () => {
  const eve = subjectOf(await server.user())
  assert.deepEqual(await verify(eve, codeOf(0)), { ok: false, why: 'not_enrolled' })
  await enrolTotp(core, eve)
  assert.deepEqual(await verify(eve, codeOf(0)), { ok: false, why: 'wrong' })
  assert.equal((await verify(ada, codeOf(0))).ok, true)
})

test('a use is written down and told to the owner, with how many codes are left', async () => {
  await verify(ada, codeOf(0))
  clock.advance(1)
  await verify(ada, codeOf(1))
  await verify(ada, codeOf(1))
  const found = await rows(
    server.databaseUrl,
    `SELECT actor, outcome, details FROM audit_log
     WHERE resource = 'user:${ada.person.id}' AND action = 'mfa.use_backup_code' ORDER BY id`,
  )
  const entry = { actor: `user:${ada.person.id}`, outcome: 'success' }
  assert.deepEqual(
    found.map(({ details }) => details),
    [{ left: 9 }, { left: 8 }],
  )
  assert.deepEqual(found[0], { ...entry, details: { left: 9 } })
  const sent = await letters(ada, /A backup code was used/)
  assert.deepEqual(leftIn(sent), [8, 9])
  assert.ok(sent.every(({ text }) => text.includes('Firefox') && text.includes('192.0.2.7')))
})

test('a code counts also where nobody knows from where it comes', async () => {
  assert.equal((await verify({ ...ada, origin: {} }, codeOf(0))).ok, true)
  const [used] = (await stateOf(ada)).used
  assert.deepEqual([used?.ip, used?.userAgent], [null, null])
})

test('ASVS 6.5.1: of 50 that bring the same code at once one is let in', async () => {
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify(ada, codeOf(0))))
  assert.equal(wins(verdicts), 1)
  assert.equal(verdicts.filter((one) => !one.ok && one.why === 'used').length, 49)
  assert.equal((await stateOf(ada)).remaining, 9)
  assert.equal((await letters(ada, /A backup code was used/)).length, 1)
})

test('codes that are used at once count down one by one', async () => {
  assert.equal(wins(await Promise.all(codes.map((code) => verify(ada, code)))), 10)
  const sent = await letters(ada, /A backup code was used/)
  assert.deepEqual(leftIn(sent), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('new codes end the old ones at once, and the owner hears of it', async () => {
  await verify(ada, codeOf(0))
  clock.advance(day)
  const renewed = await renewBackupCodes(core, ada)
  assert.equal(new Set([...codes, ...renewed.codes]).size, 20)
  const expiresAt = addSeconds(clock.now(), 365 * day)
  assert.deepEqual(renewed.expiresAt, expiresAt)
  assert.deepEqual(await stateOf(ada), { remaining: 10, total: 10, expiresAt, used: [] })
  for (const code of codes) assert.deepEqual(await verify(ada, code), { ok: false, why: 'wrong' })
  assert.equal((await verify(ada, renewed.codes[0] ?? '')).ok, true)
  const found = await rows(
    server.databaseUrl,
    `SELECT outcome FROM audit_log
     WHERE actor = 'user:${ada.person.id}' AND action = 'mfa.renew_backup_codes'`,
  )
  assert.deepEqual(found, [{ outcome: 'success' }])
  assert.equal((await letters(ada, /You have new backup codes/)).length, 1)
})

test('two renewals at once leave one set of ten', async () => {
  const both = await Promise.all([renewBackupCodes(core, ada), renewBackupCodes(core, ada)])
  assert.equal((await stateOf(ada)).remaining, 10)
  const verdicts = []
  for (const code of both.flatMap((one) => one.codes)) verdicts.push(await verify(ada, code))
  assert.equal(wins(verdicts), 10)
  const text = `SELECT count(*)::integer AS count FROM mfa_backup_codes WHERE user_id = '${ada.person.id}'`
  assert.deepEqual(await rows(server.databaseUrl, text), [{ count: 10 }])
})

test('a code used while the set is renewed counts before it or not at all', async () => {
  const [renewed, ...verdicts] = await Promise.all([
    renewBackupCodes(core, ada),
    ...codes.map((code) => verify(ada, code)),
  ])
  assert.ok(verdicts.every((one) => one.ok || one.why === 'wrong'))
  assert.equal((await stateOf(ada)).remaining, 10)
  for (const code of codes) assert.equal((await verify(ada, code)).ok, false)
  assert.equal((await verify(ada, renewed.codes[0] ?? '')).ok, true)
})

test('who has no second factor gets no codes', async () => {
  const bob = subjectOf(await server.user())
  await assert.rejects(renewBackupCodes(core, bob), {
    name: 'Failure',
    message: /Set up a passkey/,
  })
  assert.deepEqual(await stateOf(bob), { remaining: 0, total: 0, expiresAt: null, used: [] })
})

test('where the policy has no backup codes none are made', async () => {
  await withPolicy({ ...defaultPolicy, factors: ['passkey', 'totp'] }, async () => {
    await assert.rejects(renewBackupCodes(core, ada), /cannot be used here/)
    const bob = subjectOf(await server.user())
    assert.deepEqual((await enrolTotp(core, bob)).backupCodes, [])
  })
})

test('with the last factor go the codes', async () => {
  const bob = subjectOf(await server.user())
  const { id, backupCodes } = await enrolTotp(core, bob)
  await removeFactor(core, bob, { kind: 'totp', id })
  assert.equal((await stateOf(bob)).total, 0)
  assert.deepEqual(await verify(bob, backupCodes[0] ?? ''), { ok: false, why: 'not_enrolled' })
})

test('all codes are removed at once, and never one of them', async () => {
  const remove = (id?: string) =>
    server.app.db.transaction((tx) => factor.remove(tx, ada.person.id, id))
  assert.equal(await remove(ada.person.id), 0)
  assert.equal(await remove(), 10)
  assert.deepEqual(await verify(ada, codeOf(0)), { ok: false, why: 'not_enrolled' })
  assert.equal((await stateOf(ada)).expiresAt, null)
})

test('codes end after a year', async () => {
  clock.advance(365 * day - 1)
  assert.equal((await verify(ada, codeOf(0))).ok, true)
  clock.advance(1)
  assert.deepEqual(await verify(ada, codeOf(1)), { ok: false, why: 'expired' })
  assert.deepEqual(await verify(ada, codeOf(0)), { ok: false, why: 'used' })
  const { remaining, total } = await stateOf(ada)
  assert.deepEqual([remaining, total], [0, 10])
})

test('the owner is reminded once of codes that end within 30 days, whoever reminds', async () => {
  const about = /Your backup codes expire soon/
  clock.advance(335 * day - 1)
  await remindOfBackupExpiry(core, 100)
  assert.equal((await letters(ada, about)).length, 0)
  clock.advance(1)
  const nodes = [core, mfaCore(server), mfaCore(server)]
  const counts = await Promise.all(nodes.map((node) => remindOfBackupExpiry(node, 100)))
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    1,
  )
  assert.equal(await remindOfBackupExpiry(core, 100), 0)
  const sent = await letters(ada, about)
  assert.equal(sent.length, 1)
  assert.ok(sent[0]?.text.includes(`${core.issuer}/account/security`))
  // A new set is another matter.
  await renewBackupCodes(core, ada)
  assert.equal(await remindOfBackupExpiry(core, 100), 0)
  clock.advance(350 * day)
  assert.equal(await remindOfBackupExpiry(core, 100), 1)
  assert.equal((await letters(ada, about)).length, 2)
})

test('nobody is reminded of codes that are used up, expired or not allowed', async () => {
  clock.advance(340 * day)
  await withPolicy({ ...defaultPolicy, factors: ['totp'] }, async () => {
    assert.equal(await remindOfBackupExpiry(core, 100), 0)
  })
  for (const code of codes) await verify(ada, code)
  assert.equal(await remindOfBackupExpiry(core, 100), 0)
  await renewBackupCodes(core, ada)
  clock.advance(365 * day)
  assert.equal(await remindOfBackupExpiry(core, 100), 0)
})

test('reminders go out in batches', async () => {
  for (let i = 0; i < 4; i += 1) await enrolTotp(core, subjectOf(await server.user()))
  clock.advance(340 * day)
  const counts = []
  for (let i = 0; i < 4; i += 1) counts.push(await remindOfBackupExpiry(core, 2))
  assert.deepEqual(counts, [2, 2, 1, 0])
})

test('no code is in the database, used or not', async () => {
  await verify(ada, codeOf(0))
  const stored = await dump(server.databaseUrl)
  assert.ok(stored.some((line) => line.startsWith('mfa_backup_codes.digest')))
  for (const code of codes) {
    const plain = code.replaceAll('-', '')
    const forms = [code, plain, Buffer.from(plain).toString('hex')]
    for (const form of forms) assert.ok(!stored.some((line) => line.includes(form)))
  }
})
