/** One user of a file, not yet judged; `line` is where it ends. */
export type Entry = { readonly line: number } & (
  | { readonly record: Readonly<Record<string, unknown>> }
  | { readonly problem: string }
)

/** The file as a whole cannot be read any further; `line` is where that was found. */
export class BrokenFile extends Error {
  readonly line: number
  constructor(line: number, words: string) {
    super(words)
    this.line = line
  }
}

/** More than any user has: a file without line breaks must not fill the memory. */
export const longestEntry = 2 ** 20
