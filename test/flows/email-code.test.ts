import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import { sweepEmailCodes } from '../../src/mfa/email-code/index.ts'
import type { Enrolled, MfaCore, Subject } from '../../src/mfa/index.ts'
import {
  changePolicy,
  countedFactors,
  defaultPolicy,
  factorOf,
  removeFactor,
  situationOf,
} from '../../src/mfa/index.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

const clock = manualClock(new Date('2031-01-01T00:00:00Z'))
const factor = factorOf('email_code')
let server: TestServer
let core: MfaCore

before(async () => {
  server = await testServer({ clock })
  core = mfaCore(server)
  await allow(true)
})
after(() => server.close())

async function allow(isFactor: boolean): Promise<void> {
  const factors = [...defaultPolicy.factors, ...(isFactor ? (['email_code'] as const) : [])]
  const policy = { ...defaultPolicy, factors }
  await changePolicy(core, { policy, basedOn: 'any', actor: 'system', roles: [] })
}

async function lettersTo({ email }: Pick<TestUser, 'email'>, part = 'code') {
  await server.app.queue.drain()
  return server.app.inbox.list().filter(({ to, subject }) => to === email && subject.includes(part))
}

/** The code of the newest letter. */
async function codeFor(user: Pick<TestUser, 'email'>): Promise<string> {
  const [letter] = await lettersTo(user)
  const code = /^\s*(\d{6})\s*$/m.exec(letter?.text ?? '')?.[1]
  assert.ok(code, 'there is no letter with a code')
  return code
}

function wrong(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

async function begin(subject: Subject) {
  assert.ok(factor.enrol)
  return factor.enrol.begin(core, subject)
}

async function confirm(subject: Subject, code: string): Promise<Enrolled> {
  assert.ok(factor.enrol)
  return factor.enrol.confirm(core, subject, { code })
}

/** Somebody who uses mailed codes, and has none at the moment. */
async function enrolled(): Promise<{ user: TestUser; subject: Subject }> {
  const user = await server.user()
  const subject = subjectOf(user)
  await begin(subject)
  const result = await confirm(subject, await codeFor(user))
  assert.ok(result.ok)
  return { user, subject }
}

test('a code sent to the address sets the factor up, with backup codes, audit and a letter', async () => {
  const user = await server.user({ username: 'perla' })
  const subject = subjectOf(user)
  assert.deepEqual(await begin(subject), { kind: 'email_code', sentTo: 'p…@example.com' })
  const code = await codeFor(user)
  assert.deepEqual(await confirm(subject, wrong(code)), { ok: false, why: 'wrong' })
  const result = await confirm(subject, `${code.slice(0, 3)} ${code.slice(3)}`)
  assert.ok(result.ok)
  const { entry, proof, backupCodes } = result
  assert.deepEqual([entry.id, entry.name], [user.id, 'p…@example.com'])
  assert.deepEqual(proof, { kind: 'email_code', at: clock.now().getTime() })
  assert.ok(backupCodes)
  const [listed, ...more] = await factor.entries(server.app.db, user.id, clock.now())
  assert.equal(more.length, 0)
  assert.deepEqual([listed?.id, listed?.createdAt], [user.id, clock.now()])
  const { standing, policy } = await situationOf(core, user.id)
  assert.deepEqual(countedFactors(standing, policy), ['email_code'])
  const audited = await server.app.db.many<{ details: { factor: string } }>(
    sql`SELECT details FROM audit_log WHERE action = 'mfa.enrol' AND resource = ${`user:${user.id}`}`,
  )
  assert.deepEqual(
    audited.map(({ details }) => details.factor),
    ['email_code'],
  )
  assert.equal((await lettersTo(user, 'second factor was added')).length, 1)
  await assert.rejects(begin(subject), { message: /as many of these as there may be/ })
})

test('who has proved no address cannot get a code, neither to begin nor later', async () => {
  const { subject } = await enrolled()
  const nobody = { ...subject.person, emailVerified: false }
  const newcomer = await server.user()
  for (const lack of [{ emailVerified: false }, { email: null }]) {
    const person = { ...newcomer, ...lack }
    await assert.rejects(begin(subjectOf(person)), { message: /Confirm your email address/ })
  }
  assert.equal((await lettersTo(newcomer)).length, 0)
  await assert.rejects(factor.challenge(core, { ...subject, person: nobody }), {
    message: /Confirm your email address/,
  })
  const answer = { code: '123456' }
  const verdict = await factor.verify(core, { ...subject, person: nobody }, answer)
  assert.deepEqual(verdict, { ok: false, why: 'not_enrolled' })
})

test('ASVS 6.3.6: mail is no factor unless the policy says so', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  await allow(false)
  const stranger = subjectOf(await server.user())
  await assert.rejects(begin(stranger), { message: /cannot be used here/ })
  await assert.rejects(confirm(stranger, code), { message: /cannot be used here/ })
  await assert.rejects(factor.challenge(core, subject), { message: /cannot be used here/ })
  assert.deepEqual(await factor.verify(core, subject, { code }), {
    ok: false,
    why: 'not_enrolled',
  })
  await allow(true)
  assert.ok((await factor.verify(core, subject, { code })).ok)
})

