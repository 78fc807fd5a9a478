import type { Words } from '../../../../i18n/index.ts'
import type { FactorKind } from '../../../../mfa/index.ts'

/** What the kinds of factors are called. */
export const kindWords: Readonly<Record<FactorKind, Words>> = {
  passkey: 'Passkey',
  totp: 'Authenticator app',
  email_code: 'Code by email',
  backup_code: 'Backup code',
  emergency_code: 'Emergency code',
}
