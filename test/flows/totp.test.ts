import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { URI } from 'otpauth'
import { addSeconds, manualClock } from '../../src/base/index.ts'
import type { Enrolled, MfaCore, Offer, Subject } from '../../src/mfa/index.ts'
import { factorOf } from '../../src/mfa/index.ts'
import { sweepPendingTotp } from '../../src/mfa/totp/index.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'
import { dump, rows } from '../security/rows.ts'

const clock = manualClock(new Date('2030-01-01T00:00:00Z'))
const totp = factorOf('totp')
let server: TestServer
let core: MfaCore
let ada: Subject

before(async () => {
  server = await testServer({ clock })
  core = mfaCore(server)
})
beforeEach(async () => {
  ada = subjectOf(await server.user())
})
after(() => server?.close())

type TotpOffer = Extract<Offer, { kind: 'totp' }>

async function begin(subject: Subject): Promise<TotpOffer> {
  const offer = await totp.enrol?.begin(core, subject)
  assert.ok(offer?.kind === 'totp')
  return offer
}

/** What an authenticator app shows that has read the link, `drift` seconds off. */
function shown(offer: TotpOffer, drift = 0): string {
  return URI.parse(offer.uri).generate({ timestamp: addSeconds(clock.now(), drift).getTime() })
}

async function confirm(
  subject: Subject,
  answer: { readonly id: string; readonly code: string; readonly name?: string },
): Promise<Enrolled> {
  const enrolled = await totp.enrol?.confirm(core, subject, answer)
  assert.ok(enrolled)
  return enrolled
}

/** Somebody with an authenticator whose code of now has not been used. */
async function enrolled(subject: Subject, name?: string): Promise<TotpOffer> {
  const offer = await begin(subject)
  const answer = { id: offer.id, code: shown(offer), ...(name !== undefined && { name }) }
  assert.equal((await confirm(subject, answer)).ok, true)
  clock.advance(60)
  return offer
}

const verify = (subject: Subject, code: string) => totp.verify(core, subject, { code })
const entries = ({ person }: Subject) => totp.entries(server.app.db, person.id, clock.now())
const wrongFor = (code: string) => code.replace(/./g, (digit) => String((Number(digit) + 5) % 10))

