/** What is kept of a request with an Idempotency-Key. */
export type KeptRequest = {
  /** Of the method, the address and the body. */
  readonly fingerprint: Buffer
  /** Null while nothing was answered. */
  readonly status: number | null
  /** Sealed. */
  readonly answer: string | null
}

export type KeptAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Judgement =
  | { readonly do: 'replay'; readonly status: number; readonly answer: string }
  | { readonly do: 'refuse'; readonly why: 'reused' | 'in_progress' }

/** What becomes of a request whose key is in use. */
export function judgeRepeated(kept: KeptRequest, fingerprint: Buffer): Judgement {
  if (!kept.fingerprint.equals(fingerprint)) return { do: 'refuse', why: 'reused' }
  const { status, answer } = kept
  if (status === null || answer === null) return { do: 'refuse', why: 'in_progress' }
  return { do: 'replay', status, answer }
}

/** The key of a header, bare or as a string of RFC 9651; undefined when it cannot be one. */
export function parseIdempotencyKey(header: string): string | undefined {
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header
  return /^[\x20-\x7e]{1,255}$/.test(key) ? key : undefined
}

/** Whether an answer is the outcome of the request, so that a repeated one gets it too. */
export function isOutcome(status: number): boolean {
  return status < 500 && status !== 429
}
