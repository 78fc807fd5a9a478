import { domainToASCII } from 'node:url'

// The ranges below are the very characters that are refused.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const controls = /[\u0000-\u001f\u007f]/

/** True when a text holds C0 controls or DEL, which no identifier or protocol parameter may contain. */
export function hasControls(value: string): boolean {
  return controls.test(value)
}

/** True when the text is well-formed Unicode, that is, has no lone surrogates. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed()
}

/** Code points, not UTF-16 units: how lengths are counted for people (NIST SP 800-63B-4 section 3.1.1.2). */
export function codePoints(value: string): number {
  let count = 0
  for (const _ of value) count += 1
  return count
}

/**
 * The form under which names and addresses are compared: NFKC, lower case, no surrounding space. What
 * follows an @ is a domain, which has two spellings (RFC 5890): it counts in its ASCII form.
 */
export function comparisonKey(value: string): string {
  const key = value.normalize('NFKC').trim().toLowerCase().normalize('NFKC')
  const at = key.lastIndexOf('@')
  const domain = at < 0 ? '' : domainToASCII(key.slice(at + 1))
  return domain === '' ? key : key.slice(0, at + 1) + domain
}

/** What is nested more often than this is made to exhaust whoever follows it. */
const deepest = 64

/**
 * True when every text in a JSON value, member names included, can be stored: well-formed Unicode without
 * NUL, which PostgreSQL has no room for; and when it is not nested without end.
 */
export function isStorable(value: unknown, levels = deepest): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  if (levels === 0) return false
  return Object.entries(value).every(
    ([name, member]) => isStorable(name) && isStorable(member, levels - 1),
  )
}