test('an offer has the secret as text, as a link and as an image that needs no styles or scripts', async () => {
  const offer = await begin(ada)
  assert.match(offer.secret, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
  const link = URI.parse(offer.uri)
  const { hostname } = new URL(core.issuer)
  assert.equal(link.issuer, hostname)
  assert.equal(link.label, ada.person.username)
  assert.equal(link.secret.base32, offer.secret.replaceAll(' ', ''))
  assert.equal(link.secret.bytes.length, 20)
  assert.match(offer.uri, /&algorithm=SHA1&digits=6&period=30$/)
  assert.match(
    offer.qr,
    /^<svg [^>]*viewBox="0 0 (\d+) \1"><rect fill="white" width="\1" height="\1"\/>/,
  )
  assert.doesNotMatch(offer.qr, /style|script|href|on[a-z]+=/i)
  // Four modules of white all around (ISO/IEC 18004): nothing is drawn there.
  const points = [...offer.qr.matchAll(/M(\d+),(\d+)/g)].map(([, x, y]) => [Number(x), Number(y)])
  assert.ok(points.length > 100)
  assert.equal(Math.min(...points.flat()), 4)
})

test('an authenticator counts once a code of it came back', async () => {
  const offer = await begin(ada)
  const code = shown(offer)
  assert.deepEqual(await verify(ada, code), { ok: false, why: 'not_enrolled' })
  assert.deepEqual(await entries(ada), [])
  const answer = { id: offer.id, code, name: '  My phone ' }
  const done = await confirm(ada, answer)
  assert.ok(done.ok)
  assert.deepEqual(done.proof, { kind: 'totp', at: clock.now().getTime() })
  assert.equal(done.backupCodes?.length, 10)
  const shownEntry = { kind: 'totp', id: offer.id, name: 'My phone', createdAt: clock.now() }
  assert.deepEqual(done.entry, { ...shownEntry, lastUsedAt: null })
  assert.deepEqual(await entries(ada), [done.entry])
  clock.advance(30)
  assert.deepEqual(await verify(ada, shown(offer)), {
    ok: true,
    proof: { kind: 'totp', at: clock.now().getTime() },
    entryId: offer.id,
  })
  assert.deepEqual((await entries(ada))[0]?.lastUsedAt, clock.now())
  const about = `user:${ada.person.id}`
  const found = await rows(
    server.databaseUrl,
    `SELECT actor, action, outcome, details FROM audit_log
    WHERE resource = '${about}' AND action LIKE 'mfa.%'`,
  )
  const details = { factor: 'totp', id: offer.id }
  assert.deepEqual(found, [{ actor: about, action: 'mfa.enrol', outcome: 'success', details }])
})

test('the second authenticator brings no new backup codes', async () => {
  await enrolled(ada)
  const offer = await begin(ada)
  const done = await confirm(ada, { id: offer.id, code: shown(offer) })
  assert.ok(done.ok)
  assert.equal(done.backupCodes, undefined)
})

test('ASVS 6.5.1: the code that confirmed an authenticator cannot be used again', async () => {
  const offer = await begin(ada)
  const code = shown(offer)
  await confirm(ada, { id: offer.id, code })
  assert.deepEqual(await verify(ada, code), { ok: false, why: 'used' })
})

test('ASVS 6.5.1: a code counts once, and none before it counts after it', async () => {
  const offer = await enrolled(ada)
  const before = shown(offer, -30)
  const code = shown(offer)
  assert.equal((await verify(ada, code)).ok, true)
  assert.deepEqual(await verify(ada, code), { ok: false, why: 'used' })
  assert.deepEqual(await verify(ada, before), { ok: false, why: 'used' })
  assert.equal((await verify(ada, shown(offer, 30))).ok, true)
})

test('RFC 6238 §5.2: an authenticator may be half a minute off, and not more', async () => {
  const offer = await enrolled(ada)
  for (const drift of [-60, 60, -3600]) {
    assert.deepEqual(await verify(ada, shown(offer, drift)), { ok: false, why: 'wrong' })
  }
  assert.equal((await verify(ada, shown(offer, -30))).ok, true)
  assert.equal((await verify(ada, shown(offer, 30))).ok, true)
})

test('a code may be typed with blanks, and what is no code is told apart', async () => {
  const offer = await enrolled(ada)
  const code = shown(offer)
  for (const typed of ['', '12345', '1234567', 'abcdef', `${code}1`]) {
    assert.deepEqual(await verify(ada, typed), { ok: false, why: 'malformed' })
  }
  assert.deepEqual(await totp.verify(core, ada, {}), { ok: false, why: 'malformed' })
  assert.deepEqual(await verify(ada, wrongFor(code)), { ok: false, why: 'wrong' })
  assert.equal((await verify(ada, ` ${code.slice(0, 3)} ${code.slice(3)} `)).ok, true)
})

test('each of several authenticators counts, and tells which one it was', async () => {
  const phone = await enrolled(ada, 'Phone')
  const tablet = await enrolled(ada, 'Tablet')
  for (const offer of [tablet, phone]) {
    const verdict = await verify(ada, shown(offer))
    assert.equal(verdict.ok && verdict.entryId, offer.id)
  }
  assert.deepEqual(
    (await entries(ada)).map(({ name }) => name),
    ['Phone', 'Tablet'],
  )
})

test('nobody uses the authenticator of somebody else', async () => {
  const offer = await enrolled(ada)
  const eve = subjectOf(await server.user())
  await enrolled(eve)
  assert.deepEqual(await verify(eve, shown(offer)), { ok: false, why: 'wrong' })
})

test('an enrolment of somebody else cannot be confirmed', async () => {
  const offer = await begin(ada)
  const eve = subjectOf(await server.user())
  const answer = { id: offer.id, code: shown(offer) }
  assert.deepEqual(await confirm(eve, answer), { ok: false, why: 'unknown' })
  for (const id of ['', 'x', ada.person.id]) {
    assert.deepEqual(await confirm(ada, { ...answer, id }), { ok: false, why: 'unknown' })
  }
  assert.equal((await confirm(ada, answer)).ok, true)
})

test('a wrong code confirms nothing, and the right one still does', async () => {
  const offer = await begin(ada)
  const code = shown(offer)
  assert.deepEqual(await confirm(ada, { id: offer.id, code: wrongFor(code) }), {
    ok: false,
    why: 'wrong',
  })
  assert.deepEqual(await confirm(ada, { id: offer.id, code: '12' }), {
    ok: false,
    why: 'malformed',
  })
  assert.equal((await confirm(ada, { id: offer.id, code })).ok, true)
})

test('an enrolment can be confirmed once', async () => {
  const offer = await begin(ada)
  const answer = { id: offer.id, code: shown(offer) }
  assert.equal((await confirm(ada, answer)).ok, true)
  assert.deepEqual(await confirm(ada, answer), { ok: false, why: 'used' })
  clock.advance(60)
  const later = { ...answer, code: shown(offer) }
  assert.deepEqual(await confirm(ada, later), { ok: false, why: 'used' })
  assert.equal((await entries(ada)).length, 1)
})

test('an enrolment waits for 15 minutes, then it is swept', async () => {
  clock.advance(3600)
  await sweepPendingTotp(server.app.db, clock.now(), 100) // what other tests left
  const offer = await begin(ada)
  clock.advance(899)
  assert.equal(await sweepPendingTotp(server.app.db, clock.now(), 100), 0)
  const early = shown(offer)
  clock.advance(1)
  assert.deepEqual(await confirm(ada, { id: offer.id, code: early }), { ok: false, why: 'expired' })
  clock.advance(1)
  assert.equal(await sweepPendingTotp(server.app.db, clock.now(), 100), 1)
  const answer = { id: offer.id, code: shown(offer) }
  assert.deepEqual(await confirm(ada, answer), { ok: false, why: 'unknown' })
})

test('a new offer takes the place of one that waits', async () => {
  const first = await begin(ada)
  const second = await begin(ada)
  assert.notEqual(first.secret, second.secret)
  const late = { id: first.id, code: shown(first) }
  assert.deepEqual(await confirm(ada, late), { ok: false, why: 'unknown' })
  const crossed = { id: second.id, code: shown(first) }
  assert.deepEqual(await confirm(ada, crossed), { ok: false, why: 'wrong' })
  assert.equal((await confirm(ada, { id: second.id, code: shown(second) })).ok, true)
})

test('of offers made at once one waits', async () => {
  await Promise.all(Array.from({ length: 10 }, () => begin(ada)))
  const text = `SELECT count(*)::integer AS count FROM mfa_totp WHERE user_id = '${ada.person.id}'`
  assert.deepEqual(await rows(server.databaseUrl, text), [{ count: 1 }])
})

test('nobody has more than five authenticators', async () => {
  for (let i = 0; i < 5; i += 1) await enrolled(ada)
  await assert.rejects(begin(ada), /as many of these as there may be/)
  const [first] = await entries(ada)
  const removed = await server.app.db.transaction((tx) => totp.remove(tx, ada.person.id, first?.id))
  assert.equal(removed, 1)
  await enrolled(ada)
})

test('a name has 1 to 64 characters that can be shown, and there is one for who gives none', async () => {
  const offer = await begin(ada)
  const answer = { id: offer.id, code: shown(offer) }
  for (const name of ['x'.repeat(65), 'a\nb', 'a\0b', '\ud800']) {
    assert.deepEqual(await confirm(ada, { ...answer, name }), { ok: false, why: 'malformed' })
  }
  const done = await confirm(ada, { ...answer, name: ' ' })
  assert.equal(done.ok && done.entry.name, 'Authenticator')
  clock.advance(60)
  const longest = '🔑'.repeat(64)
  await enrolled(ada, longest)
  assert.equal((await entries(ada))[1]?.name, longest)
})

test('an authenticator is renamed and removed by its owner only', async () => {
  const offer = await enrolled(ada)
  const eve = await server.user()
  const { db } = server.app
  const rename = (userId: typeof eve.id, id: string) =>
    db.transaction(async (tx) => totp.rename?.(tx, userId, id, 'Tablet'))
  const remove = (userId: typeof eve.id, id?: string) =>
    db.transaction((tx) => totp.remove(tx, userId, id))
  assert.equal(await rename(eve.id, offer.id), 0)
  assert.equal(await remove(eve.id, offer.id), 0)
  assert.equal(await remove(eve.id), 0)
  for (const id of ['x', '']) {
    assert.equal(await rename(ada.person.id, id), 0)
    assert.equal(await remove(ada.person.id, id), 0)
  }
  assert.equal(await rename(ada.person.id, offer.id), 1)
  assert.equal((await entries(ada))[0]?.name, 'Tablet')
  assert.equal(await remove(ada.person.id, offer.id), 1)
  assert.deepEqual(await verify(ada, shown(offer)), { ok: false, why: 'not_enrolled' })
  assert.deepEqual(await entries(ada), [])
})

test('all authenticators of a person go at once, those that wait too', async () => {
  await enrolled(ada)
  await begin(ada)
  assert.equal(await server.app.db.transaction((tx) => totp.remove(tx, ada.person.id)), 2)
})

test('a secret is not in the database in clear, and opens in its own row only', async () => {
  const offer = await enrolled(ada)
  const { bytes, base32, hex } = URI.parse(offer.uri).secret
  const forms = [base32, hex, hex.toLowerCase(), Buffer.from(bytes).toString('base64url')]
  const stored = await dump(server.databaseUrl)
  assert.ok(stored.some((line) => line.includes(offer.id)))
  for (const form of [...forms, Buffer.from(bytes).toString('latin1')]) {
    assert.ok(!stored.some((line) => line.includes(form)))
  }
  const eve = subjectOf(await server.user())
  const other = await enrolled(eve)
  await rows(
    server.databaseUrl,
    `UPDATE mfa_totp SET sealed_secret = (SELECT sealed_secret FROM mfa_totp WHERE id = '${offer.id}')
     WHERE id = '${other.id}'`,
  )
  await assert.rejects(verify(eve, shown(offer)), { name: 'SealError', why: 'damaged' })
})

test('ASVS 6.5.1: of 50 that bring the same code at once one is let in', async () => {
  const offer = await enrolled(ada)
  const code = shown(offer)
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify(ada, code)))
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)
  assert.equal(verdicts.filter((one) => !one.ok && one.why === 'used').length, 49)
})

test('of 50 that confirm an authenticator at once one does, with one set of codes', async () => {
  const offer = await begin(ada)
  const answer = { id: offer.id, code: shown(offer) }
  const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(ada, answer)))
  const winners = answers.filter((one) => one.ok)
  assert.equal(winners.length, 1)
  assert.equal(winners[0]?.ok && winners[0].backupCodes?.length, 10)
  assert.equal(answers.filter((one) => !one.ok && one.why === 'used').length, 49)
  assert.equal((await entries(ada)).length, 1)
})
