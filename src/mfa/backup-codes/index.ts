/**
 * backup-codes: codes on paper that stand in for a lost factor.
 * Owns the table `mfa_backup_codes` and the `backup_*` columns of `mfa_accounts`. Promises that a code is
 * shown once, counts once, and not after a year or a newer set. Never a second factor by itself.
 */
import { assuranceOf } from '../assurance.ts'
import type { Factor } from '../factor.ts'
import { redeemBackupCode } from './redeem.ts'
import { deleteBackupCodes, forgetBackupSet } from './store.ts'

export type { BackupCodesState, RenewedCodes } from './backup-codes.ts'
export { backupCodesState, issueBackupCodes, renewBackupCodes } from './backup-codes.ts'
export { remindOfBackupExpiry } from './remind.ts'

export const backupCodes: Factor = {
  kind: 'backup_code',
  counts: false,
  challenge: async () => ({}),
  verify: redeemBackupCode,
  // A set is no entry: `backupCodesState` tells of it.
  entries: async () => [],
  remove: async (tx, userId, id) => {
    if (id !== undefined) return 0
    await forgetBackupSet(tx, userId)
    return deleteBackupCodes(tx, userId)
  },
  assurance: assuranceOf,
}
