/**
 * telemetry: the log and the measurements.
 * Owns what leaves the server about itself. Promises that no token, code, password, cookie or other
 * secret is written, and that several servers in a process keep apart.
 * Never decides anything: nothing may depend on what was logged or counted.
 */
export type { Log, LogOptions } from './log.ts'
export { createLog } from './log.ts'
export type { HttpRequest, Metrics } from './metrics.ts'
export { createMetrics } from './metrics.ts'
export type { Rendering, Together } from './together.ts'
export { renderTogether } from './together.ts'
