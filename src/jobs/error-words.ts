const longest = 200

// What an error may have taken from a payload: links, addresses and quoted values.
const quotations: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z\d+.-]{0,20}:\/\/\S+/gi, '[link]'],
  [/[^\s<>"',;:]{1,320}@[^\s<>"',;:]+/g, '[address]'],
  [/"[^"]*"/g, '[value]'],
]

/** What of an error is kept beside a job, which operators read: a short message without quotations. */
export function errorWords(error: unknown): string {
  const message = error instanceof Error ? error.message : 'something was thrown that is no error'
  const plain = quotations.reduce(
    (words, [quoted, replacement]) => words.replace(quoted, replacement),
    message.slice(0, 10 * longest),
  )
  return plain.replaceAll(/\s+/g, ' ').replaceAll('\0', '').trim().slice(0, longest)
}
