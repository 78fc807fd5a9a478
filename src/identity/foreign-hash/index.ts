/**
 * foreign-hash: passwords as other systems stored them.
 * Owns nothing. Promises the same answer as the system a hash came from, and that no stored text, however
 * hostile, costs more than the limits of its scheme. Never makes such a hash: the first sign-in replaces it.
 */
import { argon2 } from './argon2.ts'
import { aspnetIdentity } from './aspnet-identity.ts'
import { bcrypt } from './bcrypt.ts'
import { isFastHash } from './fast-hash.ts'
import { firebaseScrypt } from './firebase-scrypt.ts'
import type { ForeignHash } from './foreign-hash.ts'
import { pbkdf2 } from './pbkdf2.ts'
import { phpass } from './phpass.ts'
import { scrypt } from './scrypt.ts'

export type { FirebaseParameters } from './firebase-scrypt.ts'
export { formatFirebaseScrypt } from './firebase-scrypt.ts'
export type { ForeignHash } from './foreign-hash.ts'

/** No text is recognised by two of them. */
export const foreignHashes: readonly ForeignHash[] = [
  bcrypt,
  argon2,
  pbkdf2,
  scrypt,
  firebaseScrypt,
  aspnetIdentity,
  phpass,
]

/** The scheme of a stored text that can be computed within the limits. */
export function usableScheme(stored: string): ForeignHash | undefined {
  const scheme = foreignHashes.find(({ recognises }) => recognises(stored))
  return scheme?.problem(stored) === undefined ? scheme : undefined
}

/** Constant words about why nobody could sign in with this; undefined when they could. */
export function storedHashProblem(stored: string): string | undefined {
  const scheme = foreignHashes.find(({ recognises }) => recognises(stored))
  if (scheme) return scheme.problem(stored)
  return isFastHash(stored)
    ? 'Plain and salted MD5 and SHA hashes are too weak to be imported.'
    : 'This form of password hash is not known.'
}

/** Compares the very characters; a library may refuse a text that passed our checks: nothing matches it. */
export async function verifyForeign(
  scheme: ForeignHash,
  password: string,
  stored: string,
): Promise<boolean> {
  try {
    return await scheme.verify(password, stored)
  } catch {
    return false
  }
}
