import type { Random } from '../base/index.ts'

/** Crockford's Base32: none of its characters looks like another one. Each stands for 5 bits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const wellFormed = /^[0-9A-HJKMNP-TV-Z]+$/
const longestTyped = 64

/** So many random characters, to be written down or read out on the telephone. */
export function newCharacters(random: Random, length: number): string {
  // 256 is a multiple of 32, so every character is equally likely.
  return [...random.bytes(length)].map((byte) => alphabet.charAt(byte % 32)).join('')
}

/** Such characters as somebody typed them, in the one form that counts; undefined when they cannot be a code. */
export function readCharacters(typed: string | undefined, length: number): string | undefined {
  const code = bare(typed)?.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return code?.length === length && wellFormed.test(code) ? code : undefined
}

/** Six digits as somebody typed them; undefined when they are none. */
export function readDigits(typed: string | undefined): string | undefined {
  const code = bare(typed)
  return code !== undefined && /^[0-9]{6}$/.test(code) ? code : undefined
}

/** Blanks and hyphens left out. */
function bare(typed: string | undefined): string | undefined {
  if (typed === undefined || typed.length > longestTyped) return undefined
  return typed.normalize('NFKC').replaceAll(/[\s\p{Dash}]/gu, '')
}
