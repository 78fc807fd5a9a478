import type { Queries, Tx } from '../../db/index.ts'
import { sql } from '../../db/index.ts'
import type { Resource } from './resource.ts'
import { resourceKey } from './resource.ts'

export function findResourceByKey(queries: Queries, key: string): Promise<Resource | undefined> {
  return queries.maybe<Resource>(sql`
    SELECT id, identifier, name, scopes, format, lifetime, signing_alg, require_binding,
      introspection_clients, version, created_at, updated_at
    FROM resources WHERE key = ${key}`)
}

export function findResource(queries: Queries, id: string): Promise<Resource | undefined> {
  return queries.maybe<Resource>(sql`
    SELECT id, identifier, name, scopes, format, lifetime, signing_alg, require_binding,
      introspection_clients, version, created_at, updated_at
    FROM resources WHERE id = ${id}`)
}

/** Whoever changes the same resource meanwhile waits. */
export function lockResource(tx: Tx, id: string): Promise<Resource | undefined> {
  return tx.maybe<Resource>(sql`
    SELECT id, identifier, name, scopes, format, lifetime, signing_alg, require_binding,
      introspection_clients, version, created_at, updated_at
    FROM resources WHERE id = ${id} FOR UPDATE`)
}

/** The youngest first; `after` is the id of the last one of the page before. */
export function selectResources(
  queries: Queries,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<Resource[]> {
  return queries.many<Resource>(sql`
    SELECT id, identifier, name, scopes, format, lifetime, signing_alg, require_binding,
      introspection_clients, version, created_at, updated_at
    FROM resources WHERE id < coalesce(${after ?? null}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    ORDER BY id DESC LIMIT ${limit}`)
}

export async function insertResource(tx: Tx, resource: Resource): Promise<void> {
  const r = resource
  await tx.run(sql`
    INSERT INTO resources (id, identifier, key, name, scopes, format, lifetime, signing_alg, require_binding,
      introspection_clients, version, created_at, updated_at)
    VALUES (${r.id}, ${r.identifier}, ${resourceKey(r.identifier)}, ${r.name}, ${JSON.stringify(r.scopes)},
      ${r.format}, ${r.lifetime}, ${r.signingAlg}, ${r.requireBinding}, ${r.introspectionClients},
      ${r.version}, ${r.createdAt}, ${r.updatedAt})`)
}

/** All but the identifier, which tokens and grants name. */
export async function updateResourceRow(tx: Tx, resource: Resource): Promise<void> {
  const r = resource
  await tx.run(sql`
    UPDATE resources SET name = ${r.name}, scopes = ${JSON.stringify(r.scopes)}, format = ${r.format},
      lifetime = ${r.lifetime}, signing_alg = ${r.signingAlg}, require_binding = ${r.requireBinding},
      introspection_clients = ${r.introspectionClients}, version = ${r.version}, updated_at = ${r.updatedAt}
    WHERE id = ${r.id}`)
}

export function deleteResourceRow(tx: Tx, id: string): Promise<number> {
  return tx.run(sql`DELETE FROM resources WHERE id = ${id}`)
}
