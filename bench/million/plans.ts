import type { Client } from 'pg'
import { inDatabase } from './database.ts'

export type Plan = {
  readonly text: string
  readonly calls: number
  readonly meanMs: number
  /** Large tables that the plan reads from end to end. */
  readonly readsWhole: readonly string[]
  readonly plan: string
}

/** From here a table is large: reading it whole is no plan for a request. */
const largeRows = 50_000

export async function forgetStatements(url: string): Promise<void> {
  await inDatabase(url, (client) => client.query('SELECT pg_stat_statements_reset()'))
}

/** The plans of everything that was sent since, as of statements prepared long ago. */
export function plansOfAll(url: string): Promise<readonly Plan[]> {
  return inDatabase(url, async (client) => {
    const large = await largeTables(client)
    const { rows } = await client.query<{ query: string; calls: string; mean: number }>(
      `SELECT query, sum(calls) AS calls, max(mean_exec_time) AS mean FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND query ~* '^\\s*(select|with|insert|update|delete)' AND query NOT LIKE '%pg_stat%'
       GROUP BY query ORDER BY mean DESC`,
    )
    const plans: Plan[] = []
    for (const { query, calls, mean } of rows) {
      const plan = await explain(client, query)
      const readsWhole = large.filter((name) => new RegExp(`Seq Scan on ${name}\\b`).test(plan))
      plans.push({ text: query, calls: Number(calls), meanMs: mean, readsWhole, plan })
    }
    return plans
  })
}

async function largeTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND reltuples > $1
       AND relnamespace = 'public'::regnamespace`,
    [largeRows],
  )
  return rows.map(({ name }) => name)
}

async function explain(client: Client, query: string): Promise<string> {
  try {
    const { rows } = await client.query<Record<string, string>>(`EXPLAIN (GENERIC_PLAN) ${query}`)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  } catch (error) {
    return `no plan: ${error instanceof Error ? error.message : 'unknown'}`
  }
}
