import type { Static } from 'typebox'
import type { User } from '../../../identity/index.ts'
import type { Situation } from '../../../mfa/index.ts'
import {
  backupCodesState,
  countRemembered,
  graceOf,
  isProtected,
  listFactors,
  ownLevel,
  situationOf,
} from '../../../mfa/index.ts'
import type { AccountNeeds } from '../../needs.ts'
import { allowedKinds, backupCodesBody, factorBody } from './factor-body.ts'
import type { MfaBody } from './schemas.ts'

/** What may be known of somebody's second factors: everything but the secrets. */
export async function readMfa(
  { mfa }: Pick<AccountNeeds, 'mfa'>,
  user: User,
): Promise<Static<typeof MfaBody>> {
  const now = mfa.clock.now()
  const [situation, entries, backup, remembered] = await Promise.all([
    situationOf(mfa, user.id),
    listFactors(mfa, user.id),
    backupCodesState(mfa.db, user.id, now),
    countRemembered(mfa.db, user.id, now),
  ])
  return {
    level: ownLevel(situation),
    mode: situation.mode,
    enrolment_due: dueAt(situation)?.toISOString() ?? null,
    factors: entries.map((entry) => factorBody(user, entry)),
    backup_codes: backupCodesBody(mfa, backup),
    remembered_devices: remembered,
    allowed: allowedKinds(situation.policy),
  }
}

/** When a factor that is owed must be there; now, when it cannot be put off. */
function dueAt(situation: Situation): Date | undefined {
  const { mode, standing, policy, now } = situation
  const owed = (mode === 'required' || standing.mustEnrol) && !isProtected(standing, policy)
  return owed ? (graceOf(situation)?.until ?? now) : undefined
}
