import type { AuditRecord } from '../../audit/index.ts'
import { counting } from '../detector.ts'
import { finding } from '../event.ts'

/** Many wrong passwords for one account, from wherever. */
export const accountFailures = counting({
  name: 'account_failures',
  keyOf: ({ action, outcome, details }) =>
    action === 'session.start' && outcome === 'refused' && typeof details.user === 'string'
      ? `user:${details.user}`
      : undefined,
  limits: ({ accountFailures: threshold, failureWindow: window }) => ({ threshold, window }),
  found: (record, subject, failures) =>
    finding(record, 'account_failures', { subject, details: { failures } }),
})

/** Many wrong second factors of one account: whoever tries knows the password. */
export const factorFailures = counting({
  name: 'factor_failures',
  keyOf: (record) => (isFactorFailure(record) ? record.resource : undefined),
  limits: ({ factorFailures: threshold, failureWindow: window }) => ({ threshold, window }),
  found: (record, subject, failures) =>
    finding(record, 'factor_failures', {
      subject,
      actor: 'anonymous',
      details: { failures, factor: record.details.factor ?? null },
    }),
})

function isFactorFailure({ action, outcome }: AuditRecord): boolean {
  return action === 'mfa.verify' && outcome === 'refused'
}
