import type { Reply, Request } from '../http/index.ts'
import type { User } from '../identity/index.ts'
import type { ProveNeeds } from '../login/index.ts'
import { provePassword } from '../login/index.ts'

/** A request in hand, with its answer. */
export type Exchange = { readonly request: Request; readonly reply: Reply }

/**
 * Whether a person who is signed in knows the password of the account. It counts like a sign-in, so a
 * session that was stolen is no place to guess from.
 */
export async function confirmPassword(
  needs: ProveNeeds,
  exchange: Exchange,
  user: User,
  password: string,
): Promise<boolean> {
  const attempt = { identifier: user.username, password }
  const judgement = await provePassword(needs, exchange, attempt)
  return judgement.ok && judgement.user.id === user.id
}
