import type { Connection } from '../connection.ts'
import type { LimitKey } from '../limits/limits.ts'
import type { Worker } from '../load.ts'
import type { ScenarioKey, Target } from '../target.ts'

export type Scenario = {
  readonly key: ScenarioKey
  readonly name: string
  /** What one operation is; for the notes below the table. */
  readonly note: string
  /** What a durable server cannot do with less of, per operation: this makes the bound. */
  readonly least: Readonly<Partial<Record<LimitKey, number>>>
  /** A limit that is measured in each round, right beside the servers. */
  readonly beside?: LimitKey
  /** Makes one user with a connection of its own; what it prepares is not measured. */
  readonly worker: (target: Target, connection: Connection) => Promise<Worker>
}
