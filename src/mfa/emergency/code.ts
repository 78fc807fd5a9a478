import type { Random, UserId } from '../../base/index.ts'
import { hmacSha256 } from '../../base/index.ts'
import { newCharacters, readCharacters } from '../typed-code.ts'

const length = 20 // 100 bits

/** A code as it is shown, `7K3F-9QWM-2X8T-D41A-PZ6C`: it may be read out on the telephone. */
export function newEmergencyCode(random: Random): string {
  return newCharacters(random, length).replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** What somebody typed in the one form that counts; undefined when it cannot be a code. */
export function readEmergencyCode(typed: string | undefined): string | undefined {
  return readCharacters(typed, length)
}

/** How a code is stored: good for one person, and not to be tried against the database alone. */
export function emergencyDigest(key: Buffer, userId: UserId, code: string): Buffer {
  return hmacSha256(key, `emergency/${userId}/${readEmergencyCode(code) ?? code}`)
}
