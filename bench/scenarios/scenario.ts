import type { Connection } from '../connection.ts'
import type { Worker } from '../load.ts'
import type { Target } from '../target.ts'

export type Scenario = {
  readonly name: string
  /** What the peer does less, or otherwise; printed below the table. */
  readonly note: string
  /** The peer cannot do it. */
  readonly solo?: true
  /** Makes one user with a connection of its own; what it prepares is not measured. */
  readonly worker: (target: Target, connection: Connection) => Promise<Worker>
}
