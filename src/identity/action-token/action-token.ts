import type { Clock, Random, UserId } from '../../base/index.ts'
import {
  addSeconds,
  hmacSha256,
  newId,
  randomToken,
  sameBytes,
  sha256,
  sixDigits,
} from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import {
  countCodeAttempt,
  deleteActionToken,
  deleteActionTokenById,
  insertActionToken,
  selectActionToken,
} from './store.ts'

/** What a mailed link or code may do, once. */
export type ActionPurpose = 'confirm_email' | 'reset_password' | 'reactivate' | 'recover_factors'

export type ActionToken = {
  readonly id: string
  readonly userId: UserId
  readonly email: string | null
}

type Needs = { readonly clock: Clock; readonly random: Random }

/** A wrong code may be tried this often, then only the link is left (ASVS 6.6.3). */
export const mostCodeAttempts = 5

/** A code has too few bits for a plain digest; the key is not in the database. */
export function codeDigest(key: Buffer, id: string, code: string): Buffer {
  return hmacSha256(key, `${id}/${code}`)
}

type Issue = {
  readonly purpose: ActionPurpose
  readonly userId: UserId
  /** The address that is proved by using it. */
  readonly email?: string | null
  /** Seconds. */
  readonly lifetime: number
  /** Asks for a 6-digit code beside the link. */
  readonly withCode?: { readonly key: Buffer; readonly lifetime: number }
}

/** A link token of 256 bits, of which only the digest is kept, and a code where one is asked for. */
export async function issueActionToken(
  needs: Needs,
  tx: Tx,
  issue: Issue,
): Promise<{ token: string; code: string }> {
  const token = randomToken(needs.random)
  const code = sixDigits(needs.random)
  const id: string = newId(needs.clock, needs.random)
  const now = needs.clock.now()
  const { purpose, userId, email = null, lifetime, withCode } = issue
  await insertActionToken(tx, {
    id,
    digest: sha256(token),
    purpose,
    userId,
    email,
    codeDigest: withCode === undefined ? null : codeDigest(withCode.key, id, code),
    codeUntil: withCode === undefined ? null : addSeconds(now, withCode.lifetime),
    createdAt: now,
    expiresAt: addSeconds(now, lifetime),
  })
  return { token, code }
}

/** For showing a form; only taking the token decides. */
export function peekActionToken(
  needs: { readonly db: Queries; readonly clock: Clock },
  purpose: ActionPurpose,
  token: string,
): Promise<ActionToken | undefined> {
  return selectActionToken(needs.db, purpose, sha256(token), needs.clock.now())
}

/** Redeems a link: of any number of parallel calls one gets the token. */
export function takeActionToken(
  needs: Pick<Needs, 'clock'>,
  tx: Tx,
  purpose: ActionPurpose,
  token: string,
): Promise<ActionToken | undefined> {
  return deleteActionToken(tx, purpose, sha256(token), needs.clock.now())
}

type CodeProof = {
  readonly purpose: ActionPurpose
  readonly userId: UserId
  readonly code: string
  readonly codeKey: Buffer
}

/**
 * Redeems a code. Every try counts, right or wrong, so the caller must commit also when this is
 * undefined.
 */
export async function takeActionTokenByCode(
  needs: Pick<Needs, 'clock'>,
  tx: Tx,
  { purpose, userId, code, codeKey }: CodeProof,
): Promise<ActionToken | undefined> {
  const tried = await countCodeAttempt(tx, { purpose, userId }, mostCodeAttempts, needs.clock.now())
  if (tried === undefined) return undefined
  const right = sameBytes(tried.codeDigest, codeDigest(codeKey, tried.id, code))
  return right ? deleteActionTokenById(tx, tried.id) : undefined
}
