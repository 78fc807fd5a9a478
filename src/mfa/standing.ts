import type { UserId } from '../base/index.ts'
import type { FactorKind } from './factor.ts'
import type { Policy } from './policy/policy.ts'
import { allows } from './policy/policy.ts'

/** What a person has, in numbers: one statement at a sign-in. */
export type Standing = {
  readonly userId: UserId
  readonly passkeys: number
  /** Of these, those whose key cannot leave its authenticator. */
  readonly deviceBoundPasskeys: number
  readonly totp: number
  readonly emailCode: boolean
  /** Backup codes of the current set that are neither used nor expired. */
  readonly backupCodes: number
  readonly backupExpiresAt: Date | null
  /** Whether an approved emergency grant waits to be used. */
  readonly emergency: boolean
  /** An administrator asks for a new factor. */
  readonly mustEnrol: boolean
  readonly graceUntil: Date | null
  /** When a passkey was offered last. */
  readonly offeredAt: Date | null
}

/** The factors that count by themselves and that the policy allows, best first. */
export function countedFactors(standing: Standing, policy: Policy): FactorKind[] {
  const has: readonly (readonly [FactorKind, boolean])[] = [
    ['passkey', standing.passkeys > 0],
    ['totp', standing.totp > 0],
    ['email_code', standing.emailCode],
  ]
  return has.flatMap(([kind, there]) => (there && allows(policy, kind) ? [kind] : []))
}

/** Everything that may answer now: the counted factors, and what stands in for a lost one. */
export function usableFactors(standing: Standing, policy: Policy): FactorKind[] {
  const counted = countedFactors(standing, policy)
  const backup = counted.length > 0 && standing.backupCodes > 0 && allows(policy, 'backup_code')
  return [
    ...counted,
    ...(backup ? (['backup_code'] as const) : []),
    ...(standing.emergency ? (['emergency_code'] as const) : []),
  ]
}

/** Whether somebody has a second factor that counts. */
export function isProtected(standing: Standing, policy: Policy): boolean {
  return countedFactors(standing, policy).length > 0
}
