import type { Random } from '../base/index.ts'

const first = 10
const longest = 3600

/**
 * Seconds until the next attempt: ten, thirty, ninety, up to an hour. A quarter more or less, by chance, so
 * that what failed together does not come back together.
 */
export function backOff(attempt: number, random: Random): number {
  const seconds = Math.min(longest, first * 3 ** (attempt - 1))
  const chance = random.bytes(2).readUInt16BE(0) / 0xffff
  return seconds * (0.75 + chance / 2)
}
