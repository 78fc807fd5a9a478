/**
 * monitor: what in the audit log deserves the attention of administrators.
 * Owns the tables `security_events`, `monitor_states` and `monitor_notices`. Follows the audit log, so what
 * it finds it finds exactly once, whatever restarts and on however many nodes; the same thing within a window
 * is counted and not repeated. Promises that judging is pure and that nobody is told twice of one event.
 * Never refuses anything to anybody, and never tells the person concerned: the parts that refuse do that.
 */
export { acknowledge } from './acknowledge.ts'
export type { MonitorSettings, Point, Reach, Whereabouts } from './detector.ts'
export type { SecurityEvent, Severity } from './event.ts'
export { kinds, severities } from './event.ts'
export { eventJson } from './event-json.ts'
export { monitorFailures } from './failures.ts'
export type { MonitorNeeds } from './follow.ts'
export { createMonitor } from './follow.ts'
export type { EventFilter } from './store.ts'
export {
  countOpen,
  selectEvent as findSecurityEvent,
  selectEvents as listSecurityEvents,
  sweepEvents,
  sweepMemories,
  sweepNotices,
} from './store.ts'
export type { Recipient, TellNeeds } from './tell.ts'
export { tellJob, tellOfEvent } from './tell.ts'
export type { WebhookNeeds } from './webhook.ts'
export { sendWebhook, webhookJob } from './webhook.ts'