test('the letter says who asks, for how long the code counts, in the language of the person', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, { ...subject, locale: 'de' })
  const [letter] = await lettersTo(user, 'Ihr Code')
  assert.match(letter?.text ?? '', /10 Minuten lang/)
  assert.match(letter?.text ?? '', /192\.0\.2\.7/)
  const english = { ...subject, person: { ...subject.person, profile: { locale: 'en' } } }
  clock.advance(31)
  await factor.challenge(core, { ...english, locale: 'de' })
  assert.match((await lettersTo(user, 'Your code'))[0]?.text ?? '', /works once, for 10 minutes/)
})

test('ASVS 6.6.2: a code counts in the journey that it was sent for and nowhere else', async () => {
  const { user, subject } = await enrolled()
  const other = { ...subject, binding: 'another journey' }
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  assert.deepEqual(await factor.verify(core, other, { code }), { ok: false, why: 'wrong' })
  await factor.challenge(core, other)
  const otherCode = await codeFor(user)
  assert.deepEqual(await factor.verify(core, other, { code: otherCode }), {
    ok: true,
    proof: { kind: 'email_code', at: clock.now().getTime() },
  })
  const thief = subjectOf(await server.user(), { binding: subject.binding })
  assert.equal((await factor.verify(core, thief, { code })).ok, false)
  assert.ok((await factor.verify(core, subject, { code })).ok, 'the first one counts still')
})

test('a code does not count once the address is another one', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  const moved = { ...subject, person: { ...subject.person, email: 'elsewhere@example.com' } }
  assert.deepEqual(await factor.verify(core, moved, { code }), { ok: false, why: 'wrong' })
})

test('asking again within 30 seconds sends nothing, later a code in place of the first', async () => {
  const { user, subject } = await enrolled()
  const before = (await lettersTo(user)).length
  await Promise.all(Array.from({ length: 20 }, () => factor.challenge(core, subject)))
  assert.equal((await lettersTo(user)).length, before + 1)
  const first = await codeFor(user)
  clock.advance(29)
  assert.deepEqual(await factor.challenge(core, subject), { sentTo: 'p…@example.com' })
  assert.equal((await lettersTo(user)).length, before + 1)
  clock.advance(2)
  await factor.challenge(core, subject)
  assert.equal((await lettersTo(user)).length, before + 2)
  const second = await codeFor(user)
  assert.equal((await factor.verify(core, subject, { code: first })).ok, first === second)
  assert.ok((await factor.verify(core, subject, { code: second })).ok)
})

test('there are five codes of a person at most, and the newest count', async () => {
  const { user, subject } = await enrolled()
  const journeys = Array.from({ length: 20 }, (_, i) => ({ ...subject, binding: `journey ${i}` }))
  await Promise.all(journeys.map((journey) => factor.challenge(core, journey)))
  const count = () =>
    server.app.db.many(sql`SELECT 1 FROM mfa_email_codes WHERE user_id = ${user.id}`)
  assert.equal((await count()).length, 5)
  await lettersTo(user)
  clock.advance(1)
  await factor.challenge(core, { ...subject, binding: 'the last journey' })
  assert.equal((await count()).length, 5)
  const last = { ...subject, binding: 'the last journey' }
  assert.ok((await factor.verify(core, last, { code: await codeFor(user) })).ok)
})

