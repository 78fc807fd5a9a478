import { backupCodes } from './backup-codes/index.ts'
import { emailCode } from './email-code/index.ts'
import { emergencyCode } from './emergency/index.ts'
import type { Factor, FactorKind } from './factor.ts'
import { totp } from './totp/index.ts'
import { passkey } from './webauthn/index.ts'

/** Every factor there is, best first. Adding one is its folder, its kind and a line here. */
const byKind: Readonly<Record<FactorKind, Factor>> = {
  passkey,
  totp,
  email_code: emailCode,
  backup_code: backupCodes,
  emergency_code: emergencyCode,
}

export const factors: readonly Factor[] = Object.values(byKind)

export function factorOf(kind: FactorKind): Factor {
  return byKind[kind]
}

/** The kind that a request names; undefined when there is none of that name. */
export function parseFactorKind(text: string | undefined): FactorKind | undefined {
  return factors.find(({ kind }) => kind === text)?.kind
}
