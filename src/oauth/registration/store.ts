import type { Queries, Tx } from '../../db/index.ts'
import type { ClientMetadata } from '../../clients/index.ts'
import { sql } from '../../db/index.ts'

type GrantType = ClientMetadata['grant_types'][number]

/** An initial access token (RFC 7591 section 1.2), without the token itself. */
export type InitialAccessToken = {
  readonly id: string
  readonly name: string
  readonly uses: number
  readonly used: number
  readonly scopes: readonly string[] | null
  readonly grantTypes: readonly GrantType[] | null
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export async function insertToken(
  tx: Tx,
  token: InitialAccessToken,
  digest: Buffer,
): Promise<void> {
  const t = token
  await tx.run(sql`
    INSERT INTO registration_tokens (id, digest, name, uses, used, scopes, grant_types, created_by, created_at,
      expires_at)
    VALUES (${t.id}, ${digest}, ${t.name}, ${t.uses}, ${t.used}, ${t.scopes && [...t.scopes]}::text[],
      ${t.grantTypes && [...t.grantTypes]}::text[], ${t.createdBy}, ${t.createdAt}, ${t.expiresAt})`)
}

/** The token while it can be used. */
export function findToken(
  queries: Queries,
  digest: Buffer,
  now: Date,
): Promise<InitialAccessToken | undefined> {
  return queries.maybe<InitialAccessToken>(sql`
    SELECT id, name, uses, used, scopes, grant_types, created_by, created_at, expires_at
    FROM registration_tokens WHERE digest = ${digest} AND used < uses AND expires_at > ${now}`)
}

/** Takes one use of it; false when none is left: of any number at once as many win as there are uses. */
export async function takeUse(tx: Tx, id: string, now: Date): Promise<boolean> {
  const taken = await tx.run(sql`
    UPDATE registration_tokens SET used = used + 1
    WHERE id = ${id} AND used < uses AND expires_at > ${now}`)
  return taken === 1
}

/** The newest first. */
export function selectTokens(
  queries: Queries,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<InitialAccessToken[]> {
  return queries.many<InitialAccessToken>(sql`
    SELECT id, name, uses, used, scopes, grant_types, created_by, created_at, expires_at
    FROM registration_tokens WHERE ${before}::uuid IS NULL OR id < ${before}::uuid
    ORDER BY id DESC LIMIT ${limit}`)
}

export function removeToken(tx: Tx, id: string): Promise<number> {
  return tx.run(sql`DELETE FROM registration_tokens WHERE id = ${id}`)
}

export function sweepRegistrationTokens(
  queries: Queries,
  before: Date,
  limit: number,
): Promise<number> {
  return queries.run(sql`
    DELETE FROM registration_tokens WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM registration_tokens WHERE expires_at < ${before}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED))`)
}
