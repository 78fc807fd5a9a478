/**
 * audit: the record of who did what to which thing.
 * Owns the table `audit_log`. Promises that an entry is written in the transaction of the change it
 * tells of. Never updates or deletes, and never holds a secret.
 */
export type { AuditEntry, Origin } from './append.ts'
export { appendAudit } from './append.ts'
export type { ActivityEntry } from './store.ts'
export { selectActivity as auditOf } from './store.ts'
