import type { Failure } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { User } from '../identity/index.ts'
import type { Assurance, Situation } from '../mfa/index.ts'
import { levels, ownLevel, reachesOwnLevel, situationOf } from '../mfa/index.ts'
import { insufficientProof } from '../session/index.ts'
import type { AccountNeeds } from './needs.ts'

type Needs = Pick<AccountNeeds, 'mfa' | 'clock' | 'freshLifetime'>

/**
 * Whether somebody proved recently, and at the account's own level, who they are: with two factors when
 * the account has two (ASVS 7.5.1, 7.5.3).
 */
export async function provesOwnLevel(
  needs: Needs,
  user: User,
  proved: Assurance,
): Promise<boolean> {
  if (!isRecent(needs, proved)) return false
  return reachesOwnLevel(await situationOf(needs.mfa, user.id), proved)
}

/**
 * Whether a second factor must be shown before the current password may change it: whoever has two factors
 * is not to lose the account by one of them (ASVS 7.5.1).
 */
export async function lacksSecondFactor(
  needs: Needs,
  user: User,
  proved: Assurance,
): Promise<boolean> {
  const situation = await situationOf(needs.mfa, user.id)
  if (ownLevel(situation) === 1) return false
  return !(isRecent(needs, proved) && reachesOwnLevel(situation, proved))
}

/** Fails with 401 and the challenge of RFC 9470 section 3 unless it is so. */
export async function requireOwnLevel(needs: Needs, user: User, proved: Assurance): Promise<void> {
  const situation = await situationOf(needs.mfa, user.id)
  if (isRecent(needs, proved) && reachesOwnLevel(situation, proved)) return
  throw insufficientFor(needs, situation)
}

/** The challenge of RFC 9470 section 3: how recent a proof must be, and which level it must reach. */
export function insufficientFor({ freshLifetime }: Needs, situation: Situation): Failure {
  const level = ownLevel(situation)
  return insufficientProof(freshLifetime, level === 1 ? undefined : levels[level])
}

/** Whether something was proved recently enough for sensitive changes. */
export function isRecent(
  { clock, freshLifetime }: Pick<Needs, 'clock' | 'freshLifetime'>,
  { authTime }: Assurance,
): boolean {
  return clock.now() < addSeconds(new Date(authTime), freshLifetime)
}
