import type { Origin } from '../../audit/index.ts'
import { sameBytes, sha256 } from '../../base/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { codeDigest, mostCodeAttempts } from '../action-token/action-token.ts'
import { addUser, newRow } from '../create-user.ts'
import { identityFailures } from '../failures.ts'
import type { User } from '../user.ts'
import type { SignUpNeeds, Visitor } from './needs.ts'
import type { RegistrationRow } from './store.ts'
import { countRegistrationAttempt, deleteRegistration, selectRegistration } from './store.ts'

/** A registration as its confirmation page may show it. */
export type WaitingRegistration = {
  readonly username: string
  readonly email: string
  /** False in another browser than the one that registered: the password must be typed there. */
  readonly sameBrowser: boolean
}

type ByLink = {
  readonly token: string
  readonly browser?: string | undefined
  readonly password?: string | undefined
}
type ByCode = { readonly id: string; readonly code: string }

/** For showing a form; nothing is used up by it, since mail scanners follow links too. */
export async function readRegistration(
  needs: Pick<SignUpNeeds, 'db' | 'clock'>,
  { token, browser }: ByLink,
): Promise<WaitingRegistration | undefined> {
  const row = await selectRegistration(needs.db, sha256(token), needs.clock.now())
  return row && { username: row.username, email: row.email, sameBrowser: isSame(row, browser) }
}

/**
 * Makes the account of a registration whose link was followed. A link alone proves the address but not
 * who chose the password: somebody else may have registered with it. So the link counts in the browser
 * that registered, or together with the password.
 */
export async function confirmByLink(
  needs: SignUpNeeds,
  proof: ByLink,
  visitor: Visitor,
): Promise<User> {
  const row = await selectRegistration(needs.db, sha256(proof.token), needs.clock.now())
  if (row === undefined) throw identityFailures.invalid_link()
  if (!isSame(row, proof.browser)) await requirePassword(needs, row, proof.password)
  return makeAccount(needs, row, visitor)
}

/** The same with the id that only the registering side knows, and the code that only the mail has. */
export async function confirmByCode(
  needs: SignUpNeeds,
  { id, code }: ByCode,
  visitor: Visitor,
): Promise<User> {
  const now = needs.clock.now()
  const row = await countRegistrationAttempt(needs.db, id, mostCodeAttempts, now)
  const right = row !== undefined && now < row.codeUntil
  if (!right || !sameBytes(row.codeDigest, codeDigest(needs.codeKey, id, code))) {
    throw identityFailures.invalid_code()
  }
  return makeAccount(needs, row, visitor)
}

function isSame(row: RegistrationRow, browser: string | undefined): boolean {
  return row.browser !== null && browser !== undefined && sameBytes(row.browser, sha256(browser))
}

async function requirePassword(
  needs: SignUpNeeds,
  { id }: RegistrationRow,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) throw identityFailures.wrong_password()
  const row = await countRegistrationAttempt(needs.db, id, mostCodeAttempts, needs.clock.now())
  const result = await needs.hasher.verify(password, row?.passwordHash)
  if (result !== 'match') throw identityFailures.wrong_password()
}

async function makeAccount(
  needs: SignUpNeeds,
  waiting: RegistrationRow,
  { origin, locale }: Visitor,
): Promise<User> {
  const { username, email, passwordHash, profile, termsVersion } = waiting
  const account = { username, email, emailVerified: true, passwordHash, profile, termsVersion }
  const prepared = { row: newRow(needs, account) }
  return needs.db.transaction(async (tx) => {
    const won = await deleteRegistration(tx, waiting.id, waiting.digest)
    if (!won) throw identityFailures.invalid_link({ log: { why: 'used' } })
    const user = await addUser(needs, tx, { prepared, by: by(origin) })
    const values = { username, accountUrl: `${needs.issuer}/account` }
    await writeLetter(needs, tx, { to: email, locale, template: 'welcome', values })
    return user
  })
}

function by(origin: Origin) {
  return { actor: 'anonymous', origin }
}
