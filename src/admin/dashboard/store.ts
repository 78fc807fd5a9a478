import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

export type TopClient = {
  readonly clientId: string
  readonly name: string | null
  readonly tokens: number
  readonly signIns: number
}

/** A read model over two modules: a client that was deleted meanwhile has no name any more. */
export function selectTopClients(queries: Queries, from: string): Promise<TopClient[]> {
  return queries.many<TopClient>(sql`
    SELECT top.client_id, c.name, top.tokens, top.sign_ins FROM (
      SELECT dimension AS client_id,
        coalesce(sum(value) FILTER (WHERE metric = 'client_tokens'), 0)::bigint AS tokens,
        coalesce(sum(value) FILTER (WHERE metric = 'client_sign_ins'), 0)::bigint AS sign_ins
      FROM statistics_daily
      WHERE metric IN ('client_tokens', 'client_sign_ins') AND day >= ${from}::date
      GROUP BY dimension ORDER BY tokens DESC, client_id LIMIT 10
    ) AS top LEFT JOIN clients c ON c.client_id = top.client_id
    ORDER BY top.tokens DESC, top.client_id`)
}
