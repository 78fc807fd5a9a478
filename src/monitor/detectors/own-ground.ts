import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

/** The audit log is not what was sealed. */
export const auditChain = spotting(
  'audit_chain_broken',
  ['audit.chain_broken', 'audit.verify'],
  (record) =>
    record.outcome === 'refused'
      ? finding(record, 'audit_chain_broken', { subject: 'audit_log', details: record.details })
      : undefined,
)

/** A signing key took over at once, as it does after a leak: tokens of the old one may be refused. */
export const signingKey = spotting('signing_key_replaced', ['key.rotate'], (record) =>
  record.details.now === true ? finding(record, 'signing_key_replaced') : undefined,
)
