/**
 * admin: the administration API (`/api/v1/admin`) and the first start (`/setup`).
 * Owns the table `idempotency_keys`. Promises that every operation asks for an administrator first and is
 * audited, and that a repeated POST with the same Idempotency-Key does nothing twice. The setup page works
 * exactly once: while there is no owner, and with a link from the server's own log.
 */
export type { ChunkNeeds } from './bulk/run-chunk.ts'
export { bulkJob, runChunk } from './bulk/run-chunk.ts'
export { sweepOperations } from './bulk/store.ts'
export { sweepIdempotencyKeys } from './idempotency/store.ts'
export { mayImpersonate } from './impersonation/may-impersonate.ts'
export type { AdminNeeds } from './needs.ts'
export { adminRoutes } from './routes.ts'
export type { SetupNeeds } from './setup/create-first-administrator.ts'
export { setupRoutes } from './setup/routes.ts'
export type { UserSearch } from './users/search/user-search.ts'
export { createUserSearch } from './users/search/user-search.ts'
