import { Failure } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { findRow, toUser } from '../find-user.ts'
import type { User } from '../user.ts'
import type { PasswordHasher } from './hasher.ts'

type Needs = { readonly db: Queries; readonly hasher: PasswordHasher }

/** Why not is for the log and the audit: to the outside all four are the same words. */
export type Authentication =
  | { readonly ok: true; readonly user: User; readonly rehash?: string }
  | { readonly ok: false; readonly why: 'unknown' | 'no_password' }
  | { readonly ok: false; readonly why: 'mismatch'; readonly user: User }
  | { readonly ok: false; readonly why: 'inactive'; readonly user: User }

/**
 * One read and one Argon2id computation, whoever is asked for. `rehash`, when present, is the same
 * password under the current cost, to be stored by `saveRehash` in the transaction of the login.
 */
export async function verifyCredentials(
  needs: Needs,
  identifier: string,
  password: string,
): Promise<Authentication> {
  const row = await findRow(needs.db, identifier)
  const stored = row?.passwordHash ?? undefined
  const result = await needs.hasher.verify(password, stored)
  if (!row) return { ok: false, why: 'unknown' }
  if (stored === undefined) return { ok: false, why: 'no_password' }
  if (result === 'mismatch') return { ok: false, why: 'mismatch', user: toUser(row) }
  if (!row.isActive) return { ok: false, why: 'inactive', user: toUser(row) }
  const rehash = needs.hasher.needsRehash(stored) ? await rehashed(needs, password) : undefined
  return { ok: true, user: toUser(row), ...(rehash !== undefined && { rehash }) }
}

/** A full queue must not fail a login that has succeeded; the next login tries again. */
async function rehashed({ hasher }: Needs, password: string): Promise<string | undefined> {
  try {
    return await hasher.hash(password)
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}
