import { appendAudit } from '../../audit/index.ts'
import type { UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import { writeLetter } from '../../mail/index.ts'
import { profileProblems } from '../account-input.ts'
import type { AccountCore } from '../account-needs.ts'
import type { By } from '../create-user.ts'
import { takenFailure } from '../create-user.ts'
import { identityFailures } from '../failures.ts'
import { toUser } from '../find-user.ts'
import { happening } from '../happening.ts'
import type { Visitor } from '../sign-up/needs.ts'
import type { UserRow } from '../store.ts'
import { lockUser, updateEmail, updateUsername, updateProfile as writeProfile } from '../store.ts'
import type { Profile, User } from '../user.ts'
import { checkEmail, checkUsername } from '../user.ts'

/** The version a change is based on (RFC 9110 section 13.1.1); `any` is the If-Match of `*`. */
export type BasedOn = number | 'any'

/** RFC 7396: a member that is null goes, one that is absent stays. */
export type ProfilePatch = { readonly [Name in keyof Profile]?: Profile[Name] | null }

type ProfileChange = {
  readonly userId: UserId
  readonly basedOn: BasedOn
  readonly patch: ProfilePatch
}

type Needs = Pick<AccountCore, 'db' | 'clock' | 'random'>

/** Changes the standard claims of a person. A phone number that changes is not verified any more. */
export async function updateProfile(
  needs: Needs,
  { userId, basedOn, patch }: ProfileChange,
  by: By,
): Promise<User> {
  return needs.db.transaction(async (tx) => {
    const row = await lockVersion(tx, userId, basedOn)
    const profile = merge(row.profile, patch)
    const members = profileProblems(profile)
    if (members.length > 0) throw identityFailures.invalid_user({ members })
    const now = needs.clock.now()
    await writeProfile(tx, userId, profile, now)
    await audit(needs, tx, { userId, action: 'user.update_profile', by })
    return toUser({ ...row, profile, version: row.version + 1, updatedAt: now })
  })
}

function merge(profile: Profile, patch: ProfilePatch): Profile {
  const merged = { ...profile, ...patch }
  if (patch.phone_number !== undefined && patch.phone_number !== profile.phone_number) {
    merged.phone_number_verified = patch.phone_number_verified ?? null
  }
  const kept = Object.entries(merged).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(kept)
}

type UsernameChange = {
  readonly userId: UserId
  readonly basedOn: BasedOn
  readonly username: string
}

/** Changes the name a person signs in with; the person is told by mail (ASVS 6.3.7). */
export async function changeUsername(
  needs: AccountCore,
  { userId, basedOn, username: raw }: UsernameChange,
  { by, visitor }: { readonly by: By; readonly visitor: Visitor },
): Promise<User> {
  const checked = checkUsername(raw)
  if (!checked.ok) {
    const members = [{ pointer: '/username', words: checked.words }]
    throw identityFailures.invalid_user({ members })
  }
  const username = checked.value
  return needs.db.transaction(async (tx) => {
    const row = await lockVersion(tx, userId, basedOn)
    const now = needs.clock.now()
    await unlessTaken(() => updateUsername(tx, userId, username, now))
    await audit(needs, tx, { userId, action: 'user.change_username', by })
    if (row.email !== null) {
      const values = { ...happening(needs, row.username, visitor), newUsername: username }
      const locale = row.profile.locale ?? visitor.locale
      await writeLetter(needs, tx, { to: row.email, locale, template: 'username-changed', values })
    }
    return toUser({ ...row, username, version: row.version + 1, updatedAt: now })
  })
}

type EmailAssignment = {
  readonly userId: UserId
  readonly basedOn: BasedOn
  readonly email: string | null
  readonly verified: boolean
}

/** An administrator's word replaces the proof of an address; both addresses are told. */
export async function assignEmail(
  needs: AccountCore,
  { userId, basedOn, email: raw, verified }: EmailAssignment,
  { by, visitor }: { readonly by: By; readonly visitor: Visitor },
): Promise<User> {
  const checked = raw === null ? undefined : checkEmail(raw)
  if (checked?.ok === false) {
    throw identityFailures.invalid_user({ members: [{ pointer: '/email', words: checked.words }] })
  }
  const email = checked?.value ?? null
  return needs.db.transaction(async (tx) => {
    const row = await lockVersion(tx, userId, basedOn)
    const now = needs.clock.now()
    const emailVerified = email !== null && verified
    await unlessTaken(() => updateEmail(tx, userId, { email, verified: emailVerified }, now))
    await audit(needs, tx, { userId, action: 'user.change_email', by })
    const values = { ...happening(needs, row.username, visitor), newEmail: email ?? '' }
    const locale = row.profile.locale ?? visitor.locale
    const changed = email !== row.email
    for (const to of changed ? [row.email, email] : []) {
      if (to !== null)
        await writeLetter(needs, tx, { to, locale, template: 'email-changed', values })
    }
    return toUser({ ...row, email, emailVerified, version: row.version + 1, updatedAt: now })
  })
}

/** The row, held, if it still has the version that the change is based on. */
export async function lockVersion(tx: Tx, userId: UserId, basedOn: BasedOn): Promise<UserRow> {
  const row = await lockUser(tx, userId)
  if (row === undefined) throw identityFailures.unknown_user()
  if (basedOn !== 'any' && row.version !== basedOn) throw identityFailures.changed_meanwhile()
  return row
}

async function unlessTaken(write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    throw takenFailure(error) ?? error
  }
}

type Entry = { readonly userId: UserId; readonly action: string; readonly by: By }

function audit(needs: Needs, tx: Tx, { userId, action, by: { actor, origin } }: Entry) {
  const entry = { actor, action, resource: `user:${userId}`, outcome: 'success' } as const
  return appendAudit(needs, tx, { ...entry, ...(origin && { origin }) })
}
