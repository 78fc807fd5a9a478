import { isUuid, parseUserId } from '../../base/index.ts'
import type { Client } from '../../clients/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Parameters } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser, findUserByIdentifier } from '../../identity/index.ts'
import type { Limits } from '../../limits/index.ts'
import { limitFailures } from '../../limits/index.ts'
import { userKnownBy } from '../../session/index.ts'
import type { IdTokenHint } from '../id-token.ts'
import type { Subjects } from '../subject.ts'
import { cibaFailures } from './failures.ts'

export type HintNeeds = {
  readonly db: Queries
  readonly limits: Limits
  readonly subjects: Subjects
  /** Reads an ID token of ours. */
  readonly hint: (token: string) => Promise<IdTokenHint | undefined>
}

type From = { readonly client: Client; readonly ip: string | undefined }

/**
 * Whom a request is for (CIBA Core section 7.1). The specification has unknown people told apart from others,
 * so a client may be wrong only so often.
 */
export async function hintedUser(
  needs: HintNeeds,
  parameters: Parameters,
  { client, ip }: From,
): Promise<User> {
  const loginHint = parameters.get('login_hint')
  const token = parameters.get('id_token_hint')
  const hints = [loginHint, token, parameters.get('login_hint_token')]
  const one = hints.filter((hint) => hint !== undefined).length === 1
  if (!one || parameters.has('login_hint_token')) throw cibaFailures.one_hint()
  const guesser = { client: `backchannel ${client.clientId}`, ip: ip ?? '' }
  const verdict = await needs.limits.peek('client', guesser)
  if (!verdict.allowed) throw limitFailures.too_many([verdict])
  const user =
    loginHint === undefined
      ? await ofToken(needs, client, token ?? '')
      : await named(needs, loginHint)
  if (user?.isActive === true) return user
  await needs.limits.consume('client', guesser)
  throw cibaFailures.unknown_user_id()
}

/** By an address only where it was confirmed to us: otherwise whoever wrote it down would be asked instead. */
async function named({ db }: HintNeeds, hint: string): Promise<User | undefined> {
  const user = await findUserByIdentifier(db, hint)
  return hint.includes('@') && user?.emailVerified !== true ? undefined : user
}

/**
 * Only what this very client was told. A name that is the client's own (OIDC Core section 8.1) does not lead back to
 * a person, but the session that the token names does, as long as we remember it.
 */
async function ofToken(
  { db, subjects, hint }: HintNeeds,
  client: Client,
  token: string,
): Promise<User | undefined> {
  const read = await hint(token)
  if (read?.clientId !== client.clientId) return undefined
  const { subject, sid = '' } = read
  const known = isUuid(sid) ? { clientId: client.clientId, sid } : undefined
  const userId = parseUserId(subject) ?? (known && (await userKnownBy(db, known)))
  if (userId === undefined || subjects.of(client, userId) !== subject) return undefined
  return findUser(db, userId)
}
