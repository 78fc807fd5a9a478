/** Something in the log that is not what was sealed. */
export type Problem = {
  readonly kind:
    | 'edited'
    | 'missing'
    | 'inserted'
    /** A row that has another number than it had. */
    | 'moved'
    /** A batch that is gone, forged or does not fit. */
    | 'batch'
    /** The end of the log is gone. */
    | 'truncated'
  readonly seq?: number
  readonly id?: string
  readonly batch?: number
  readonly why?: string
}

const words: Readonly<Record<Problem['kind'], string>> = {
  edited: 'was changed after it was sealed',
  missing: 'was sealed and is gone',
  inserted: 'was never sealed there',
  moved: 'has another number than it was sealed with',
  batch: 'is not as it was made',
  truncated: 'the end of the log is gone',
}

/** One line for people. */
export function problemWords({ kind, seq, id, batch, why }: Problem): string {
  const reason = why === undefined ? '' : ` (${why})`
  if (seq === undefined) {
    const what = batch === undefined ? '' : `batch ${batch} `
    return `${what}${words[kind]}${reason}`
  }
  const where = batch === undefined ? '' : ` [batch ${batch}]`
  return `row seq ${seq} id ${id ?? 'unknown'} ${words[kind]}${reason}${where}`
}
