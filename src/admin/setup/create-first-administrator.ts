import { assignRole, countUsersWithRole, ownerRole } from '../../access/index.ts'
import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Cookies, Csrf, Languages, Pages, StrengthAssets } from '../../http/index.ts'
import type { NewUserInput, PasswordHasher, PasswordRules, User } from '../../identity/index.ts'
import { addUser, consumeSetupTokens, prepareUser } from '../../identity/index.ts'

export type SetupNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly hasher: PasswordHasher
  readonly cookies: Cookies
  readonly csrf: Csrf
  readonly pages: Pages
  readonly languages: Languages
  readonly passwords: PasswordRules
  readonly passwordMinLength: number
  readonly strength: StrengthAssets
}

/**
 * Makes the first administrator with a setup link. The link is used up in the same transaction, so of any
 * number of simultaneous attempts one wins; undefined tells that it was not this one.
 */
export async function createFirstAdministrator(
  needs: SetupNeeds,
  token: string,
  input: NewUserInput,
  origin: Origin,
): Promise<User | undefined> {
  const prepared = await prepareUser(needs, { ...input, emailVerified: true })
  return needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    if (!(await consumeSetupTokens(tx, token, now))) return undefined
    // A node that saw no owner just before may have made another link since; the lock of the line above
    // makes this count the last word.
    if ((await countUsersWithRole(tx, ownerRole)) > 0) return undefined
    const user = await addUser(needs, tx, { prepared, by: { actor: 'anonymous', origin } })
    await assignRole(tx, user.id, ownerRole, now)
    await appendAudit(needs, tx, {
      actor: 'anonymous',
      action: 'setup.first_administrator',
      resource: `user:${user.id}`,
      outcome: 'success',
      origin,
    })
    return user
  })
}
