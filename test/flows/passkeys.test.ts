import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as fc from 'fast-check'
import { auditOf } from '../../src/audit/index.ts'
import type { ManualClock, UserId } from '../../src/base/index.ts'
import { manualClock } from '../../src/base/index.ts'
import { sql } from '../../src/db/index.ts'
import type { EnrolAnswer, Enrolled, MfaCore, Offer, Policy, Subject } from '../../src/mfa/index.ts'
import { changePolicy, defaultPolicy, factorOf } from '../../src/mfa/index.ts'
import { signInOptions, sweepUsedChallenges, verifySignIn } from '../../src/mfa/webauthn/index.ts'
import { createMaker } from '../harness/attestation.ts'
import type { Authenticator, Wrong } from '../harness/authenticator.ts'
import { createAuthenticator } from '../harness/authenticator.ts'
import { mfaCore, subjectOf } from '../harness/mfa.ts'
import type { TestServer } from '../harness/server.ts'
import { testServer } from '../harness/server.ts'

let server: TestServer
let core: MfaCore
let clock: ManualClock
const { enrol, ...passkey } = factorOf('passkey')

before(async () => {
  clock = manualClock(new Date())
  server = await testServer({ clock })
  core = mfaCore(server)
})
after(() => server.close())

const newSubject = async () => subjectOf(await server.user())
const authenticator = (more: Partial<Parameters<typeof createAuthenticator>[0]> = {}) =>
  createAuthenticator({ origin: server.url, ...more })

async function begin(subject: Subject, on = core): Promise<Extract<Offer, { kind: 'passkey' }>> {
  const offer = await enrol?.begin(on, subject)
  assert.ok(offer?.kind === 'passkey')
  return offer
}

async function confirm(subject: Subject, answer: EnrolAnswer, on = core): Promise<Enrolled> {
  const enrolled = await enrol?.confirm(on, subject, answer)
  assert.ok(enrolled)
  return enrolled
}

async function register(subject: Subject, device: Authenticator, more: { name?: string } = {}) {
  const { options } = await begin(subject)
  const enrolled = await confirm(subject, { credential: device.create(options), ...more })
  assert.ok(enrolled.ok, JSON.stringify(enrolled))
  return enrolled
}

/** Somebody with a passkey. */
async function owner(more: Parameters<typeof authenticator>[0] = {}) {
  const subject = await newSubject()
  const device = authenticator(more)
  const { entry } = await register(subject, device)
  return { subject, device, entry }
}

async function optionsFor(subject: Subject): Promise<Readonly<Record<string, unknown>>> {
  const { options } = await passkey.challenge(core, subject)
  assert.ok(options)
  return options
}

async function answer(subject: Subject, device: Authenticator, wrong?: Wrong) {
  const credential = device.get(await optionsFor(subject), wrong)
  return passkey.verify(core, subject, { credential })
}

const why = (result: { ok: boolean; why?: string }) => (result.ok ? 'ok' : result.why)

async function entriesOf({ person }: Subject) {
  return passkey.entries(core.db, person.id, clock.now())
}

async function actionsOf(userId: UserId): Promise<string[]> {
  const entries = await auditOf(core.db, `user:${userId}`, 100)
  return entries.map(({ action }) => action)
}

/** Another policy for as long as the work takes. */
async function underPolicy(change: Partial<Policy['passkeys']>, work: () => Promise<void>) {
  const set = (policy: Policy) =>
    changePolicy(core, { policy, basedOn: 'any', actor: 'system', roles: [] })
  await set({ ...defaultPolicy, passkeys: { ...defaultPolicy.passkeys, ...change } })
  try {
    await work()
  } finally {
    await set(defaultPolicy)
  }
}

