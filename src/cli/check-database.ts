import type { Config } from '../config.ts'
import { connectionOptions } from '../config-database.ts'
import type { ServerFacts } from '../db/index.ts'
import {
  idleInTransactionTimeoutMs,
  isPoolerRefusal,
  readServerFacts,
  replicaConnections,
} from '../db/index.ts'

/** What was found where the settings lead to. */
export type Judgement = {
  /** Reasons not to serve. */
  readonly wrong: readonly string[]
  readonly doubtful: readonly string[]
  /** What an operator may want to know besides. */
  readonly counts: readonly string[]
}

const fine: Judgement = { wrong: [], doubtful: [], counts: [] }
const declare = 'set CARDEA_DATABASE_POOLER=transaction, and see deploy/pgbouncer'
/** Somebody who sets it up may be more patient than we are. */
const longestIdleMs = 4 * idleInTransactionTimeoutMs

/** Connects as the server does, once, and judges what it gets. */
export async function judgeDatabase(config: Config, url: string): Promise<Judgement> {
  try {
    const facts = await readServerFacts(connectionOptions(config.database, url))
    return judgeFacts(config, facts)
  } catch (error) {
    if (!isPoolerRefusal(error)) throw error
    return { ...fine, wrong: [`DATABASE_URL leads to a pooler: ${declare}`] }
  }
}

export function judgeFacts(config: Config, facts: ServerFacts): Judgement {
  const wrong = judgeLimits(config, facts)
  // Behind a pooler there are as many as the pooler opens.
  return config.database.pooler === 'none'
    ? { wrong, ...judgeRoom(config, facts) }
    : { ...fine, wrong }
}

function judgeLimits({ database }: Config, facts: ServerFacts): string[] {
  const { pooler, statementTimeout } = database
  const limits = [
    { name: 'statement_timeout', found: facts.statementTimeoutMs, most: statementTimeout * 1000 },
    {
      name: 'idle_in_transaction_session_timeout',
      found: facts.idleInTransactionTimeoutMs,
      most: longestIdleMs,
    },
  ]
  return limits
    .filter(({ found, most }) => found === 0 || found > most)
    .map(({ name, found, most }) => {
      const is = found === 0 ? 'is not set' : `is ${found} ms`
      const what = `${name} ${is} on the connections that DATABASE_URL leads to, and must be ${most} ms or less`
      return pooler === 'none'
        ? `${what}: a pooler in between swallows it; ${declare}`
        : `${what}: set it in connect_query of PgBouncer, or run ALTER ROLE ... SET ${name} = ${most} and reconnect the pooler`
    })
}

function judgeRoom({ workers, database }: Config, { connections }: ServerFacts) {
  const { poolSize, pipelineConnections, replicaUrl } = database
  const each = poolSize + pipelineConnections
  const needed = workers * each
  const sum = `${needed} connections (${workers} x (${poolSize} + ${pipelineConnections}))`
  const doubtful =
    needed > connections
      ? [
          `this machine may use ${sum}, and PostgreSQL leaves ${connections} to its role: lower CARDEA_DATABASE_POOL_SIZE, raise max_connections, or put a pooler in between`,
        ]
      : []
  const replica = replicaUrl === '' ? '' : `, and ${workers * replicaConnections} to the replica`
  const counts = [
    `PostgreSQL leaves ${connections} connections to this role. This machine uses up to ${sum}${replica}: there is room for ${Math.floor(connections / needed)} such machines.`,
  ]
  return { doubtful, counts }
}

/** What is doubtful of the replica; a server starts without one as well. */
export async function judgeReplica({ database }: Config): Promise<string[]> {
  const { url, replicaUrl } = database
  if (replicaUrl === '') return []
  const [primary, replica] = await Promise.all(
    [url, replicaUrl].map((to) =>
      readServerFacts(connectionOptions(database, to)).catch(() => undefined),
    ),
  )
  const name = 'CARDEA_DATABASE_REPLICA_URL'
  if (replica === undefined) return [`${name} leads to nobody who answers`]
  if (!replica.isStandby) return [`${name} leads to a primary, which is never read as a replica`]
  const same = primary === undefined || primary.system === replica.system
  return same ? [] : [`${name} leads to a standby of another primary, which is never read`]
}
