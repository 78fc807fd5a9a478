import { codePoints, comparisonKey } from '../../base/index.ts'

const shortest = 3
const most = 40
const longest = 64

/**
 * The words that others know of an account and its server: each text in whole and in its parts, in the
 * form for comparing. An email address gives its local part and the labels of its domain.
 */
export function contextWords(texts: readonly string[]): string[] {
  const words = texts.flatMap((text) => {
    const key = comparisonKey(text)
    return [key, ...key.split('@'), ...key.split(/[^\p{L}\p{M}\p{N}]+/u)]
  })
  const useful = words.filter((word) => word.length <= longest && codePoints(word) >= shortest)
  return [...new Set(useful)].slice(0, most)
}

const punctuation = /[^\p{L}\p{M}\p{N}]+/gu
const leastOwn = 5

/** True when little but such words, punctuation and at most a year is left: `cardea-ada-2026`. */
export function isMadeOf(password: string, words: readonly string[]): boolean {
  const key = comparisonKey(password)
  const longestFirst = words.toSorted((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), key)
  return rest !== key && codePoints(rest.replaceAll(punctuation, '')) < leastOwn
}
