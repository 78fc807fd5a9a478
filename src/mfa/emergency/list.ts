import type { Queries } from '../../db/index.ts'
import type { Grant } from './grant.ts'
import { grantAt } from './grant.ts'
import { selectGrants } from './store.ts'

const most = 200

/** The newest grants, open ones and others, the newest first. */
export async function listEmergency(queries: Queries, now: Date): Promise<Grant[]> {
  const rows = await selectGrants(queries, most)
  return rows.map((row) => grantAt(row, now))
}
