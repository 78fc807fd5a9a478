import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accountCore } from '../../src/accounts.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import {
  readFactorRecovery,
  startFactorRecovery,
  takeFactorRecovery,
} from '../../src/identity/index.ts'
import {
  approveEmergency,
  cancelEmergency,
  issueEmergency,
  listEmergency,
  requestEmergency,
  sweepEmergencyGrants,
} from '../../src/mfa/emergency/index.ts'
import type { CountMfa, MfaCore, Person } from '../../src/mfa/index.ts'
import { combine, factorOf, passwordProof, resetFactors, situationOf } from '../../src/mfa/index.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer, TestUser } from '../harness/server.ts'
import { masterKey, testServer } from '../harness/server.ts'
import { firefox } from '../harness/signed-in.ts'

const clock = manualClock(new Date('2031-01-01T00:00:00Z'))
const factor = factorOf('emergency_code')
const reason = 'Telephone and laptop were stolen'
const origin = { ip: '198.51.100.9', userAgent: firefox, requestId: 'r-1' }
const ann = 'user:0198c0de-0000-7000-8000-00000000000a'
const bob = 'user:0198c0de-0000-7000-8000-00000000000b'
const counted: Parameters<CountMfa['emergency']>[0][] = []
let server: TestServer
let core: MfaCore

before(async () => {
  server = await testServer({ clock })
  core = mfaCore(server, {
    count: { verification: () => undefined, emergency: (event) => counted.push(event) },
  })
})
after(() => server.close())

async function lettersTo({ email }: Pick<TestUser, 'email'>, part = 'Emergency access') {
  await server.app.queue.drain()
  return server.app.inbox.list().filter(({ to, subject }) => to === email && subject.includes(part))
}

function request(person: Person, actor = ann) {
  return requestEmergency(core, { person, reason, actor, origin })
}

function approve(id: string, actor = bob) {
  return approveEmergency(core, { id, actor, origin })
}

/** A code that two have agreed to. */
async function approved(): Promise<{ user: TestUser; id: string; code: string }> {
  const user = await server.user()
  const { id } = await request(user)
  return { user, id, code: (await approve(id)).code }
}

function verify(user: TestUser, code: string) {
  return factor.verify(core, subjectOf(user), { code })
}

async function stateOf(id: string) {
  return (await listEmergency(server.app.db, clock.now())).find((grant) => grant.id === id)?.state
}

/** In the order of their names, for the clock stands still. */
function auditOf(user: TestUser) {
  return server.app.db.many<{ actor: string; action: string; details: object }>(sql`
    SELECT actor, action, details FROM audit_log
    WHERE resource = ${`user:${user.id}`} AND action LIKE 'emergency.%' ORDER BY action, actor`)
}

async function outcomes(calls: readonly Promise<unknown>[]) {
  const settled = await Promise.allSettled(calls)
  return settled.filter(({ status }) => status === 'fulfilled').length
}

test('one administrator asks, another one approves, and the code lets its owner in once', async () => {
  const user = await server.user()
  counted.length = 0
  const grant = await request(user)
  assert.deepEqual([grant.state, grant.approvedBy, grant.requestedBy], ['requested', null, ann])
  assert.equal((await situationOf(core, user.id)).standing.emergency, false)
  const { grant: agreed, code } = await approve(grant.id)
  assert.deepEqual([agreed.id, agreed.state, agreed.approvedBy], [grant.id, 'approved', bob])
  assert.equal((await situationOf(core, user.id)).standing.emergency, true)
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.deepEqual(await factor.challenge(core, subjectOf(user)), {})
  const verdict = await verify(user, code.toLowerCase().replaceAll('-', ' '))
  assert.ok(verdict.ok)
  assert.equal(verdict.entryId, grant.id)
  assert.deepEqual(await verify(user, code), { ok: false, why: 'used' })
  assert.equal(await stateOf(grant.id), 'used')
  assert.deepEqual(counted, ['requested', 'approved', 'used'])
})

