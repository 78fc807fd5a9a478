import assert from 'node:assert/strict'
import { URI } from 'otpauth'
import { mfaCore as wire } from '../../src/accounts.ts'
import { createSealer } from '../../src/keys/index.ts'
import type { MfaCore, Person, Subject } from '../../src/mfa/index.ts'
import { createPolicyBook, factorOf } from '../../src/mfa/index.ts'
import type { TestServer } from './server.ts'
import { masterKey } from './server.ts'
import { firefox } from './signed-in.ts'

/** What factors stand on, over a running server: its database, clock and queue, wired as in the server. */
export function mfaCore(
  { app, config }: Pick<TestServer, 'app' | 'config'>,
  parts: Partial<MfaCore> = {},
): MfaCore {
  const sealer = createSealer([masterKey], app.random)
  const mfaPolicy = createPolicyBook(app)
  const { db, clock, random, queue } = app
  return { ...wire(config, masterKey, { db, clock, random, queue, sealer, mfaPolicy }), ...parts }
}

/** Somebody in the middle of a journey of their own, with Firefox on Linux. */
export function subjectOf(person: Person, more: Partial<Subject> = {}): Subject {
  const origin = { ip: '192.0.2.7', userAgent: firefox }
  return { person, origin, locale: 'en', binding: `journey of ${person.id}`, ...more }
}

export type TestAuthenticator = {
  readonly id: string
  /** What it shows at a moment; each step of 30 seconds counts once. */
  readonly codeAt: (moment: Date) => string
  /** Of the first factor; empty otherwise. */
  readonly backupCodes: readonly string[]
}

/** Sets an authenticator app up. It takes the code of the step before now, so that the one of now is left. */
export async function enrolTotp(core: MfaCore, subject: Subject): Promise<TestAuthenticator> {
  const { enrol } = factorOf('totp')
  const offer = await enrol?.begin(core, subject)
  assert.ok(enrol && offer?.kind === 'totp')
  const app = URI.parse(offer.uri)
  const codeAt = (moment: Date) => app.generate({ timestamp: moment.getTime() })
  const code = codeAt(new Date(core.clock.now().getTime() - 30_000))
  const done = await enrol.confirm(core, subject, { id: offer.id, code })
  assert.ok(done.ok)
  return { id: offer.id, codeAt, backupCodes: done.backupCodes ?? [] }
}
