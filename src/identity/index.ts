/**
 * identity: who the users are, how a password proves it, and the life of an account from sign-up to
 * erasure. Owns the tables `users`, `password_history`, `registrations`, `invitations`, `action_tokens`,
 * `import_runs` and `setup_tokens`. Promises that a wrong identifier costs as much time as a wrong
 * password, that no answer tells whether an address has an account, and that every link, code and
 * invitation counts once. Hands out password hashes to an export that asks for them and never otherwise,
 * and never hashes inside a transaction.
 */
export type { PasswordRules } from './account-input.ts'
export type { AccountCore } from './account-needs.ts'
export type { ActionToken } from './action-token/action-token.ts'
export { sweepActionTokens } from './action-token/store.ts'
export type { By, NewUserInput, PreparedUser } from './create-user.ts'
export { addUser, createUser, prepareUser } from './create-user.ts'
export { emailLetterJob, requestEmailChange, sendEmailLetter } from './email/change-email.ts'
export { confirmEmailByCode, confirmEmailByLink, readEmailProof } from './email/confirm-email.ts'
export { identityFailures, wrongPassword } from './failures.ts'
export { findUser, findUserByIdentifier, toUser } from './find-user.ts'
export {
  consumeSetupTokens,
  issueSetupToken,
  readSetupToken,
} from './first-administrator.ts'
export type { FirebaseParameters } from './foreign-hash/index.ts'
export type { LineRules, RefusedLine } from './import/check-line.ts'
export type { ExportFormat } from './import/export-format.ts'
export { exportFormats } from './import/export-format.ts'
export { exportUsers } from './import/export-users.ts'
export type { ImportJob, ImportOutcome } from './import/import-users.ts'
export { importUsers } from './import/import-users.ts'
export type { RoleBook } from './import/insert-batch.ts'
export { ImportOvertaken } from './import/insert-batch.ts'
export { BrokenFile } from './import/reading/entry.ts'
export type { UserFile } from './import/reading/open-file.ts'
export { openUserFile } from './import/reading/open-file.ts'
export { deactivate, scheduleDeletion } from './life/deactivate.ts'
export { eraseDueUsers } from './life/erase.ts'
export {
  offerReactivation,
  reactivate,
  reactivateByAdministrator,
  readReactivation,
} from './life/reactivate.ts'
export { selectDueUsers as dueUsers, setUserActive } from './life/store.ts'
export type { Authentication } from './password/authenticate.ts'
export { verifyCredentials } from './password/authenticate.ts'
export { changePassword } from './password/change-password.ts'
export type { PasswordPolicy } from './password/create-policy.ts'
export { createPasswordPolicy } from './password/create-policy.ts'
export type { HasherOptions, PasswordHasher } from './password/hasher.ts'
export { createPasswordHasher } from './password/hasher.ts'
export { checkNewPassword } from './password/policy.ts'
export type { Judgement } from './password/prove-identity.ts'
export { judgeIdentity } from './password/prove-identity.ts'
export type { AccountEdit, BasedOn, Editing } from './profile/edit-account.ts'
export { editAccount } from './profile/edit-account.ts'
export {
  readFactorRecovery,
  startFactorRecovery,
  takeFactorRecovery,
} from './recovery/recover-factors.ts'
export {
  recoveryJob,
  requestRecovery,
  sendRecoveryLetter,
  startRecovery,
} from './recovery/request-recovery.ts'
export { readRecovery, resetPassword } from './recovery/reset-password.ts'
export { attemptsLetterJob, sendAttemptsLetter } from './recovery/warn-owner.ts'
export { ProfilePatchSchema, ProfileSchema } from './schemas.ts'
export {
  confirmByCode,
  confirmByLink,
  readRegistration,
} from './sign-up/confirm-registration.ts'
export type { Invitation } from './sign-up/invitation.ts'
export {
  acceptInvitation,
  invite,
  listInvitations,
  readInvitation,
  revokeInvitation,
} from './sign-up/invitation.ts'
export type { SignUpNeeds, SignUpRules, Visitor } from './sign-up/needs.ts'
export {
  register,
  registrationLetterJob,
  requireOpen,
  sendRegistrationLetter,
} from './sign-up/register.ts'
export { registerDirectly } from './sign-up/register-directly.ts'
export { sweepInvitations, sweepRegistrations } from './sign-up/store.ts'
export type { UserRow } from './store.ts'
export type { UserRecord } from './store.ts'
export { saveRehash, sweepSetupTokens } from './store.ts'
export type { Checked, Lifecycle, Profile, User } from './user.ts'
export { checkEmail, checkUsername } from './user.ts'