test('an emergency code exempts from the second factor and never counts as one', async () => {
  const { user, code } = await approved()
  const verdict = await verify(user, code)
  assert.ok(verdict.ok)
  const password = passwordProof(clock)
  assert.deepEqual(combine(password, verdict.proof), { ...password, exemption: 'emergency' })
  assert.equal(factor.counts, false)
  assert.equal(factor.enrol, undefined)
})

test('every step is audited with the grant and the reason, and told to the person', async () => {
  const { user, id, code } = await approved()
  await verify(user, code)
  const self = `user:${user.id}`
  const audited = await auditOf(user)
  assert.deepEqual(
    audited.map(({ actor, action }) => [actor, action]),
    [
      [bob, 'emergency.approve'],
      [ann, 'emergency.request'],
      [self, 'emergency.use'],
    ],
  )
  for (const { details } of audited) assert.deepEqual(details, { grant: id, reason })
  assert.ok(!JSON.stringify(audited).includes(code))
  const texts = (await lettersTo(user)).map(({ text }) => text)
  assert.equal(texts.length, 3)
  for (const part of ['asked for', 'was approved', 'was used']) {
    assert.equal(texts.filter((text) => text.includes(part)).length, 1, part)
  }
  for (const text of texts) assert.ok(text.includes(reason) && !text.includes(code), text)
})

test('who asked cannot approve, nor can the person whose account it is', async () => {
  const user = await server.user()
  const { id } = await request(user)
  for (const actor of [ann, `user:${user.id}`]) {
    await assert.rejects(approve(id, actor), { message: /Another administrator/ })
  }
  assert.equal(await stateOf(id), 'requested')
  assert.ok((await approve(id)).code)
})

test('a reason has 10 to 1000 characters that can be stored', async () => {
  const user = await server.user()
  const bad = ['', 'too short', ` ${'x'.repeat(9)}\n`, 'x'.repeat(1001), 'with a \0 inside it']
  for (const one of bad) {
    const asked = requestEmergency(core, { person: user, reason: one, actor: ann, origin })
    await assert.rejects(asked, (error: { details?: { members?: { pointer: string }[] } }) => {
      return error.details?.members?.[0]?.pointer === '/reason'
    })
  }
  const asking = { person: user, reason: `  ${'é'.repeat(1000)} `, actor: ann, origin }
  assert.equal((await requestEmergency(core, asking)).reason.length, 1000)
})

test('of 50 parallel requests for one person one is made', async () => {
  const user = await server.user()
  const calls = Array.from({ length: 50 }, () => request(user))
  assert.equal(await outcomes(calls), 1)
  assert.equal((await lettersTo(user)).length, 1)
  await assert.rejects(request(user), { message: /open already/ })
})

test('two administrators who approve at once get one code, and so do fifty', async () => {
  const user = await server.user()
  const { id } = await request(user)
  const calls = Array.from({ length: 50 }, (_, i) => approve(id, `${bob.slice(0, -2)}${10 + i}`))
  assert.equal(await outcomes(calls), 1)
  const winner = (await Promise.allSettled(calls)).find(({ status }) => status === 'fulfilled')
  assert.ok(winner?.status === 'fulfilled')
  assert.ok((await verify(user, winner.value.code)).ok)
  assert.equal((await lettersTo(user)).length, 3)
})

test('an approved request cannot be approved again', async () => {
  const { id } = await approved()
  await assert.rejects(approve(id, 'user:somebody-else'), { message: /open already/ })
})

test('of 50 parallel uses of a code one is accepted, and one letter tells of it', async () => {
  const { user, code } = await approved()
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify(user, code)))
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)
  assert.ok(verdicts.every((verdict) => verdict.ok || verdict.why === 'used'))
  assert.equal((await lettersTo(user)).length, 3)
})

test('an approved code ends after one hour', async () => {
  const { user, code } = await approved()
  const { user: late, id, code: lateCode } = await approved()
  clock.advance(3599)
  assert.ok((await verify(user, code)).ok)
  clock.advance(1)
  assert.deepEqual(await verify(late, lateCode), { ok: false, why: 'expired' })
  assert.equal(await stateOf(id), 'expired')
  assert.equal((await situationOf(core, late.id)).standing.emergency, false)
  assert.ok((await request(late)).id, 'another one may be asked for')
})

