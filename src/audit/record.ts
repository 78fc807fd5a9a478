/** An entry of the log as it is read. */
export type AuditRecord = {
  /** The place in the log; numbers may be missing, but never change. */
  readonly seq: number
  readonly id: string
  readonly actor: string
  readonly onBehalfOf: string | null
  readonly action: string
  readonly resource: string
  readonly outcome: 'success' | 'refused'
  readonly ipAddress: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  readonly details: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/** What everybody outside gets to see: one JSON object. */
export function recordJson(record: AuditRecord) {
  return {
    seq: record.seq,
    id: record.id,
    time: record.createdAt.toISOString(),
    actor: record.actor,
    on_behalf_of: record.onBehalfOf,
    action: record.action,
    resource: record.resource,
    outcome: record.outcome,
    ip_address: record.ipAddress,
    user_agent: record.userAgent,
    request_id: record.requestId,
    details: record.details,
  }
}

/** One line of JSON lines. */
export function recordLine(record: AuditRecord): string {
  return `${JSON.stringify(recordJson(record))}\n`
}
