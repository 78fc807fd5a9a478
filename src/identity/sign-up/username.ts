import type { Random } from '../../base/index.ts'

const letters = 'abcdefghijkmnpqrstuvwxyz23456789' // 32 characters that are not mistaken for one another

/** A name for a person who chose none; says nothing about them and can be changed. */
export function generateUsername(random: Random): string {
  const name = Array.from(random.bytes(10), (byte) => letters[byte % letters.length]).join('')
  return `user-${name}`
}
