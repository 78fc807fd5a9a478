import { crc32 } from 'node:zlib'
import type { Random } from '../base/index.ts'
import { sha256 } from '../base/index.ts'

/** What every key begins with: ours, and of which kind. */
const mark = 'cardea_pat_'
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^43 is more than 2^256. */
const secretLength = 43
/** 62^6 is more than 2^32. */
const checkLength = 6

/** How a key is recognised, for secret scanners; the checksum tells a real one from a look-alike. */
export const apiKeyPattern = `${mark}[0-9A-Za-z]{${secretLength + checkLength}}`
const whole = new RegExp(`^${apiKeyPattern}$`)

export type KeyText = {
  /** The key itself. */
  readonly text: string
  /** Its first characters, which are no secret. */
  readonly start: string
  readonly digest: Buffer
}

/** A key of 256 random bits. */
export function newKeyText(random: Random): KeyText {
  const secret = inDigits(BigInt(`0x${random.bytes(32).toString('hex')}`), secretLength)
  const text = withCheck(`${mark}${secret}`)
  return { text, start: text.slice(0, mark.length + 4), digest: sha256(text) }
}

/** Whether a bearer token says of itself that it is such a key. */
export function claimsToBeKey(token: string): boolean {
  return token.startsWith(mark)
}

/** The digest of a key; undefined for what no key can be, which costs no look at the database. */
export function digestOf(text: string): Buffer | undefined {
  if (!whole.test(text)) return undefined
  return withCheck(text.slice(0, -checkLength)) === text ? sha256(text) : undefined
}

function withCheck(body: string): string {
  return body + inDigits(BigInt(crc32(body)), checkLength)
}

function inDigits(value: bigint, length: number): string {
  let rest = value
  let text = ''
  while (text.length < length) {
    text = (digits[Number(rest % 62n)] ?? '') + text
    rest /= 62n
  }
  return text
}
