import type { Queries } from '../db/index.ts'
import { sql } from '../db/index.ts'
import type { KeyRecord } from './signing-key.ts'

/** Serialises everything that adds or retires keys, on all nodes, until the transaction ends. */
export async function lockKeys(tx: Queries): Promise<void> {
  await tx.many(sql`SELECT pg_advisory_xact_lock(hashtextextended('cardea.signing_keys', 0))`)
}

export function selectKeys(queries: Queries): Promise<KeyRecord[]> {
  return queries.many<KeyRecord>(sql`
    SELECT kid, alg, public_jwk, sealed_jwk, created_at, signs_from, signs_until, verify_until
    FROM signing_keys ORDER BY signs_from, kid`)
}

export async function insertKey(tx: Queries, key: KeyRecord): Promise<void> {
  await tx.run(sql`
    INSERT INTO signing_keys (kid, alg, public_jwk, sealed_jwk, created_at, signs_from)
    VALUES (${key.kid}, ${key.alg}, ${JSON.stringify(key.publicJwk)}, ${key.sealedJwk}, ${key.createdAt},
      ${key.signsFrom})`)
}

export async function updateSigningStart(tx: Queries, kid: string, signsFrom: Date): Promise<void> {
  await tx.run(sql`UPDATE signing_keys SET signs_from = ${signsFrom} WHERE kid = ${kid}`)
}

export async function updateRetirement(
  tx: Queries,
  kid: string,
  end: { readonly signsUntil: Date; readonly verifyUntil: Date },
): Promise<void> {
  await tx.run(sql`
    UPDATE signing_keys SET signs_until = ${end.signsUntil}, verify_until = ${end.verifyUntil}
    WHERE kid = ${kid}`)
}

export function deleteExpiredKeys(queries: Queries, before: Date): Promise<number> {
  return queries.run(sql`DELETE FROM signing_keys WHERE verify_until < ${before}`)
}

export async function selectLastingSecret(
  queries: Queries,
  name: string,
): Promise<string | undefined> {
  const row = await queries.maybe<{ sealed: string }>(
    sql`SELECT sealed FROM lasting_secrets WHERE name = ${name}`,
  )
  return row?.sealed
}

type LastingSecret = { readonly name: string; readonly sealed: string; readonly createdAt: Date }

/** The first one stays. */
export async function insertLastingSecret(
  queries: Queries,
  { name, sealed, createdAt }: LastingSecret,
): Promise<void> {
  await queries.run(sql`
    INSERT INTO lasting_secrets (name, sealed, created_at) VALUES (${name}, ${sealed}, ${createdAt})
    ON CONFLICT (name) DO NOTHING`)
}

/** The same secret under another master key. */
export async function replaceSeal(
  queries: Queries,
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await queries.run(
    sql`UPDATE lasting_secrets SET sealed = ${to} WHERE name = ${name} AND sealed = ${from}`,
  )
}
