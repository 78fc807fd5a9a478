import { isUuid } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import type { Grant } from './grant.ts'
import { grantAt } from './grant.ts'
import { selectGrant, selectGrants } from './store.ts'

const most = 200

/** The newest grants, open ones and others, the newest first. */
export async function listEmergency(queries: Queries, now: Date): Promise<Grant[]> {
  const rows = await selectGrants(queries, most)
  return rows.map((row) => grantAt(row, now))
}

/** One grant, open or not. */
export async function findEmergency(
  queries: Queries,
  id: string,
  now: Date,
): Promise<Grant | undefined> {
  const row = isUuid(id) ? await selectGrant(queries, id) : undefined
  return row && grantAt(row, now)
}
