import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { addSeconds, comparisonKey, isUuid, newId, randomToken, sha256 } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import type { AccountInput } from '../account-input.ts'
import type { By } from '../create-user.ts'
import { addUser, prepareUser } from '../create-user.ts'
import { identityFailures } from '../failures.ts'
import type { User } from '../user.ts'
import { checkEmail } from '../user.ts'
import type { SignUpNeeds, Visitor } from './needs.ts'
import {
  deleteInvitation,
  deleteInvitationById,
  emailHasAccount,
  insertInvitation,
  selectInvitation,
  selectInvitations,
} from './store.ts'
import { requireTerms } from './terms.ts'
import { generateUsername } from './username.ts'

export type Invitation = {
  readonly id: string
  readonly email: string
  readonly invitedBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

type InviteNeeds = Pick<SignUpNeeds, 'db' | 'clock' | 'random' | 'queue' | 'issuer'> & {
  readonly signUp: Pick<SignUpNeeds['signUp'], 'mode' | 'invitationLifetime'>
}

type Invite = {
  readonly email: string
  /** Who invites, in words for the letter. */
  readonly inviter: string
  readonly locale: string
}

/** Invites an address by a letter with a link that works once. */
export async function invite(
  needs: InviteNeeds,
  { email: raw, inviter, locale }: Invite,
  { actor, origin }: By,
): Promise<Invitation> {
  if (needs.signUp.mode === 'closed') throw identityFailures.registration_closed()
  const checked = checkEmail(raw)
  if (!checked.ok) {
    throw identityFailures.invalid_user({ members: [{ pointer: '/email', words: checked.words }] })
  }
  const email = checked.value
  const token = randomToken(needs.random)
  const id: string = newId(needs.clock, needs.random)
  const createdAt = needs.clock.now()
  const expiresAt = addSeconds(createdAt, needs.signUp.invitationLifetime)
  const invitation = { id, email, invitedBy: actor, createdAt, expiresAt }
  const keys = { digest: sha256(token), emailKey: comparisonKey(email) }
  await needs.db.transaction(async (tx) => {
    if (await emailHasAccount(tx, keys.emailKey)) throw identityFailures.email_taken()
    await insertInvitation(tx, { ...invitation, ...keys })
    const link = `${needs.issuer}/register?invitation=${token}`
    const values = { link, invitedBy: inviter, until: expiresAt.toISOString() }
    await writeLetter(needs, tx, { to: email, locale, template: 'invitation', values })
    await audit(needs, tx, { actor, action: 'invitation.create', id, ...(origin && { origin }) })
  })
  return invitation
}

/** The address that an invitation is for; undefined when it is not valid any more. */
export async function readInvitation(
  needs: Pick<SignUpNeeds, 'db' | 'clock'>,
  token: string,
): Promise<{ email: string } | undefined> {
  const row = await selectInvitation(needs.db, sha256(token), needs.clock.now())
  return row && { email: row.email }
}

type Acceptance = Omit<AccountInput, 'email' | 'username'> & {
  readonly username?: string
  readonly invitation: string
  readonly password: string
  readonly acceptedTerms?: string | undefined
}

/** Makes the account of an invited person. The letter arrived, so the address is proved. */
export async function acceptInvitation(
  needs: SignUpNeeds,
  { invitation, acceptedTerms, ...input }: Acceptance,
  { origin, locale }: Visitor,
): Promise<User> {
  if (needs.signUp.mode === 'closed') throw identityFailures.registration_closed()
  const invited = await readInvitation(needs, invitation)
  if (invited === undefined) throw identityFailures.invalid_link()
  requireTerms(needs.signUp, acceptedTerms)
  const { termsVersion } = needs.signUp
  const { username = generateUsername(needs.random) } = input
  const account = { ...input, username, email: invited.email, emailVerified: true }
  const prepared = await prepareUser(needs, { ...account, ...(termsVersion && { termsVersion }) })
  return needs.db.transaction(async (tx) => {
    const won = await deleteInvitation(tx, sha256(invitation), needs.clock.now())
    if (!won) throw identityFailures.invalid_link({ log: { why: 'used' } })
    const user = await addUser(needs, tx, { prepared, by: { actor: 'anonymous', origin } })
    const values = { username: user.username, accountUrl: `${needs.issuer}/account` }
    await writeLetter(needs, tx, { to: invited.email, locale, template: 'welcome', values })
    return user
  })
}

/** Invitations that wait for an answer, newest first. */
export function listInvitations(
  needs: Pick<SignUpNeeds, 'db' | 'clock'>,
  limit = 200,
): Promise<Invitation[]> {
  return selectInvitations(needs.db, needs.clock.now(), limit).then((rows) =>
    rows.map(({ id, email, invitedBy, createdAt, expiresAt }) => ({
      id,
      email,
      invitedBy,
      createdAt,
      expiresAt,
    })),
  )
}

/** Takes an invitation back; false when there is none of this id. */
export async function revokeInvitation(
  needs: Pick<SignUpNeeds, 'db' | 'clock' | 'random'>,
  id: string,
  { actor, origin }: By,
): Promise<boolean> {
  if (!isUuid(id)) return false
  return needs.db.transaction(async (tx) => {
    if (!(await deleteInvitationById(tx, id))) return false
    await audit(needs, tx, { actor, action: 'invitation.revoke', id, ...(origin && { origin }) })
    return true
  })
}

type Entry = {
  readonly actor: string
  readonly action: string
  readonly id: string
  readonly origin?: Origin
}

function audit(
  needs: Pick<SignUpNeeds, 'clock' | 'random'>,
  tx: Queries,
  { actor, action, id, origin }: Entry,
): Promise<void> {
  const entry = { actor, action, resource: `invitation:${id}`, outcome: 'success' } as const
  return appendAudit(needs, tx, { ...entry, ...(origin && { origin }) })
}
