import type { TSchema } from 'typebox'
import type { Queries } from '../db/index.ts'

/** A kind of work that leaves a transaction: what it is called, what it is told, how often it is tried. */
export type JobKind<Payload> = {
  /** `module.verb`, such as `mail.send`. */
  readonly name: string
  /** What a payload must look like when it comes back from the database. */
  readonly schema: TSchema & { readonly static?: Payload }
  /** How often it is tried before it becomes a dead letter. */
  readonly attempts: number
}

export type RunningJob = { readonly id: string; readonly attempt: number }

/**
 * Work that is written in a transaction and done after it, at least once: a process that is killed in the
 * middle does it again, so a handler must be able to do it twice.
 */
export type Queue = {
  readonly add: <Payload>(tx: Queries, kind: JobKind<Payload>, payload: Payload) => Promise<void>
  readonly handle: <Payload>(
    kind: JobKind<Payload>,
    run: (payload: Payload, job: RunningJob) => Promise<void>,
  ) => void
  readonly start: () => void
  /** Takes nothing more and waits for what is running. */
  readonly stop: () => Promise<void>
  /** Does everything that is due now and tells how many jobs that was: for tests and commands. */
  readonly drain: () => Promise<number>
}
