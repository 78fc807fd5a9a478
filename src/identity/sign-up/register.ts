import { Type } from 'typebox'
import { appendAudit } from '../../audit/index.ts'
import {
  addSeconds,
  comparisonKey,
  newId,
  randomToken,
  sha256,
  sixDigits,
} from '../../base/index.ts'
import type { JobKind } from '../../jobs/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountInput } from '../account-input.ts'
import { checkAccount } from '../account-input.ts'
import { codeDigest } from '../action-token/action-token.ts'
import { usernameTaken } from '../create-user.ts'
import { writeAccountExists } from '../email/account-exists.ts'
import { identityFailures } from '../failures.ts'
import type { SignUpNeeds, Visitor } from './needs.ts'
import type { RegistrationRow } from './store.ts'
import { insertRegistration, selectRegistrationAddressee } from './store.ts'
import { requireTerms } from './terms.ts'
import { generateUsername } from './username.ts'

export type Application = Omit<AccountInput, 'username'> & {
  /** One is made up for a person who gives none. */
  readonly username?: string
  readonly email: string
  readonly password: string
  /** The version of the terms that the person accepted. */
  readonly acceptedTerms?: string | undefined
}

type RegistrationLetter = {
  readonly id: string
  readonly token: string
  readonly code: string
  readonly locale: string
}

/** Decides after the request which letter an address gets, so that the request shows nothing of it. */
export const registrationLetterJob: JobKind<RegistrationLetter> = {
  name: 'identity.registration-letter',
  attempts: 8,
  schema: Type.Object({
    id: Type.String(),
    token: Type.String(),
    code: Type.String(),
    locale: Type.String(),
  }),
}

/**
 * Takes a registration; the account is made when its address is proved. Whether the address has an
 * account already makes no difference here, in words or in work (ASVS 6.3.8): its owner is told by mail.
 * Usernames are public names, so one that is taken is refused openly.
 */
export async function register(
  needs: SignUpNeeds,
  application: Application,
  visitor: Visitor & { readonly browser?: string },
): Promise<{ id: string }> {
  requireTerms(needs.signUp, application.acceptedTerms)
  const { username: wish = generateUsername(needs.random) } = application
  const account = await checkAccount(needs.passwords, { ...application, username: wish })
  const { username, email = '', password = '' } = account
  const passwordHash = await needs.hasher.hash(password)
  const token = randomToken(needs.random)
  const code = sixDigits(needs.random)
  const id: string = newId(needs.clock, needs.random)
  const now = needs.clock.now()
  const row: RegistrationRow = {
    id,
    digest: sha256(token),
    codeDigest: codeDigest(needs.codeKey, id, code),
    codeUntil: addSeconds(now, needs.signUp.codeLifetime),
    attempts: 0,
    browser: visitor.browser === undefined ? null : sha256(visitor.browser),
    username,
    usernameKey: comparisonKey(username),
    email,
    emailKey: comparisonKey(email),
    passwordHash,
    profile: account.profile,
    termsVersion: needs.signUp.termsVersion || null,
    createdAt: now,
    expiresAt: addSeconds(now, needs.signUp.linkLifetime),
  }
  await needs.db.transaction(async (tx) => {
    if (!(await insertRegistration(tx, row))) throw usernameTaken()
    await needs.queue.add(tx, registrationLetterJob, { id, token, code, locale: visitor.locale })
    await appendAudit(needs, tx, {
      actor: 'anonymous',
      action: 'registration.begin',
      resource: `registration:${id}`,
      outcome: 'success',
      origin: visitor.origin,
    })
  })
  return { id }
}

/** The handler of `registrationLetterJob`. */
export async function sendRegistrationLetter(
  needs: Pick<SignUpNeeds, 'db' | 'clock' | 'queue' | 'issuer'>,
  { id, token, code, locale }: RegistrationLetter,
): Promise<void> {
  const addressee = await selectRegistrationAddressee(needs.db, id, needs.clock.now())
  if (addressee === undefined) return
  const { email: to, username, known } = addressee
  if (known) {
    await writeAccountExists(needs, to, locale)
    return
  }
  const link = `${needs.issuer}/register/confirm?token=${token}`
  const values = { username, link, code }
  await writeLetter(needs, needs.db, { to, locale, template: 'confirm-registration', values })
}

/** Registration by visitors who were not invited. */
export function requireOpen({ mode }: SignUpNeeds['signUp']): void {
  if (mode === 'closed') throw identityFailures.registration_closed()
  if (mode === 'invitation') throw identityFailures.invitation_needed()
}
