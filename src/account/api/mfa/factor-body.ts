import type { Static } from 'typebox'
import type { User } from '../../../identity/index.ts'
import type {
  BackupCodesState,
  FactorEntry,
  FactorKind,
  MfaCore,
  PasskeyFacts,
  Policy,
} from '../../../mfa/index.ts'
import { allows } from '../../../mfa/index.ts'
import type { EnrolKind, FactorBody, MfaBody } from './schemas.ts'

/** What its owner sees of a factor; a mailed code goes by the address of the account. */
export function factorBody(
  { email }: Pick<User, 'email'>,
  { id, kind, name, createdAt, lastUsedAt, passkey }: FactorEntry,
): Static<typeof FactorBody> {
  return {
    id,
    kind,
    name: kind === 'email_code' ? (email ?? '') : name,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
    ...(passkey && { passkey: passkeyFacts(passkey) }),
  }
}

function passkeyFacts({ backupEligible, backedUp, transports, ...facts }: PasskeyFacts) {
  const { aaguid, attestation, suspended } = facts
  return {
    backup_eligible: backupEligible,
    backed_up: backedUp,
    aaguid,
    attestation,
    transports: [...transports],
    suspended,
  }
}

/** Everything about a set of backup codes but the codes. */
export function backupCodesBody(
  { describeDevice }: Pick<MfaCore, 'describeDevice'>,
  { remaining, total, expiresAt, used }: BackupCodesState,
): Static<typeof MfaBody>['backup_codes'] {
  return {
    remaining,
    total,
    expires_at: expiresAt?.toISOString() ?? null,
    used: used.map(({ at, ip, userAgent }) => ({
      at: at.toISOString(),
      ip,
      device: describeDevice(userAgent ?? undefined) || null,
    })),
  }
}

const enrolKinds: readonly Static<typeof EnrolKind>[] = ['passkey', 'totp', 'email_code']

/** What may be set up under a policy, best first. */
export function allowedKinds(policy: Policy): Static<typeof EnrolKind>[] {
  return enrolKinds.filter((kind: FactorKind) => allows(policy, kind))
}