test('a passkey is registered and answers as a second factor', async () => {
  const subject = await newSubject()
  const device = authenticator()
  const { options } = await begin(subject)
  assert.deepEqual(options.rp, { id: 'localhost', name: 'Cardea' })
  assert.equal(options.attestation, 'none')
  assert.deepEqual(
    (options as { pubKeyCredParams: { alg: number }[] }).pubKeyCredParams.map(({ alg }) => alg),
    [-8, -7, -257],
  )
  const enrolled = await confirm(subject, { credential: device.create(options), name: ' My key ' })
  assert.ok(enrolled.ok)
  assert.equal(enrolled.entry.name, 'My key')
  assert.deepEqual(enrolled.proof, {
    kind: 'passkey',
    at: clock.now().getTime(),
    userVerified: true,
    deviceBound: true,
  })
  assert.equal(enrolled.backupCodes?.length, 10)
  const verdict = await answer(subject, device)
  assert.deepEqual(verdict, { ok: true, proof: enrolled.proof, entryId: enrolled.entry.id })
  const [entry] = await entriesOf(subject)
  assert.deepEqual(entry?.lastUsedAt, clock.now())
  assert.deepEqual(entry?.passkey?.transports, ['internal'])
  assert.ok((await actionsOf(subject.person.id)).includes('mfa.enrol'))
})

test('the answer may also come as the text of a form', async () => {
  const { subject, device } = await owner()
  const credential = JSON.stringify(device.get(await optionsFor(subject)))
  assert.equal(why(await passkey.verify(core, subject, { credential })), 'ok')
})

test('showing a challenge writes nothing', async () => {
  const { subject } = await owner()
  server.statements()
  await optionsFor(subject)
  await begin(subject)
  await signInOptions(core, 'journey')
  assert.deepEqual(
    server.statements().filter((text) => !text.startsWith('SELECT')),
    [],
  )
})

test('WebAuthn Level 3, section 7.1: a registration of another place, kind or challenge is refused', async () => {
  const cases: readonly (readonly [Wrong, string])[] = [
    [{ origin: 'https://evil.example' }, 'origin'],
    [{ origin: `${server.url}.evil.example` }, 'origin'],
    [{ crossOrigin: true }, 'origin'],
    [{ rpId: 'evil.example' }, 'origin'],
    [{ type: 'webauthn.get' }, 'wrong'],
    [{ challenge: Buffer.alloc(38, 1).toString('base64url') }, 'challenge'],
    [{ flags: 0x44 }, 'wrong'], // nobody was there
    [{ flags: 0x55 }, 'wrong'], // backed up, but cannot be
    [{ flags: 0x05 }, 'wrong'], // no key
    [{ id: Buffer.alloc(32, 1).toString('base64url') }, 'malformed'],
  ]
  const subject = await newSubject()
  for (const [wrong, reason] of cases) {
    const { options } = await begin(subject)
    const credential = authenticator().create(options, wrong)
    assert.equal(why(await confirm(subject, { credential })), reason, JSON.stringify(wrong))
  }
  assert.deepEqual(await entriesOf(subject), [])
})

test('WebAuthn Level 3, section 7.2: an assertion of another place, kind or challenge is refused', async () => {
  const { subject, device } = await owner()
  const cases: readonly (readonly [Wrong, string])[] = [
    [{ origin: 'https://evil.example' }, 'origin'],
    [{ crossOrigin: true }, 'origin'],
    [{ rpId: 'evil.example' }, 'origin'],
    [{ type: 'webauthn.create' }, 'wrong'],
    [{ challenge: '' }, 'challenge'],
    [{ challenge: Buffer.alloc(38, 1).toString('base64url') }, 'challenge'],
    [{ signature: Buffer.alloc(64, 1) }, 'wrong'],
    [{ flags: 0x04 }, 'wrong'],
    [{ flags: 0x0d }, 'wrong'], // a key that could not leave its device cannot learn to
    [{ userHandle: Buffer.alloc(16).toString('base64url') }, 'foreign'],
    [{ id: Buffer.alloc(32, 1).toString('base64url') }, 'unknown'],
    [{ userHandle: null }, 'ok'],
  ]
  for (const [wrong, reason] of cases) {
    assert.equal(why(await answer(subject, device, wrong)), reason, JSON.stringify(wrong))
  }
})

