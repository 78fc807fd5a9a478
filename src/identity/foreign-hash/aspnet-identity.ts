import { foreignHash, fromBase64 } from './foreign-hash.ts'
import type { Pbkdf2 } from './pbkdf2.ts'
import { matchesPbkdf2, withinLimits } from './pbkdf2.ts'

/** The numbers by which version 3 names its pseudo-random functions. */
const functions = ['sha1', 'sha256', 'sha512'] as const
const headerBytes = 13

/** PBKDF2 in the binary forms of ASP.NET Identity (version 2) and ASP.NET Core Identity (version 3). */
export const aspnetIdentity = foreignHash<Pbkdf2>({
  name: 'ASP.NET Identity',
  // Base64 whose first byte is 0 or whose first two bytes are 1 and 0.
  form: /^A[A-Q][A-Za-z0-9+/]{40,}={0,2}$/,
  read(stored) {
    const bytes = fromBase64(stored)
    if (bytes === undefined) return undefined
    const parts = bytes[0] === 0 ? readVersion2(bytes) : readVersion3(bytes)
    return parts && withinLimits(parts)
  },
  matches: matchesPbkdf2,
})

/** 0x00, 16 bytes of salt, 32 bytes of hash. */
function readVersion2(bytes: Buffer): Pbkdf2 | undefined {
  if (bytes.length !== 49) return undefined
  const salt = bytes.subarray(1, 17)
  return { digest: 'sha1', iterations: 1000, salt, hash: bytes.subarray(17) }
}

/** 0x01, then function, iterations and length of the salt in 32 bits each, salt, hash. */
function readVersion3(bytes: Buffer): Pbkdf2 | undefined {
  if (bytes[0] !== 1 || bytes.length < headerBytes) return undefined
  const digest = functions[bytes.readUInt32BE(1)]
  const iterations = bytes.readUInt32BE(5)
  const saltEnd = headerBytes + bytes.readUInt32BE(9)
  if (digest === undefined || saltEnd > bytes.length) return undefined
  return {
    digest,
    iterations,
    salt: bytes.subarray(headerBytes, saltEnd),
    hash: bytes.subarray(saltEnd),
  }
}
