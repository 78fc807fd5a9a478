import type { AuditRecord } from '../audit/index.ts'

export const severities = ['info', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

/** What can be noticed, and how much it matters. */
export const kinds = {
  credential_stuffing: 'critical',
  account_failures: 'warning',
  factor_failures: 'critical',
  refresh_token_reuse: 'warning',
  code_replay: 'warning',
  impossible_travel: 'warning',
  privilege_given: 'warning',
  owner_given: 'critical',
  role_widened: 'warning',
  mfa_policy_weakened: 'warning',
  impersonation: 'warning',
  emergency_requested: 'warning',
  emergency_approved: 'warning',
  emergency_used: 'critical',
  mass_removal: 'critical',
  audit_chain_broken: 'critical',
  signing_key_replaced: 'warning',
} as const satisfies Readonly<Record<string, Severity>>

export type Kind = keyof typeof kinds

/** What a detector says about one record of the audit log. */
export type Finding = {
  readonly kind: Kind
  /** `user:<id>`, `address:<ip>`, `role:<id>`: whom or what it is about. */
  readonly subject: string
  /** Who did it, as the audit log names them. */
  readonly actor: string
  /** Facts; never secrets. */
  readonly details: Readonly<Record<string, unknown>>
}

/** The same thing, seen once or more often within a window. */
export type Sighting = Finding & {
  readonly count: number
  readonly firstSeen: Date
  readonly lastSeen: Date
}

export type SecurityEvent = Omit<Sighting, 'kind'> & {
  readonly id: string
  readonly kind: string
  readonly severity: Severity
  readonly state: 'open' | 'acknowledged'
  readonly acknowledgedBy: string | null
  readonly acknowledgedAt: Date | null
  readonly note: string | null
}

/** A finding with what helps to look the record up. */
export function finding(
  record: AuditRecord,
  kind: Kind,
  about: Partial<Pick<Finding, 'subject' | 'actor' | 'details'>> = {},
): Finding {
  const { subject = record.resource, actor = record.actor, details = {} } = about
  const { seq, action, ipAddress, requestId } = record
  return {
    kind,
    subject,
    actor,
    details: {
      ...details,
      action,
      audit_seq: seq,
      ...(ipAddress !== null && { ip_address: ipAddress }),
      ...(requestId !== null && { request_id: requestId }),
    },
  }
}
