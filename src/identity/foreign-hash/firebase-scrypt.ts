import { createCipheriv } from 'node:crypto'
import { sameBytes } from '../../base/index.ts'
import { foreignHash, fromBase64 } from './foreign-hash.ts'
import type { ScryptCost } from './scrypt.ts'
import { isPossible, isTooCostly, scryptKey } from './scrypt.ts'

type Parts = {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly signerKey: Buffer
  readonly hash: Buffer
}

const whole =
  /^\$firebase-scrypt\$ln=(?<ln>\d{1,2}),r=(?<r>\d{1,4}),ss=(?<separator>[^,$]*),sk=(?<key>[^,$]+)\$(?<salt>[^$]*)\$(?<hash>[^$]+)$/
const keyBytes = 32

/**
 * Firebase Authentication: the first half of an scrypt key encrypts the signer key of the project, and
 * the ciphertext is the hash.
 */
export const firebaseScrypt = foreignHash<Parts>({
  name: 'Firebase scrypt',
  form: /^\$firebase-scrypt\$/,
  read(stored) {
    const groups = whole.exec(stored)?.groups
    if (!groups) return undefined
    const [salt, separator] = [fromBase64(groups.salt ?? ''), fromBase64(groups.separator ?? '')]
    const [signerKey, hash] = [fromBase64(groups.key ?? ''), fromBase64(groups.hash ?? '')]
    const cost = { n: 2 ** Number(groups.ln), r: Number(groups.r), p: 1 }
    if (!salt || !separator || !signerKey || !hash || !isPossible(cost)) return undefined
    if (hash.length < keyBytes || hash.length !== signerKey.length) return undefined
    if (isTooCostly(cost)) return 'too costly'
    return { cost, salt: Buffer.concat([salt, separator]), signerKey, hash }
  },
  async matches(password, { cost, salt, signerKey, hash }) {
    const derived = await scryptKey({ password, salt, length: 2 * keyBytes }, cost)
    const key = derived.subarray(0, keyBytes)
    // The scheme prescribes the zero counter; every salt gives another key, so none is used twice.
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
    return sameBytes(Buffer.concat([cipher.update(signerKey), cipher.final()]), hash)
  },
})

/** The parameters of a project, as its console shows them. */
export type FirebaseParameters = {
  readonly signerKey: string
  readonly saltSeparator: string
  readonly rounds: number
  readonly memCost: number
}

/** Our own way to write such a hash as one text. */
export function formatFirebaseScrypt(
  { signerKey, saltSeparator, rounds, memCost }: FirebaseParameters,
  salt: string,
  hash: string,
): string {
  const cost = `ln=${memCost},r=${rounds},ss=${saltSeparator},sk=${signerKey}`
  return `$firebase-scrypt$${cost}$${salt}$${hash}`
}
