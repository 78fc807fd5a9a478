import { Failure } from '../../base/index.ts'
import { troubleOf } from '../pool/trouble.ts'

/**
 * Why a read was answered by the primary. `behind`: the replica had not replayed what it has.
 * `away`: no answer in time, or none at all. `foreign`: the address leads to another primary, or to the standby
 * of another. `failed`: the replica gave the read up. `resting`: it was one of these a moment ago.
 */
export type Reason = 'behind' | 'away' | 'foreign' | 'failed' | 'resting'

/** How long a replica is left alone after that, in milliseconds. */
export const restMs: Readonly<Record<Reason, number>> = {
  behind: 1_000,
  away: 5_000,
  foreign: 30_000,
  failed: 0,
  resting: 0,
}

/** The replica is of no use for this read. */
export class Unfit extends Error {
  readonly reason: Reason

  constructor(reason: Reason) {
    super(`the replica is ${reason}`)
    this.reason = reason
  }
}

/** Undefined for what is no fault of the replica: the read itself refuses. */
export function reasonOf(error: unknown): Reason | undefined {
  if (error instanceof Unfit) return error.reason
  if (error instanceof Failure) return undefined
  const trouble = troubleOf(error)
  const noConnection = error instanceof Error && error.message.startsWith('timeout exceeded when')
  return trouble === 'connection' || noConnection ? 'away' : 'failed'
}

export type Standing = {
  readonly standby: boolean
  readonly system: string
  readonly caughtUp: boolean | null
}

/** Undefined when a read may be answered from there. */
export function faultOf(standing: Standing | undefined, system: string): Reason | undefined {
  if (standing === undefined || !standing.standby || standing.system !== system) return 'foreign'
  return standing.caughtUp === true ? undefined : 'behind'
}
