const lower = /\p{Ll}/u
const upper = /[\p{Lu}\p{Lt}]/u
const digit = /\p{Nd}/u
// Letters without case belong here too, so that every script has at least two classes with digits.
const other = /[^\p{Ll}\p{Lu}\p{Lt}\p{Nd}]/u

/** How many of the four classes a password mixes: lower case, upper case, digits, everything else. */
export function countClasses(password: string): number {
  return [lower, upper, digit, other].filter((pattern) => pattern.test(password)).length
}
