/**
 * audit: the record of who did what to which thing.
 * Owns the table `audit_log`, the chain of seals over it and the cursors of its followers. Promises that an
 * entry is written in the transaction of the change it tells of, that a sealed entry cannot be changed
 * without the master key and stay unnoticed, and that every follower gets every sealed entry in order.
 * Never updates an entry, deletes only whole months by the rule of retention, and never holds a secret.
 */
export type { AuditEntry, Origin } from './append.ts'
export { appendAudit } from './append.ts'
export type { ChainKeys } from './chain/batch.ts'
export { checkpointOf } from './chain/batch.ts'
export type { Sign, Signed } from './chain/checkpoint.ts'
export { parseCheckpoint } from './chain/checkpoint.ts'
export type { Problem } from './chain/problem.ts'
export { problemWords } from './chain/problem.ts'
export { ChainBroken } from './chain/seal.ts'
export type { CertifiedCheckpoint } from './chain/list-checkpoints.ts'
export { listCheckpoints } from './chain/list-checkpoints.ts'
export type { Report, Scope } from './chain/verify.ts'
export { verifyChain } from './chain/verify.ts'
export type { Change } from './changes.ts'
export { changes } from './changes.ts'
export type { AuditFollower, AuditStream } from './follow/follower.ts'
export { selectLag as auditLag } from './follow/store.ts'
export type { KeepNeeds, Maintained } from './keep/maintain.ts'
export { maintainLog } from './keep/maintain.ts'
export type { AuditFilter, AuditPlace } from './read/filter.ts'
export { isAddress } from './read/filter.ts'
export type { AuditPage } from './read/list.ts'
export { exportAudit, listAudit } from './read/list.ts'
export type { AuditRecord } from './record.ts'
export { recordJson, recordLine } from './record.ts'
export type { ActivityEntry } from './store.ts'
export { selectActivity as auditOf } from './store.ts'
export { fileStream, stdoutStream } from './stream/lines.ts'
export { webhookStream } from './stream/webhook.ts'
export type { AuditWorker } from './worker.ts'
export { createAuditWorker } from './worker.ts'
