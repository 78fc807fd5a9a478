import type { Registry } from '@prometheus-io/client'
import { Counter, Gauge, Histogram } from '@prometheus-io/client'

type Counts = Readonly<Record<string, number>>

export type DatabaseMetrics = {
  readonly databaseStatement: (kind: string) => void
  /** How long a transaction waited for a connection of the pool. */
  readonly poolWaited: (seconds: number) => void
  /** A list or search for administrators was answered there, and why. */
  readonly replicaRead: (by: string, why: string) => void
  /** How many connections there are of each state, asked at every reading. */
  readonly watchPool: (states: () => { readonly pool: Counts; readonly pipeline: Counts }) => void
  readonly watchReplica: (replica: Replica) => void
}

type Replica = {
  readonly stats: () => Counts
  readonly lag: () => Promise<number | undefined>
}

const waitBuckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]

export function databaseMetrics(registry: Registry): DatabaseMetrics {
  const registers = [registry]
  const statements = new Counter({
    name: 'cardea_db_statement_total',
    help: 'Statements sent to PostgreSQL.',
    labelNames: ['kind'],
    registers,
  })
  const waits = new Histogram({
    name: 'cardea_db_pool_wait_seconds',
    help: 'Time that a transaction waited for a connection of the pool, making one included.',
    buckets: waitBuckets,
    registers,
  })
  return {
    databaseStatement: (kind) => statements.inc({ kind }),
    poolWaited: (seconds) => waits.observe(seconds),
    ...connectionGauges(registry),
    ...replicaMetrics(registry),
  }
}

function connectionGauges(registry: Registry): Pick<DatabaseMetrics, 'watchPool'> {
  let read: Parameters<DatabaseMetrics['watchPool']>[0] = () => ({ pool: {}, pipeline: {} })
  stateGauge(registry, {
    name: 'cardea_db_pool',
    help: 'Connections of the transaction pool, callers waiting for one, and how many there may be.',
    read: () => read().pool,
  })
  stateGauge(registry, {
    name: 'cardea_db_pipeline',
    help: 'Pipelined connections, statements under way on them, and how many connections there may be.',
    read: () => read().pipeline,
  })
  return {
    watchPool: (states) => {
      read = states
    },
  }
}

function replicaMetrics(registry: Registry): Pick<DatabaseMetrics, 'replicaRead' | 'watchReplica'> {
  const registers = [registry]
  let replica: Replica | undefined
  const reads = new Counter({
    name: 'cardea_db_replica_reads_total',
    help: 'Lists and searches by where they were answered: at the replica, or at the primary and why.',
    labelNames: ['by', 'why'],
    registers,
  })
  stateGauge(registry, {
    name: 'cardea_db_replica_pool',
    help: 'Connections to the replica, callers waiting for one, and how many there may be.',
    read: () => replica?.stats() ?? {},
  })
  const lag: Gauge = new Gauge({
    name: 'cardea_db_replica_lag_seconds',
    help: 'How far the replica is behind the primary; nothing while it does not say.',
    // Every worker asks the same replica.
    aggregator: 'max',
    registers,
    collect: async () => {
      const seconds = await replica?.lag()
      if (seconds === undefined) lag.remove()
      else lag.set(seconds)
    },
  })
  return {
    replicaRead: (by, why) => reads.inc({ by, why }),
    watchReplica: (watched) => {
      replica = watched
    },
  }
}

type States = { readonly name: string; readonly help: string; readonly read: () => Counts }

function stateGauge(registry: Registry, { name, help, read }: States): void {
  const gauge: Gauge<'state'> = new Gauge({
    name,
    help,
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      for (const [state, value] of Object.entries(read())) gauge.set({ state }, value)
    },
  })
}
