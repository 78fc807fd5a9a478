import type { Reply } from '../../../http/index.ts'
import type { BackupCodesState, FactorKind, Situation } from '../../../mfa/index.ts'
import {
  allows,
  backupCodesState,
  countRemembered,
  graceOf,
  isProtected,
  listFactors,
  situationOf,
} from '../../../mfa/index.ts'
import { describeUserAgent, listVisits } from '../../../session/index.ts'
import type { Call, Refused } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { fieldOf } from '../resident.ts'
import { noticeNamed } from '../views/notices.ts'
import type { UsedCode } from './views/backup-codes-room.ts'
import { securityPage } from './views/security-page.ts'

/** Everything that protects the account beside the password; looking at it needs no fresh proof. */
export async function showSecurity(
  needs: AccountPageNeeds,
  call: Call,
  { status = 200, errors = {} }: Partial<Refused> = {},
): Promise<Reply> {
  const { t, user, link, hidden, request, reply } = call
  const now = needs.clock.now()
  const [entries, codes, remembered, situation, visits] = await Promise.all([
    listFactors(needs.mfa, user.id),
    backupCodesState(needs.db, user.id, now),
    countRemembered(needs.db, user.id, now),
    situationOf(needs.mfa, user.id),
    listVisits(needs.db, user.id, 5),
  ])
  const { policy, standing } = situation
  const protects = isProtected(standing, policy)
  const page = securityPage({
    t,
    link,
    hidden,
    errors,
    entries,
    remembered,
    visits,
    notice: noticeNamed(fieldOf(request.query, 'notice')),
    zone: user.profile.zoneinfo,
    isProtected: protects,
    demand: demandOf(situation),
    accepted: policy.factors,
    addable: addable(situation, user.emailVerified),
    codes: { ...codes, used: await usedCodes(needs, call, codes) },
    canRenew: protects && allows(policy, 'backup_code'),
  })
  return needs.pages.send(reply, page, { status })
}

/** What is asked of the person beyond what they chose themselves. */
function demandOf(situation: Situation): { readonly until?: Date } | undefined {
  const { mode, standing, policy } = situation
  const grace = graceOf(situation)
  if (grace !== undefined) return { until: grace.until }
  const isDue = standing.mustEnrol && !isProtected(standing, policy)
  return mode === 'required' || isDue ? {} : undefined
}

function addable({ policy, standing }: Situation, emailVerified: boolean): FactorKind[] {
  const possible = [
    ['passkey', true],
    ['totp', true],
    ['email_code', emailVerified && !standing.emailCode],
  ] as const
  return possible.flatMap(([kind, fits]) => (fits && allows(policy, kind) ? [kind] : []))
}

/** Where and on what device codes were used, for their owner to recognise it. */
function usedCodes(
  { places }: AccountPageNeeds,
  { t }: Call,
  { used }: BackupCodesState,
): Promise<UsedCode[]> {
  return Promise.all(
    used.map(async ({ at, ip, userAgent }) => {
      const place = await places.of(ip, t.locale)
      return { at, ip: ip ?? undefined, place: place?.words, device: describeUserAgent(userAgent) }
    }),
  )
}
