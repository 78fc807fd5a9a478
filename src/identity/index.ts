/**
 * identity: who the users are and how a password proves it.
 * Owns the tables `users` and `setup_tokens`. Promises that a wrong identifier costs as much time as a
 * wrong password, and that exactly one of any number of first administrators is made.
 * Never hands out a password hash, and never hashes inside a transaction.
 */
export type { Authentication } from './authenticate.ts'
export { verifyCredentials } from './authenticate.ts'
export type { By, NewUserInput, PreparedUser } from './create-user.ts'
export { addUser, createUser, prepareUser } from './create-user.ts'
export { identityFailures } from './failures.ts'
export { findUser, findUserByIdentifier } from './find-user.ts'
export {
  consumeSetupTokens,
  issueSetupToken,
  readSetupToken,
} from './first-administrator.ts'
export type { HasherOptions, PasswordHasher } from './password/hasher.ts'
export { createPasswordHasher } from './password/hasher.ts'
export { checkNewPassword } from './password/policy.ts'
export { proveIdentity } from './prove-identity.ts'
export { ProfileSchema } from './schemas.ts'
export { saveRehash, setUserActive, sweepSetupTokens } from './store.ts'
export type { Checked, Profile, User } from './user.ts'
export { checkEmail, checkUsername } from './user.ts'
