import type { Static } from 'typebox'
import { appendAudit } from '../../audit/index.ts'
import type { InvalidMember, UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { profileProblems } from '../account-input.ts'
import type { AccountCore } from '../account-needs.ts'
import type { By } from '../create-user.ts'
import { takenFailure } from '../create-user.ts'
import { identityFailures } from '../failures.ts'
import { toUser } from '../find-user.ts'
import { happening } from '../happening.ts'
import type { ProfilePatchSchema } from '../schemas.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { UserRow } from '../store.ts'
import { lockUser, updateAccount } from '../store.ts'
import type { Profile, User } from '../user.ts'
import { checkEmail, checkUsername } from '../user.ts'

/** The version a change is based on (RFC 9110 section 13.1.1); `any` is the If-Match of `*`. */
export type BasedOn = number | 'any'

/** RFC 7396: a member that is null goes, one that is absent stays. */
export type ProfilePatch = Static<typeof ProfilePatchSchema>

export type AccountEdit = {
  readonly userId: UserId
  readonly basedOn: BasedOn
  readonly username?: string
  /** An administrator's word, in place of the proof that `confirmEmailByLink` asks for. */
  readonly email?: string | null
  readonly emailVerified?: boolean
  readonly patch?: ProfilePatch
}

export type Editing = { readonly by: By; readonly visitor: Visitor }

/** Changes an account in one step; the person hears by mail of a new name or address (ASVS 6.3.7). */
export async function editAccount(
  needs: AccountCore,
  edit: AccountEdit,
  { by, visitor }: Editing,
): Promise<User> {
  const { username, email } = checkEdit(edit)
  return needs.db.transaction(async (tx) => {
    const before = await lockVersion(tx, edit.userId, edit.basedOn)
    const address = email === undefined ? before.email : email
    const after = {
      ...before,
      username: username ?? before.username,
      email: address,
      emailVerified: address !== null && verifiedAfter(before, address, edit.emailVerified),
      profile: edit.patch === undefined ? before.profile : merge(before.profile, edit.patch),
      version: before.version + 1,
      updatedAt: needs.clock.now(),
    }
    const members = profileProblems(after.profile)
    if (members.length > 0) throw identityFailures.invalid_user({ members })
    await saveAccount(tx, after)
    await audit(needs, tx, { userId: edit.userId, changed: changedNames(edit), by })
    await tellChange(needs, tx, { before, after }, visitor)
    return toUser(after)
  })
}

function checkEdit({ username, email }: AccountEdit) {
  const name = username === undefined ? undefined : checkUsername(username)
  const address = email == null ? undefined : checkEmail(email)
  const members: InvalidMember[] = []
  if (name?.ok === false) members.push({ pointer: '/username', words: name.words })
  if (address?.ok === false) members.push({ pointer: '/email', words: address.words })
  if (members.length > 0) throw identityFailures.invalid_user({ members })
  return {
    username: name?.ok === true ? name.value : undefined,
    email: address?.ok === true ? address.value : email === null ? null : undefined,
  }
}

/** An address is as verified as it was said to be; a new one of which nothing was said is not. */
function verifiedAfter(before: UserRow, email: string, said: boolean | undefined): boolean {
  return said ?? (email === before.email && before.emailVerified)
}

function merge(profile: Profile, patch: ProfilePatch): Profile {
  const { phone_number_verified: _verified, ...rest } = profile
  const samePhone = patch.phone_number === undefined || patch.phone_number === profile.phone_number
  const before = samePhone ? profile : rest
  const { address, ...flat } = patch
  const merged = present({ ...before, ...flat })
  if (address === undefined) return merged
  const { address: _, ...others } = merged
  const kept = address === null ? {} : present({ ...profile.address, ...address })
  return Object.keys(kept).length === 0 ? others : { ...others, address: kept }
}

/** Without the members that are null. */
function present<T extends object>(value: T) {
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined)
  return Object.fromEntries(kept)
}

/** Writes the row; a name or address that somebody else has is a refusal. */
export async function saveAccount(tx: Tx, after: UserRow): Promise<void> {
  try {
    await updateAccount(tx, after)
  } catch (error) {
    throw takenFailure(error) ?? error
  }
}

/** The row, held, if it still has the version that the change is based on. */
export async function lockVersion(tx: Tx, userId: UserId, basedOn: BasedOn): Promise<UserRow> {
  const row = await lockUser(tx, userId)
  if (row === undefined) throw identityFailures.unknown_user()
  if (basedOn !== 'any' && row.version !== basedOn) throw identityFailures.changed_meanwhile()
  return row
}

/** The names of the members, never their values: the audit log outlives the account. */
function changedNames({ username, email, emailVerified, patch = {} }: AccountEdit): string[] {
  return [
    ...(username === undefined ? [] : ['username']),
    ...(email === undefined ? [] : ['email']),
    ...(emailVerified === undefined ? [] : ['email_verified']),
    ...Object.keys(patch),
  ]
}

type Entry = { readonly userId: UserId; readonly changed: readonly string[]; readonly by: By }

function audit(
  needs: Pick<AccountCore, 'clock' | 'random'>,
  tx: Tx,
  { userId, changed, by: { actor, origin } }: Entry,
): Promise<void> {
  const entry = { actor, action: 'user.update', resource: `user:${userId}` } as const
  const details = { changed }
  return appendAudit(needs, tx, {
    ...entry,
    outcome: 'success',
    details,
    ...(origin && { origin }),
  })
}

type Change = { readonly before: UserRow; readonly after: UserRow }

/** Letters about a new name or address, which goes to both addresses. */
export async function tellChange(
  needs: AccountCore,
  tx: Tx,
  { before, after }: Change,
  visitor: Visitor,
): Promise<void> {
  const facts = happening(needs, before.username, visitor)
  const locale = after.profile.locale ?? visitor.locale
  if (before.email !== null && before.username !== after.username) {
    const values = { ...facts, newUsername: after.username }
    const letter = { to: before.email, locale, template: 'username-changed', values } as const
    await writeLetter(needs, tx, letter)
  }
  if (before.email === after.email) return
  for (const to of [before.email, after.email]) {
    if (to === null) continue
    const values = { ...facts, newEmail: after.email ?? '' }
    await writeLetter(needs, tx, { to, locale, template: 'email-changed', values })
  }
}