test('a request ends after a day, and the hour begins with the approval', async () => {
  const [early, late] = [await server.user(), await server.user()]
  const requests = [await request(early), await request(late)]
  clock.advance(86_399)
  const { code, grant } = await approve(requests[0]?.id ?? '')
  assert.equal(grant.expiresAt.getTime() - clock.now().getTime(), 3600_000)
  clock.advance(1)
  await assert.rejects(approve(requests[1]?.id ?? ''), { message: /no such emergency access/ })
  clock.advance(3598)
  assert.ok((await verify(early, code)).ok)
})

test('a code is good for one person, and a wrong one is nobody’s', async () => {
  const { user, code } = await approved()
  const { user: other } = await approved()
  assert.deepEqual(await verify(other, code), { ok: false, why: 'wrong' })
  assert.deepEqual(await verify(user, '0000-0000-0000-0000-0000'), { ok: false, why: 'wrong' })
  assert.deepEqual(await verify(user, '123456'), { ok: false, why: 'malformed' })
  const elsewhere = mfaCore(server, { codeKey: Buffer.alloc(32, 1) })
  assert.equal((await factor.verify(elsewhere, subjectOf(user), { code })).ok, false)
  assert.ok((await verify(user, code)).ok)
})

test('cancelling ends a request or a code at once, and only once', async () => {
  const { user, id, code } = await approved()
  const calls = Array.from({ length: 10 }, () => cancelEmergency(core, { id, actor: ann, origin }))
  assert.equal(await outcomes(calls), 1)
  assert.deepEqual(await verify(user, code), { ok: false, why: 'expired' })
  assert.equal(await stateOf(id), 'cancelled')
  assert.equal((await lettersTo(user)).filter(({ text }) => text.includes('cancelled')).length, 1)
  const waiting = await request(user)
  await cancelEmergency(core, { id: waiting.id, actor: bob, origin })
  await assert.rejects(approve(waiting.id), { message: /no such emergency access/ })
  assert.deepEqual(
    (await auditOf(user)).map(({ action }) => action.split('.')[1]),
    ['approve', 'cancel', 'cancel', 'request', 'request'],
  )
})

test('what does not exist cannot be approved or cancelled', async () => {
  for (const id of ['', 'x', '0198c0de-0000-7000-8000-000000000001']) {
    await assert.rejects(approve(id), { message: /no such emergency access/ })
    const cancelling = cancelEmergency(core, { id, actor: ann, origin })
    await assert.rejects(cancelling, { message: /no such emergency access/ })
  }
})

test('who has the server in hand gets a code at once, whatever is open', async () => {
  const user = await server.user()
  const blocking = await request(user)
  counted.length = 0
  const { grant, code } = await issueEmergency(core, { person: user, reason })
  assert.deepEqual(
    [grant.requestedBy, grant.approvedBy, grant.state],
    ['system', 'system', 'approved'],
  )
  assert.deepEqual(counted, ['cancelled', 'requested', 'approved'])
  assert.equal(await stateOf(blocking.id), 'cancelled')
  assert.deepEqual(
    (await auditOf(user)).map(({ actor, action }) => `${actor} ${action}`),
    [
      'system emergency.approve',
      'system emergency.cancel',
      'system emergency.request',
      `${ann} emergency.request`,
    ],
  )
  const letters = (await lettersTo(user)).map(({ text }) => text)
  assert.equal(letters.filter((text) => text.includes('was approved')).length, 1)
  assert.ok((await verify(user, code)).ok)
  await assert.rejects(issueEmergency(core, { person: user, reason: 'why not' }), {
    message: /10 to 1000/,
  })
})

test('of 20 codes issued in parallel the last one counts', async () => {
  const user = await server.user()
  const issued = await Promise.all(
    Array.from({ length: 20 }, () => issueEmergency(core, { person: user, reason })),
  )
  const verdicts = []
  for (const { code } of issued) verdicts.push(await verify(user, code))
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)
})

