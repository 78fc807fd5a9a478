import { type Static, Type } from 'typebox'
import { boolean, choice, duration, integer, readUrl, text } from './config-setting.ts'

const address = {
  secret: true,
  type: 'postgres:// address',
  check: readUrl('postgres:', 'postgresql:'),
} as const

export const database = Type.Object(
  {
    url: text('', 'PostgreSQL 15 to 18. Without it the server runs an embedded PostgreSQL.', {
      env: 'DATABASE_URL',
      ...address,
    }),
    pooler: choice(
      ['none', 'transaction'],
      'none',
      'What DATABASE_URL leads to: PostgreSQL itself, or a pooler in transaction mode such as PgBouncer. Behind one, the limits of time are set up there or for the role (deploy/pgbouncer); a server that finds none does not start.',
    ),
    directUrl: text(
      '',
      'The same database without the pooler, for migrations: their lock needs a session of its own.',
      address,
    ),
    replicaUrl: text(
      '',
      'A streaming replica for lists and searches of administrators. It is only read once it has what was committed before; else, and while it is away, they read from DATABASE_URL.',
      address,
    ),
    // Exclusive jobs work on one while another one holds their lock.
    poolSize: integer(10, { least: 2, most: 1000 }, 'Connections for transactions, per process.'),
    pipelineConnections: integer(
      2,
      { least: 1, most: 100 },
      'Pipelined connections for single statements, per process.',
    ),
    namedStatements: choice(
      ['auto', 'true', 'false'],
      'auto',
      'Prepare statements; auto does so unless there is a pooler, and true is for PgBouncer since 1.21 with max_prepared_statements.',
    ),
    migrateOnStart: boolean(true, 'Apply pending migrations before serving.'),
    statementTimeout: duration('15s', 'The database gives up on a statement after this time.'),
  },
  { description: 'PostgreSQL, where everything that must last is kept.' },
)

type Database = Readonly<Static<typeof database>>

/** What holds for every connection to PostgreSQL that is used as ours are. */
export function connectionOptions(
  { pooler, namedStatements: named, statementTimeout }: Database,
  url: string,
) {
  const namedStatements = named === 'auto' ? pooler === 'none' : named === 'true'
  return { url, pooler, namedStatements, statementTimeoutMs: statementTimeout * 1000 }
}
