import type { Template } from '../letter.ts'
import type { Compose } from '../render/draft.ts'
import { apiKeyCreated, apiKeyExpiring } from './api-keys.ts'
import { backchannelRequest } from './backchannel.ts'
import {
  backupCodesExpiring,
  backupCodesRenewed,
  backupCodeUsed,
  factorAdded,
  factorAttempts,
  factorRemoved,
  passkeySuspended,
  signInCode,
} from './factors.ts'
import { impersonated } from './impersonation.ts'
import { accountDeactivated, accountDeleted, deletionScheduled } from './leaving.ts'
import { emergencyAccess, factorRequired, factorsReset, recoverFactors } from './lost-factors.ts'
import { confirmEmail, emailChanged, emailChangeRequested, usernameChanged } from './profile.ts'
import { securityEvent } from './security-events.ts'
import { newDevice, passwordChanged, resetPassword, signInAttempts } from './sign-in.ts'
import { accountExists, confirmRegistration, invitation, welcome } from './sign-up.ts'

/** Every letter there is. */
export const templates: { readonly [T in Template]: Compose<T> } = {
  'confirm-registration': confirmRegistration,
  'account-exists': accountExists,
  welcome,
  invitation,
  'confirm-email': confirmEmail,
  'email-change-requested': emailChangeRequested,
  'email-changed': emailChanged,
  'username-changed': usernameChanged,
  'reset-password': resetPassword,
  'password-changed': passwordChanged,
  'new-device': newDevice,
  'sign-in-attempts': signInAttempts,
  'factor-added': factorAdded,
  'factor-removed': factorRemoved,
  'passkey-suspended': passkeySuspended,
  'backup-code-used': backupCodeUsed,
  'backup-codes-renewed': backupCodesRenewed,
  'backup-codes-expiring': backupCodesExpiring,
  'sign-in-code': signInCode,
  'factor-attempts': factorAttempts,
  'recover-factors': recoverFactors,
  'factors-reset': factorsReset,
  'factor-required': factorRequired,
  'emergency-access': emergencyAccess,
  'api-key-created': apiKeyCreated,
  'api-key-expiring': apiKeyExpiring,
  'backchannel-request': backchannelRequest,
  'security-event': securityEvent,
  impersonated,
  'account-deactivated': accountDeactivated,
  'deletion-scheduled': deletionScheduled,
  'account-deleted': accountDeleted,
}
