import type { UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

type Former = {
  readonly userId: UserId
  readonly hash: string
  readonly at: Date
  /** How many are remembered, this one included. */
  readonly keep: number
}

/** Remembers a password that is being replaced, and forgets those beyond `keep`. */
export async function rememberPassword(tx: Tx, { userId, hash, at, keep }: Former): Promise<void> {
  await tx.run(sql`
    INSERT INTO password_history (user_id, password_hash, replaced_at) VALUES (${userId}, ${hash}, ${at})
    ON CONFLICT DO NOTHING`)
  await tx.run(sql`
    DELETE FROM password_history WHERE user_id = ${userId} AND replaced_at NOT IN
      (SELECT replaced_at FROM password_history WHERE user_id = ${userId} ORDER BY replaced_at DESC LIMIT ${keep})`)
}

/** The newest former hashes, newest first. */
export async function formerPasswords(
  queries: Queries,
  userId: UserId,
  most: number,
): Promise<string[]> {
  const rows = await queries.many<{ passwordHash: string }>(sql`
    SELECT password_hash FROM password_history WHERE user_id = ${userId}
    ORDER BY replaced_at DESC LIMIT ${most}`)
  return rows.map((row) => row.passwordHash)
}
