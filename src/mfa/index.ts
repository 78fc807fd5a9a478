/**
 * mfa: what a person has beside the password, and how sure it makes us.
 * Owns the tables `mfa_*`. Promises that every code and challenge counts once and only in the journey it
 * was made for, that no secret can be read back by anybody but its owner at enrolment, that a factor is
 * added or removed together with its audit entry and its letter, and that the rule on what is enough
 * (`judge.ts`) is one pure function. Never hashes passwords, counts attempts, starts sessions or speaks HTTP.
 */

export { forgetDevices } from './account/forget-devices.ts'
export { listFactors, removeFactor, resetFactors } from './account/remove-factor.ts'
export { renameFactor } from './account/rename-factor.ts'
export {
  countRemembered,
  forgetRemembered,
  isRemembered,
  noteOffer,
  rememberDevice,
  setMustEnrol,
  startGrace,
  sweepRememberedDevices,
} from './account/store.ts'
export type { Assurance, Exemption, Level, Proof } from './assurance.ts'
export {
  acrValues,
  assuranceOf,
  combine,
  levelOf,
  levels,
  meaningOf,
  meets,
  passwordProof,
} from './assurance.ts'
export type { BackupCodesState } from './backup-codes/index.ts'
export { backupCodesState, remindOfBackupExpiry, renewBackupCodes } from './backup-codes/index.ts'
export { sweepEmailCodes } from './email-code/index.ts'
export type { Approved, Grant } from './emergency/index.ts'
export {
  approveEmergency,
  cancelEmergency,
  findEmergency,
  issueEmergency,
  listEmergency,
  requestEmergency,
  sweepEmergencyGrants,
} from './emergency/index.ts'
export { enrolFailure } from './enrol-failure.ts'
export type {
  Challenge,
  CountMfa,
  EnrolAnswer,
  Enrolled,
  Factor,
  FactorAnswer,
  FactorEntry,
  FactorKind,
  MfaCore,
  Offer,
  PasskeyFacts,
  Person,
  RelyingParty,
  Subject,
  Verdict,
  WhyNot,
} from './factor.ts'
export { factorOf, factors, parseFactorKind } from './factors.ts'
export { mfaFailures } from './failures.ts'
export type { AcrWish, Judgement, Situation } from './judge.ts'
export { graceOf, judge, ownLevel, reachesOwnLevel } from './judge.ts'
export { changePolicy } from './policy/change-policy.ts'
export { inNetworks } from './policy/networks.ts'
export type { Mode, Policy } from './policy/policy.ts'
export { allows, defaultPolicy, ModeSchema, modeFor, PolicySchema } from './policy/policy.ts'
export type { CurrentPolicy, PolicyBook } from './policy/policy-book.ts'
export { createPolicyBook, readPolicy } from './policy/policy-book.ts'
export { situationOf } from './situation.ts'
export type { Standing } from './standing.ts'
export { countedFactors, isProtected, usableFactors } from './standing.ts'
export { tell, tellOfAttempts } from './tell.ts'
export { sweepPendingTotp } from './totp/index.ts'
export { signInOptions, sweepUsedChallenges, verifySignIn } from './webauthn/index.ts'