test('a challenge counts for its purpose, its journey, its person and ten minutes', async () => {
  const { subject, device } = await owner()
  const verify = async (options: unknown, to = subject) =>
    why(await passkey.verify(core, to, { credential: device.get(options) }))
  const elsewhere = { ...subject, binding: 'another journey' }
  assert.equal(await verify(await optionsFor(elsewhere)), 'challenge')
  const other = await owner()
  const foreign = (await optionsFor(other.subject)) as { challenge: string }
  const mine = await optionsFor(subject)
  assert.equal(await verify({ ...mine, challenge: foreign.challenge }), 'challenge')
  const signIn = await signInOptions(core, subject.binding)
  assert.equal(await verify({ ...mine, challenge: signIn.challenge }), 'challenge')
  const { options } = await begin(subject)
  assert.equal(await verify({ ...mine, challenge: options.challenge }), 'challenge')
  clock.advance(599)
  assert.equal(await verify(mine), 'ok')
  const late = await optionsFor(subject)
  clock.advance(600)
  assert.equal(await verify(late), 'challenge')
})

test('a challenge of another key is none of ours', async () => {
  const { subject, device } = await owner()
  const forger = { ...core, challengeKey: Buffer.alloc(32, 9) }
  const { options } = await passkey.challenge(forger, subject)
  const credential = device.get(options)
  assert.equal(why(await passkey.verify(core, subject, { credential })), 'challenge')
})

test('an answer counts once, and sending it twice does not suspend the passkey', async () => {
  const { subject, device } = await owner({ counter: 5 })
  const credential = device.get(await optionsFor(subject))
  assert.equal(why(await passkey.verify(core, subject, { credential })), 'ok')
  assert.equal(why(await passkey.verify(core, subject, { credential })), 'challenge')
  assert.equal(why(await answer(subject, device)), 'ok')
})

test('of 50 parallel calls with one assertion one is right', async () => {
  const { subject, device } = await owner({ counter: 5 })
  const credential = device.get(await optionsFor(subject))
  const verdicts = await Promise.all(
    Array.from({ length: 50 }, () => passkey.verify(core, subject, { credential })),
  )
  assert.equal(verdicts.filter(({ ok }) => ok).length, 1)
  const [entry] = await entriesOf(subject)
  assert.equal(entry?.passkey?.suspended, false)
})

test('of 50 parallel calls with one registration one is right', async () => {
  const subject = await newSubject()
  const { options } = await begin(subject)
  const credential = authenticator().create(options)
  const results = await Promise.all(
    Array.from({ length: 50 }, () => confirm(subject, { credential })),
  )
  assert.equal(results.filter(({ ok }) => ok).length, 1)
  assert.equal((await entriesOf(subject)).length, 1)
})

test('a counter that does not move on suspends the passkey for good', async () => {
  const { subject, device } = await owner({ counter: 5 })
  assert.equal(why(await answer(subject, device, { counter: 6 })), 'counter')
  const [entry] = await entriesOf(subject)
  assert.equal(entry?.passkey?.suspended, true)
  assert.ok((await actionsOf(subject.person.id)).includes('mfa.suspend_passkey'))
  await server.app.queue.drain()
  const letters = server.app.inbox.list().filter(({ to }) => to === subject.person.email)
  assert.equal(letters.filter(({ subject: about }) => /does not count/.test(about)).length, 1)
  const other = authenticator()
  await register(subject, other)
  const options = (await optionsFor(subject)) as { allowCredentials: { id: string }[] }
  assert.deepEqual(
    options.allowCredentials.map(({ id }) => id),
    other.passkeys.map(({ id }) => id.toString('base64url')),
  )
  const credential = device.get({ ...options, allowCredentials: [] }, { counter: 99 })
  assert.equal(why(await passkey.verify(core, subject, { credential })), 'counter')
  const signIn = device.get(await signInOptions(core, 'a'), { counter: 99 })
  const attempt = { binding: 'a', credential: signIn, origin: {} }
  assert.equal(why(await verifySignIn(core, attempt)), 'counter')
})

test('a counter without a right signature suspends nothing', async () => {
  const { subject, device } = await owner({ counter: 5 })
  const forged = { counter: 1, signature: Buffer.alloc(70, 1) }
  assert.equal(why(await answer(subject, device, forged)), 'wrong')
  assert.equal(why(await answer(subject, device)), 'ok')
})

test('who has no passkey that counts is asked for none', async () => {
  await assert.rejects(passkey.challenge(core, await newSubject()), /cannot be used here/)
})

test('a passkey of somebody else is foreign', async () => {
  const [mine, theirs] = [await owner(), await owner()]
  const options = { ...(await optionsFor(mine.subject)), allowCredentials: [] }
  const credential = theirs.device.get(options)
  assert.equal(why(await passkey.verify(core, mine.subject, { credential })), 'foreign')
})

