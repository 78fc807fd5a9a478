import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/** The entry that is in force for the `iss` of an assertion. */
export function selectEnabledIssuer(
  queries: Queries,
  issuer: string,
): Promise<TrustedIssuer | undefined> {
  return queries.maybe<TrustedIssuer>(sql`
    SELECT id, issuer, jwks_uri, jwks, algorithms, audiences, subject, subjects, client_ids, scopes,
      second_factor_acr, enabled, version, created_at, updated_at
    FROM trusted_issuers WHERE issuer = ${issuer} AND enabled`)
}

export function selectIssuer(queries: Queries, id: string): Promise<TrustedIssuer | undefined> {
  return queries.maybe<TrustedIssuer>(sql`
    SELECT id, issuer, jwks_uri, jwks, algorithms, audiences, subject, subjects, client_ids, scopes,
      second_factor_acr, enabled, version, created_at, updated_at
    FROM trusted_issuers WHERE id = ${id}`)
}

/** Whoever changes the same entry meanwhile waits. */
export function lockIssuer(tx: Tx, id: string): Promise<TrustedIssuer | undefined> {
  return tx.maybe<TrustedIssuer>(sql`
    SELECT id, issuer, jwks_uri, jwks, algorithms, audiences, subject, subjects, client_ids, scopes,
      second_factor_acr, enabled, version, created_at, updated_at
    FROM trusted_issuers WHERE id = ${id} FOR UPDATE`)
}

/** The youngest first; `after` is the id of the last one of the page before. */
export function selectIssuers(
  queries: Queries,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<TrustedIssuer[]> {
  return queries.many<TrustedIssuer>(sql`
    SELECT id, issuer, jwks_uri, jwks, algorithms, audiences, subject, subjects, client_ids, scopes,
      second_factor_acr, enabled, version, created_at, updated_at
    FROM trusted_issuers
    WHERE id < coalesce(${after ?? null}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    ORDER BY id DESC LIMIT ${limit}`)
}

/** False when there is an entry for the issuer already. */
export async function insertIssuer(tx: Tx, trusted: TrustedIssuer): Promise<boolean> {
  const t = trusted
  const inserted = await tx.run(sql`
    INSERT INTO trusted_issuers (id, issuer, jwks_uri, jwks, algorithms, audiences, subject, subjects,
      client_ids, scopes, second_factor_acr, enabled, version, created_at, updated_at)
    VALUES (${t.id}, ${t.issuer}, ${t.jwksUri}, ${document(t)}, ${t.algorithms}, ${t.audiences},
      ${t.subject}, ${t.subjects}, ${t.clientIds}, ${t.scopes}, ${t.secondFactorAcr}, ${t.enabled},
      ${t.version}, ${t.createdAt}, ${t.updatedAt})
    ON CONFLICT (issuer) DO NOTHING`)
  return inserted > 0
}

/** All but the issuer itself, by which everything else was judged. */
export async function updateIssuerRow(tx: Tx, trusted: TrustedIssuer): Promise<void> {
  const t = trusted
  await tx.run(sql`
    UPDATE trusted_issuers SET jwks_uri = ${t.jwksUri}, jwks = ${document(t)},
      algorithms = ${t.algorithms}, audiences = ${t.audiences}, subject = ${t.subject},
      subjects = ${t.subjects}, client_ids = ${t.clientIds}, scopes = ${t.scopes},
      second_factor_acr = ${t.secondFactorAcr}, enabled = ${t.enabled}, version = ${t.version},
      updated_at = ${t.updatedAt}
    WHERE id = ${t.id}`)
}

export function deleteIssuerRow(tx: Tx, id: string): Promise<number> {
  return tx.run(sql`DELETE FROM trusted_issuers WHERE id = ${id}`)
}

function document({ jwks }: TrustedIssuer): string | null {
  return jwks == null ? null : JSON.stringify(jwks)
}
