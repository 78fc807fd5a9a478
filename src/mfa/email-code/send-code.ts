import { addSeconds, newId, sha256, sixDigits } from '../../base/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { lockAccount } from '../account/store.ts'
import type { MfaCore, Person, Subject } from '../factor.ts'
import { mfaFailures } from '../failures.ts'
import { happening } from '../tell.ts'
import { emailCodeDigest, shortAddress } from './code.ts'
import type { Sending } from './store.ts'
import { deleteOlderCodes, insertEmailCode, wasSentSince } from './store.ts'

/** Seconds between two letters of one journey. */
const pause = 30
/** Codes of one person that count at once, each in a journey of its own. */
const mostCodes = 5

/** Where codes go. Fails with 409 for who has proved no address. */
export function provenAddress({ email, emailVerified }: Person): string {
  if (email === null || !emailVerified) throw mfaFailures.email_unverified()
  return email
}

/** A code belongs to one journey (ASVS 6.6.2) and to the address that it went to. */
export function sendingOf({ person, binding }: Subject): Sending {
  return { userId: person.id, binding: sha256(binding), email: provenAddress(person) }
}

/**
 * Sends a code that takes the place of the one before; asked again too soon, it leaves things as they
 * are. Returns the address, shortened.
 */
export async function sendCode(core: MfaCore, subject: Subject): Promise<string> {
  const sending = sendingOf(subject)
  const now = core.clock.now()
  const code = sixDigits(core.random)
  const id: string = newId(core.clock, core.random)
  const digest = emailCodeDigest(core.codeKey, id, code)
  await core.db.transaction(async (tx) => {
    // Held until the end, so that two requests at once send one letter.
    await lockAccount(tx, subject.person.id, now)
    if (await wasSentSince(tx, sending, addSeconds(now, -pause))) return
    await deleteOlderCodes(tx, sending, mostCodes - 1)
    const expiresAt = addSeconds(now, core.codeLifetime)
    await insertEmailCode(tx, { ...sending, id, digest, createdAt: now, expiresAt })
    const { person, origin, locale } = subject
    await writeLetter(core, tx, {
      to: sending.email,
      locale: person.profile.locale ?? locale,
      template: 'sign-in-code',
      values: {
        ...happening(core, person, origin),
        code,
        minutes: String(Math.round(core.codeLifetime / 60)),
      },
    })
  })
  return shortAddress(sending.email)
}
