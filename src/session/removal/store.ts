import type { ClientId, UserId } from '../../base/index.ts'
import type { Queries } from '../../db/index.ts'
import { sql } from '../../db/index.ts'

// What hangs on a user or a client goes before it and piece by piece, so that the row itself takes little along.

/** Deletes up to `limit` grants to clients, living or not. */
export function deleteFamiliesOfClients(
  queries: Queries,
  clientIds: readonly ClientId[],
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM token_families WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM token_families WHERE client_id = ANY (${[...clientIds]}::text[])
      LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}

/** Deletes up to `limit` sessions, grants and devices of users who are about to be erased. */
export async function deleteTracesOfUsers(
  queries: Queries,
  userIds: readonly UserId[],
  limit: number,
): Promise<number> {
  const ids = [...userIds]
  const families = await queries.run(sql`
    DELETE FROM token_families WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM token_families WHERE user_id = ANY (${ids}::uuid[])
      LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
  if (families >= limit) return families
  const sessions = await queries.run(sql`
    DELETE FROM sessions WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM sessions WHERE user_id = ANY (${ids}::uuid[])
      LIMIT ${limit - families} FOR UPDATE SKIP LOCKED))`)
  if (families + sessions >= limit) return families + sessions
  const devices = await queries.run(sql`
    DELETE FROM devices WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM devices WHERE user_id = ANY (${ids}::uuid[])
      LIMIT ${limit - families - sessions} FOR UPDATE SKIP LOCKED))`)
  return families + sessions + devices
}