test('resetting the factors of a person ends their emergency access', async () => {
  const { user, id, code } = await approved()
  const reset = { person: user, origin, actor: ann, action: 'mfa.reset' } as const
  await server.app.db.transaction((tx) => resetFactors(core, tx, reset))
  assert.equal(await stateOf(id), 'cancelled')
  assert.equal((await verify(user, code)).ok, false)
  assert.deepEqual(await factor.entries(server.app.db, user.id, clock.now()), [])
})

test('the list has the newest first, and swept grants no more', async () => {
  clock.advance(1)
  const first = await request(await server.user())
  clock.advance(1)
  const second = await request(await server.user())
  const listed = (await listEmergency(server.app.db, clock.now())).map(({ id }) => id)
  assert.deepEqual(listed.slice(0, 2), [second.id, first.id])
  const later = new Date(first.expiresAt.getTime() + 1)
  const { length: all } = listed
  assert.equal(await sweepEmergencyGrants(server.app.db, later, 2), 2)
  assert.equal(await sweepEmergencyGrants(server.app.db, later, 1000), all - 3)
  const left = await listEmergency(server.app.db, clock.now())
  assert.deepEqual(
    left.map(({ id }) => id),
    [second.id],
  )
})

test('ASVS 6.4.4: a link that replaces lost factors works once, and only the newest', async () => {
  const user = await server.user({ profile: { name: 'Perla Sona', locale: 'de' } })
  const needs = accountCore(server.config, masterKey, server.app)
  const start = () => {
    const recovery = { user, email: user.email ?? '', startedBy: ann }
    return startFactorRecovery(needs, recovery, { origin, locale: 'en' })
  }
  const tokenOf = async () => {
    const [letter] = await lettersTo(user, 'second factors')
    const link = /https?:\S+\/recover-factors\?token=(\S+)/.exec(letter?.text ?? '')
    assert.ok(link, letter?.text)
    return link[1] ?? ''
  }
  const take = (token: string) =>
    server.app.db.transaction((tx) => takeFactorRecovery(needs, tx, token))
  await start()
  const old = await tokenOf()
  await start()
  const token = await tokenOf()
  assert.equal(await readFactorRecovery(needs, old), undefined)
  assert.equal((await readFactorRecovery(needs, token))?.id, user.id)
  const taken = await Promise.all(Array.from({ length: 50 }, () => take(token)))
  assert.deepEqual(
    taken.flatMap((action) => (action === undefined ? [] : [action.userId])),
    [user.id],
  )
  assert.equal(await readFactorRecovery(needs, token), undefined)
  const [audited] = await server.app.db.many<{ actor: string }>(sql`
    SELECT actor FROM audit_log WHERE action = 'mfa.start_recovery' AND resource = ${`user:${user.id}`}`)
  assert.equal(audited?.actor, ann)
})

test('a recovery link ends in time, with the address, with the account, and is no other link', async () => {
  const user = await server.user()
  const needs = accountCore(server.config, masterKey, server.app)
  const start = async () => {
    const recovery = { user, email: user.email ?? '', startedBy: 'system' }
    await startFactorRecovery(needs, recovery, { origin, locale: 'en' })
    const [letter] = await lettersTo(user, 'second factors')
    return /token=(\S+)/.exec(letter?.text ?? '')?.[1] ?? ''
  }
  const read = async (token: string) => (await readFactorRecovery(needs, token))?.id
  const token = await start()
  assert.equal(await read(token), user.id)
  await server.app.db.run(sql`UPDATE users SET email = 'new@example.com' WHERE id = ${user.id}`)
  assert.equal(await read(token), undefined)
  await server.app.db.run(sql`UPDATE users SET email = ${user.email} WHERE id = ${user.id}`)
  const page = await server.browser().open(`/reset-password?token=${token}`)
  assert.doesNotMatch(page.body, /type="password"/)
  clock.advance(needs.account.recoveryLifetime)
  assert.equal(await read(token), undefined)
})
