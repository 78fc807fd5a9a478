import type { Trouble } from './trouble.ts'

/** `retry` from the start, answer `unavailable`, or `rethrow` the error as it is. */
export type Verdict = 'retry' | 'unavailable' | 'rethrow'

export const mostAttempts = 5

type FailedTransaction = {
  readonly trouble: Trouble
  /** `commit` once COMMIT was sent: then a lost connection leaves the outcome unknown. */
  readonly stage: 'work' | 'commit'
  readonly idempotent: boolean
  readonly attempt: number
}

export function judgeTransaction(failed: FailedTransaction): Verdict {
  const { trouble, stage, idempotent, attempt } = failed
  if (trouble === 'other') return 'rethrow'
  if (trouble === 'overload' || attempt >= mostAttempts) return 'unavailable'
  if (trouble === 'connection' && stage === 'commit' && !idempotent) return 'unavailable'
  // Conflicts are PostgreSQL's own word that nothing was committed, even in answer to COMMIT.
  return 'retry'
}

type FailedStatement = {
  readonly trouble: Trouble
  /** False when the error shows that the statement never reached the server. */
  readonly sent: boolean
  readonly text: string
  readonly attempt: number
}

/**
 * A single statement commits by itself, so once it was sent a lost connection leaves the outcome
 * unknown. It is repeated only if it never reached the server, or if it starts with SELECT: by the
 * rule of this house such a statement calls no function that writes (a WITH may, so it is not repeated).
 */
export function judgeStatement(failed: FailedStatement): Verdict {
  const { trouble, sent, text, attempt } = failed
  if (trouble === 'other') return 'rethrow'
  if (trouble === 'overload' || attempt >= mostAttempts) return 'unavailable'
  if (trouble === 'connection' && sent && !/^select\b/i.test(text)) return 'unavailable'
  return 'retry'
}

const firstPauseMs = { conflict: 4, connection: 50 } as const

/**
 * How long to wait after a failed attempt. Grows by three each time; `sequence`, a number that
 * differs from one piece of work to the next, spreads rivals so that they do not meet again.
 */
export function pauseMs(trouble: Trouble, attempt: number, sequence: number): number {
  const first = trouble === 'connection' ? firstPauseMs.connection : firstPauseMs.conflict
  const whole = first * 3 ** (attempt - 1)
  const spread = ((sequence * 7) % 16) / 16
  return whole * (0.5 + spread)
}
