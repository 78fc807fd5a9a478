import type { Random, UserId } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'
import { newCharacters, readCharacters } from '../typed-code.ts'

const length = 13 // 65 bits

/** A code as it is shown, `7K3F-9QWM-2X8TD`. */
export function newBackupCode(random: Random): string {
  return newCharacters(random, length).replace(/^(.{4})(.{4})/, '$1-$2-')
}

/** What somebody typed in the one form that counts; undefined when it cannot be a code. */
export function readBackupCode(typed: string | undefined): string | undefined {
  return readCharacters(typed, length)
}

/**
 * How a code is stored. ASVS 6.5.2: 65 bits are too few for a plain digest; this one cannot be tried
 * against the database alone, for its key is not in there.
 */
export function backupDigest(key: Buffer, userId: UserId, code: string): Buffer {
  return hmacSha256(key, `backup/${userId}/${code}`)
}
