import { createHash } from 'node:crypto'
import { setImmediate as otherWork } from 'node:timers/promises'
import { sameText } from '../../base/index.ts'
import { foreignHash } from './foreign-hash.ts'

type Parts = {
  readonly digest: 'md5' | 'sha512'
  readonly turns: number
  readonly salt: string
  readonly encoded: string
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const whole =
  /^\$(?<kind>[PHS])\$(?<cost>[./0-9A-Za-z])(?<salt>[./0-9A-Za-z]{8})(?<hash>[./0-9A-Za-z]+)$/
/** How much of the encoded digest is kept: all of MD5, the beginning of SHA-512. */
const lengths = { md5: 22, sha512: 43 }
const leastCost = 7
const mostCost = 17
const turnsAtOnce = 2048

/** The portable hashes of phpass: WordPress before 6.8 and phpBB (MD5), Drupal 7 (SHA-512). */
export const phpass = foreignHash<Parts>({
  name: 'phpass',
  form: /^\$[PHS]\$/,
  read(stored) {
    const { kind, cost = '', salt = '', hash: encoded = '' } = whole.exec(stored)?.groups ?? {}
    const digest = kind === 'S' ? 'sha512' : 'md5'
    const log2 = alphabet.indexOf(cost)
    if (kind === undefined || encoded.length !== lengths[digest] || log2 < leastCost)
      return undefined
    return log2 > mostCost ? 'too costly' : { digest, turns: 2 ** log2, salt, encoded }
  },
  async matches(password, { digest, turns, salt, encoded }) {
    const typed = Buffer.from(password)
    const turn = (before: Buffer | string) =>
      createHash(digest).update(before).update(typed).digest()
    let hash = turn(salt)
    for (let done = 0; done < turns; done += 1) {
      // This runs on the thread that answers requests, so it lets others in between.
      if (done % turnsAtOnce === 0) await otherWork()
      hash = turn(hash)
    }
    return sameText(encode(hash).slice(0, lengths[digest]), encoded)
  },
})

/** Six bits at a time, the lowest first. */
function encode(bytes: Buffer): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = bytes.subarray(at, at + 3)
    const value = group.reduce((sum, byte, i) => sum + byte * 256 ** i, 0)
    for (let digit = 0; digit <= group.length; digit += 1) {
      text += alphabet[Math.floor(value / 64 ** digit) % 64] ?? ''
    }
  }
  return text
}