test('a passkey signs its owner in without a username', async () => {
  const { subject, device, entry } = await owner({ backupEligible: true, backedUp: true })
  const options = await signInOptions(core, 'browser')
  assert.deepEqual(options.allowCredentials, [])
  assert.equal(options.userVerification, 'required')
  const credential = device.get(options)
  const attempt = { binding: 'browser', credential, origin: subject.origin }
  assert.deepEqual(await verifySignIn(core, attempt), {
    ok: true,
    userId: subject.person.id,
    entryId: entry.id,
    proof: {
      kind: 'passkey',
      at: clock.now().getTime(),
      userVerified: true,
      deviceBound: false,
    },
  })
  assert.equal(why(await verifySignIn(core, attempt)), 'challenge')
})

test('signing in by passkey always needs user verification and the handle of the user', async () => {
  const { device } = await owner()
  const signIn = async (wrong: Wrong, binding = 'browser') => {
    const credential = device.get(await signInOptions(core, 'browser'), wrong)
    return why(await verifySignIn(core, { binding, credential, origin: {} }))
  }
  assert.equal(await signIn({ flags: 0x01 }), 'user_verification')
  assert.equal(await signIn({ userHandle: null }), 'malformed')
  assert.equal(await signIn({ userHandle: Buffer.alloc(16).toString('base64url') }), 'foreign')
  assert.equal(await signIn({}, 'another browser'), 'challenge')
  assert.equal(await signIn({ id: Buffer.alloc(32, 1).toString('base64url') }), 'unknown')
  assert.equal(await signIn({}), 'ok')
})

test('of 50 parallel sign-ins with one assertion one is right', async () => {
  const { device } = await owner()
  const credential = device.get(await signInOptions(core, 'browser'))
  const attempt = { binding: 'browser', credential, origin: {} }
  const results = await Promise.all(Array.from({ length: 50 }, () => verifySignIn(core, attempt)))
  assert.equal(results.filter(({ ok }) => ok).length, 1)
})

test('passkeys replace the password only where the policy says so', async () => {
  await underPolicy({ first_factor: false }, async () => {
    await assert.rejects(signInOptions(core, 'browser'), /cannot be used here/)
    const attempt = { binding: 'browser', credential: {}, origin: {} }
    await assert.rejects(verifySignIn(core, attempt), /cannot be used here/)
  })
})

test('as a second factor the policy decides on user verification', async () => {
  const { subject, device } = await owner({ userVerified: false })
  const verdict = await answer(subject, device)
  assert.ok(verdict.ok && verdict.proof.kind === 'passkey')
  assert.equal(verdict.proof.userVerified, false)
  await underPolicy({ user_verification: 'required' }, async () => {
    assert.equal((await optionsFor(subject)).userVerification, 'required')
    assert.equal(why(await answer(subject, device)), 'user_verification')
    const { options } = await begin(subject)
    const credential = authenticator({ userVerified: false }).create(options)
    assert.equal(why(await confirm(subject, { credential })), 'user_verification')
  })
})

test('a passkey belongs to one account', async () => {
  const { subject, device } = await owner()
  const { options } = await begin(subject)
  const known = (options as { excludeCredentials: { id: string }[] }).excludeCredentials
  assert.deepEqual(
    known.map(({ id }) => id),
    device.passkeys.map(({ id }) => id.toString('base64url')),
  )
  const other = await newSubject()
  const credential = authenticator({
    credentialId: device.passkeys[0]?.id ?? Buffer.alloc(0),
  }).create((await begin(other)).options)
  assert.equal(why(await confirm(other, { credential })), 'duplicate')
  assert.deepEqual(await entriesOf(other), [])
  assert.equal(why(await answer(subject, device)), 'ok')
})

test('nobody has more than 20 passkeys, whoever adds the last ones at once', async () => {
  const subject = await newSubject()
  const add = async () => {
    const { options } = await begin(subject)
    return confirm(subject, { credential: authenticator().create(options) })
  }
  const results = await Promise.all(Array.from({ length: 25 }, add))
  assert.deepEqual(
    results.map(why).filter((reason) => reason !== 'ok'),
    Array(5).fill('too_many'),
  )
  assert.equal((await entriesOf(subject)).length, 20)
})