test('a code expires after the minutes that the letter tells', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  clock.advance(core.codeLifetime - 1)
  const late = { ...subject, binding: 'a late journey' }
  await factor.challenge(core, late)
  const lateCode = await codeFor(user)
  clock.advance(1)
  assert.deepEqual(await factor.verify(core, subject, { code }), { ok: false, why: 'expired' })
  assert.ok((await factor.verify(core, late, { code: lateCode })).ok)
})

test('ASVS 6.6.3: after five tries not even the right code counts', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  assert.deepEqual(await factor.verify(core, subject, { code: 'x' }), {
    ok: false,
    why: 'malformed',
  })
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await factor.verify(core, subject, { code: wrong(code) })).ok, false)
  }
  assert.deepEqual(await factor.verify(core, subject, { code }), { ok: false, why: 'wrong' })
})

test('ASVS 6.5.1: of 50 parallel answers with the right code one is accepted, and no later one', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  const verdicts = await Promise.all(
    Array.from({ length: 50 }, () => factor.verify(core, subject, { code })),
  )
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)
  assert.equal((await factor.verify(core, subject, { code })).ok, false)
})

test('of 50 parallel confirmations one sets the factor up', async () => {
  const user = await server.user()
  const subject = subjectOf(user)
  await begin(subject)
  const code = await codeFor(user)
  const results = await Promise.all(Array.from({ length: 50 }, () => confirm(subject, code)))
  assert.equal(results.filter(({ ok }) => ok).length, 1)
  assert.equal((await lettersTo(user, 'second factor was added')).length, 1)
})

test('two journeys that set it up at once end with one factor', async () => {
  const user = await server.user()
  const here = subjectOf(user, { binding: 'here' })
  const there = subjectOf(user, { binding: 'there' })
  await begin(here)
  const code = await codeFor(user)
  await begin(there)
  const other = await codeFor(user)
  assert.ok((await confirm(here, code)).ok)
  assert.deepEqual(await confirm(there, other), { ok: false, why: 'duplicate' })
})

test('no code and no digest of one alone is in the database', async () => {
  const { user, subject } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  const [row] = await server.app.db.many<{ text: string }>(
    sql`SELECT row_to_json(c)::text AS text FROM mfa_email_codes c WHERE user_id = ${user.id}`,
  )
  assert.ok(row)
  assert.ok(!row.text.includes(code) && !row.text.includes(subject.binding), row.text)
  const elsewhere = mfaCore(server, { codeKey: Buffer.alloc(32, 1) })
  assert.equal((await factor.verify(elsewhere, subject, { code })).ok, false)
})

test('removing it takes its codes along, and nobody removes that of somebody else', async () => {
  const { user, subject } = await enrolled()
  const { user: other } = await enrolled()
  await factor.challenge(core, subject)
  const code = await codeFor(user)
  await assert.rejects(removeFactor(core, subject, { kind: 'email_code', id: other.id }), {
    message: /no such factor/,
  })
  await removeFactor(core, subject, { kind: 'email_code', id: user.id })
  assert.deepEqual(await factor.entries(server.app.db, user.id, clock.now()), [])
  assert.equal((await factor.entries(server.app.db, other.id, clock.now())).length, 1)
  assert.deepEqual(await factor.verify(core, subject, { code }), {
    ok: false,
    why: 'not_enrolled',
  })
  await begin(subject)
  assert.deepEqual(await confirm(subject, wrong(code)), { ok: false, why: 'wrong' })
})

test('what has expired is swept, a piece at a time', async () => {
  await server.app.db.run(sql`DELETE FROM mfa_email_codes`)
  for (let i = 0; i < 3; i += 1) await factor.challenge(core, (await enrolled()).subject)
  const after = new Date(clock.now().getTime() + core.codeLifetime * 1000 + 1)
  assert.equal(await sweepEmailCodes(server.app.db, clock.now(), 10), 0)
  assert.equal(await sweepEmailCodes(server.app.db, after, 2), 2)
  assert.equal(await sweepEmailCodes(server.app.db, after, 2), 1)
})
