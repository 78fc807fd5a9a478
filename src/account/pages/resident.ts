import type { Request } from '../../http/index.ts'
import { fieldsOf } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { User } from '../../identity/index.ts'
import { findUser } from '../../identity/index.ts'
import type { Session } from '../../session/index.ts'
import type { AccountPageNeeds } from './needs.ts'

/** The person that a page of the account is for. */
export type Resident = {
  readonly user: User
  readonly session: Session
  /** In the language of the person. */
  readonly t: Translate
}

/** Who is signed in, in which language; undefined sends the browser to the sign-in. */
export async function residentOf(
  needs: Pick<AccountPageNeeds, 'db' | 'visits' | 'languages'>,
  request: Request,
): Promise<Resident | undefined> {
  const session = await needs.visits.session(request)
  const user = session && (await findUser(needs.db, session.userId))
  if (session === undefined || user?.isActive !== true) return undefined
  return { user, session, t: needs.languages.of(request, { account: user.profile.locale }) }
}

/** One text of a posted form as it was typed; '' when it is missing. */
export function fieldOf(raw: unknown, name: string): string {
  return fieldsOf(raw)[name] ?? ''
}