test('whether a passkey can be copied and has been is kept up to date', async () => {
  const { subject, device, entry } = await owner({ backupEligible: true })
  assert.equal(entry.passkey?.backupEligible, true)
  assert.equal(entry.passkey.backedUp, false)
  device.set({ backedUp: true })
  assert.equal(why(await answer(subject, device)), 'ok')
  const [now] = await entriesOf(subject)
  assert.equal(now?.passkey?.backedUp, true)
})

test('attestation: only what leads to a root of the policy is taken', async () => {
  const [trusted, stranger] = [createMaker(), createMaker()]
  const expired = createMaker({ until: clock.now().getTime() - 1000 })
  const roots = ['no certificate', trusted.root, expired.root]
  await underPolicy({ attestation: 'required', attestation_roots: roots }, async () => {
    const subject = await newSubject()
    const add = async (attestation: Parameters<typeof createAuthenticator>[0]['attestation']) => {
      const { options } = await begin(subject)
      assert.equal(options.attestation, 'direct')
      const device = authenticator({ ...(attestation && { attestation }) })
      return why(await confirm(subject, { credential: device.create(options) }))
    }
    assert.equal(await add('none'), 'attestation')
    assert.equal(await add('self'), 'attestation')
    assert.equal(await add(stranger.attestation), 'attestation')
    assert.equal(await add(expired.attestation), 'attestation')
    const [leaf] = trusted.attestation.x5c
    assert.ok(leaf)
    assert.equal(await add({ ...trusted.attestation, x5c: [leaf] }), 'attestation')
    // The right certificates in the hand of somebody who has not their key.
    assert.equal(await add({ ...stranger.attestation, x5c: trusted.attestation.x5c }), 'wrong')
    assert.equal(await add(trusted.attestation), 'ok')
    const [entry] = await entriesOf(subject)
    assert.equal(entry?.passkey?.attestation, 'packed')
  })
})

test('attestation that nobody asked for is taken only where checking it asks no other server', async () => {
  const subject = await newSubject()
  const { attestation } = createMaker()
  const add = async (more: Parameters<typeof authenticator>[0]) => {
    const { options } = await begin(subject)
    return why(await confirm(subject, { credential: authenticator(more).create(options) }))
  }
  assert.equal(await add({ attestation: 'self' }), 'ok')
  assert.equal(await add({ attestation }), 'ok')
  for (const format of ['android-key', 'android-safetynet', 'apple', 'constructor', '']) {
    assert.equal(await add({ attestation: { ...attestation, format } }), 'attestation')
  }
})

test('the policy may name the models that are taken', async () => {
  const model = 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4'
  await underPolicy({ allowed_aaguids: [model.toUpperCase()] }, async () => {
    const subject = await newSubject()
    const add = async (device: Authenticator) => {
      const { options } = await begin(subject)
      return why(await confirm(subject, { credential: device.create(options) }))
    }
    assert.equal(await add(authenticator()), 'attestation')
    assert.equal(await add(authenticator({ aaguid: model })), 'ok')
    const [entry] = await entriesOf(subject)
    assert.equal(entry?.name, 'Google Password Manager')
  })
})

test('a passkey has the name that its owner gives, or one made of what is known', async () => {
  const subject = await newSubject()
  assert.equal((await register(subject, authenticator())).entry.name, 'Passkey')
  const stick = authenticator({ transports: ['usb', 'nfc'] })
  assert.equal((await register(subject, stick, { name: '  ' })).entry.name, 'Passkey (USB)')
  const { options } = await begin(subject)
  const credential = authenticator().create(options)
  for (const name of ['x'.repeat(65), 'a\0b', 'a\nb', '\ud800']) {
    assert.equal(why(await confirm(subject, { credential, name })), 'malformed')
  }
  const name = '🗝️'.repeat(32)
  assert.equal(why(await confirm(subject, { credential, name })), 'ok')
})

