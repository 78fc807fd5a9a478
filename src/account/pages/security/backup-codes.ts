import type { Reply } from '../../../http/index.ts'
import { renewBackupCodes } from '../../../mfa/index.ts'
import type { Call } from '../door.ts'
import { refusalOf } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { subjectOf } from '../subject.ts'
import { noticeNamed } from '../views/notices.ts'
import { showSecurity } from './show.ts'
import { codesPage } from './views/codes-page.ts'

/** New codes in place of the old ones. */
export async function renewCodes(needs: AccountPageNeeds, call: Call): Promise<Reply> {
  try {
    return showCodes(needs, call, await renewBackupCodes(needs.mfa, subjectOf(needs, call)))
  } catch (error) {
    return showSecurity(needs, call, refusalOf(call, error))
  }
}

type Fresh = {
  readonly codes: readonly string[]
  readonly expiresAt: Date | null
  /** What else has just happened, by name. */
  readonly notice?: string
}

/** The one time that codes are shown. */
export function showCodes(
  needs: AccountPageNeeds,
  { t, user, link, hidden, reply }: Call,
  { codes, expiresAt, notice = '' }: Fresh,
): Reply {
  const page = codesPage({
    t,
    link,
    hidden,
    notice: noticeNamed(notice),
    codes,
    username: user.username,
    host: new URL(needs.issuer).host,
    until: expiresAt === null ? '' : t.time(expiresAt, user.profile.zoneinfo),
  })
  return needs.pages.send(reply, page, { repeatable: false })
}
