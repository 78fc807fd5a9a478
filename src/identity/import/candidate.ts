import type { Clock, Random, UserId } from '../../base/index.ts'
import { comparisonKey, newId, parseUserId } from '../../base/index.ts'
import type { UserRow } from '../store.ts'
import type { Profile } from '../user.ts'
import type { AccountMembers } from './members.ts'
import { parseMoment } from './moment.ts'

export type Needs = { readonly clock: Clock; readonly random: Random }

/** A user of the file in the form that is stored. */
export type Candidate = {
  readonly line: number
  readonly row: UserRow
  readonly usernameKey: string
  readonly emailKey: string | null
  readonly roles: readonly string[]
  /** Whether the file says these, or they were made here. */
  readonly given: { readonly id: boolean; readonly username: boolean }
  readonly droppedHash: boolean
}

/** A line that was judged and found good. */
type Accepted = {
  readonly line: number
  readonly account: AccountMembers
  readonly username: string
  readonly email: string | undefined
  readonly usernameGiven: boolean
  readonly hash: string | undefined
  readonly droppedHash: boolean
  readonly profile: Profile
}

export function toCandidate(needs: Needs, accepted: Accepted): Candidate {
  const { line, account, username, email = null } = accepted
  return {
    line,
    row: toRow(needs, accepted),
    usernameKey: comparisonKey(username),
    emailKey: email === null ? null : comparisonKey(email),
    roles: account.roles ?? [],
    given: { id: account.id !== undefined, username: accepted.usernameGiven },
    droppedHash: accepted.droppedHash,
  }
}

function toRow(needs: Needs, accepted: Accepted): UserRow {
  const { account, username, email = null, hash = null, profile } = accepted
  const now = needs.clock.now()
  const at = (text: string | undefined) => (text === undefined ? null : (parseMoment(text) ?? null))
  const isActive = account.is_active ?? account.delete_after === undefined
  const createdAt = at(account.created_at) ?? now
  const termsVersion = account.terms_version ?? null
  return {
    id: parseUserId(account.id?.toLowerCase() ?? '') ?? newId<UserId>(needs.clock, needs.random),
    username,
    email,
    emailVerified: email !== null && account.email_verified === true,
    passwordHash: hash,
    isActive,
    deactivatedBy: isActive ? null : (account.deactivated_by ?? 'administrator'),
    deleteAfter: isActive ? null : at(account.delete_after),
    // Unknown is better than wrong; null with a password means that nobody knows.
    passwordChangedAt: hash === null ? null : at(account.password_changed_at),
    termsVersion,
    termsAcceptedAt: termsVersion === null ? null : (at(account.terms_accepted_at) ?? createdAt),
    profile,
    version: 1,
    createdAt,
    updatedAt: at(account.updated_at) ?? createdAt,
  }
}