test('a passkey can be renamed and removed by its owner alone', async () => {
  const [mine, theirs] = [await owner(), await owner()]
  const { id } = theirs.entry
  const me = mine.subject.person.id
  assert.equal(await passkey.rename?.(core.db, me, id, 'Stolen'), 0)
  assert.equal(await passkey.remove(core.db, me, id), 0)
  assert.equal(await passkey.remove(core.db, me, 'no id'), 0)
  assert.equal(await passkey.rename?.(core.db, me, mine.entry.id, 'Desk'), 1)
  assert.deepEqual(
    (await entriesOf(mine.subject)).map(({ name }) => name),
    ['Desk'],
  )
  assert.equal(await passkey.remove(core.db, me, mine.entry.id), 1)
  assert.equal((await entriesOf(theirs.subject)).length, 1)
})

test('without a domain there are no passkeys', async () => {
  const subject = await newSubject()
  const bare = { ...core, relyingParty: undefined }
  const refusal = /cannot be used here/
  await assert.rejects(begin(subject, bare), refusal)
  await assert.rejects(confirm(subject, { credential: {} }, bare), refusal)
  await assert.rejects(passkey.challenge(bare, subject), refusal)
  await assert.rejects(passkey.verify(bare, subject, { credential: {} }), refusal)
  await assert.rejects(signInOptions(bare, 'browser'), refusal)
})

test('whatever is sent in place of a credential is refused and breaks nothing', async () => {
  const { subject, device } = await owner()
  const fresh = await newSubject()
  const deep = `${'['.repeat(16_000)}${']'.repeat(16_000)}`
  const good = device.get(await optionsFor(subject))
  const bad: readonly unknown[] = [
    undefined,
    null,
    '',
    '{',
    'null',
    deep,
    'x'.repeat(40_000),
    { padding: 'x'.repeat(40_000) },
    JSON.parse('{"__proto__": {"id": "aa", "type": "public-key"}}'),
    { ...good, type: 'password' },
    { ...good, id: `${good.id}=` },
    { ...good, rawId: 'other' },
    { ...good, response: { ...good.response, userHandle: 7 } },
    { ...good, response: { ...good.response, signature: undefined } },
    { ...good, response: { ...good.response, clientDataJSON: 'bm8' } },
  ]
  for (const credential of bad) {
    assert.equal(why(await passkey.verify(core, subject, { credential })), 'malformed')
    assert.equal(why(await confirm(fresh, { credential })), 'malformed')
    const attempt = { binding: 'a', credential, origin: {} }
    assert.equal(why(await verifySignIn(core, attempt)), 'malformed')
  }
  const anything = fc.oneof(fc.jsonValue(), fc.anything(), fc.string())
  await fc.assert(
    fc.asyncProperty(anything, async (credential) => {
      assert.equal(why(await passkey.verify(core, subject, { credential })), 'malformed')
      assert.equal(why(await confirm(fresh, { credential })), 'malformed')
    }),
    { numRuns: 100 },
  )
  assert.equal(why(await passkey.verify(core, subject, { credential: good })), 'ok')
})

test('a credential with damaged parts is refused and breaks nothing', async () => {
  const { subject, device } = await owner()
  const fresh = await newSubject()
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(2), async (noise, part) => {
      const damage = Buffer.from(noise).toString('base64url')
      const { options } = await begin(fresh)
      const made = authenticator().create(options)
      made.response = { ...made.response, attestationObject: damage }
      assert.notEqual(why(await confirm(fresh, { credential: made })), 'ok')
      const given = device.get(await optionsFor(subject))
      const name = ['authenticatorData', 'signature', 'clientDataJSON'][part] ?? ''
      const credential = { ...given, response: { ...given.response, [name]: damage } }
      assert.notEqual(why(await passkey.verify(core, subject, { credential })), 'ok')
    }),
    { numRuns: 100 },
  )
})

test('answered challenges are forgotten when they are too old to be answered again', async () => {
  const { subject, device } = await owner()
  assert.equal(why(await answer(subject, device)), 'ok')
  await sweepUsedChallenges(core.db, clock.now(), 1000)
  const [kept] = await core.db.many<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM mfa_used_challenges`,
  )
  assert.ok((kept?.count ?? 0) >= 2)
  clock.advance(601)
  assert.equal(await sweepUsedChallenges(core.db, clock.now(), 1), 1)
  await sweepUsedChallenges(core.db, clock.now(), 1000)
  const [left] = await core.db.many<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM mfa_used_challenges`,
  )
  assert.equal(left?.count, 0)
})
