import type { SecurityEvent } from './event.ts'

/** What everybody outside gets to see of an event. */
export function eventJson(event: SecurityEvent) {
  return {
    id: event.id,
    kind: event.kind,
    severity: event.severity,
    subject: event.subject,
    actor: event.actor,
    count: event.count,
    first_seen: event.firstSeen.toISOString(),
    last_seen: event.lastSeen.toISOString(),
    details: event.details,
    state: event.state,
    acknowledged_by: event.acknowledgedBy,
    acknowledged_at: event.acknowledgedAt?.toISOString() ?? null,
    note: event.note,
  }
}
