/**
 * statistics: numbers that are kept as things happen, so that nothing big is ever counted to show them.
 * Owns the tables `statistics_*` and the triggers that write changes of users, factors and sessions. Everybody
 * appends changes and a job folds them, so that no two writers wait for one row. Promises that what is counted
 * by day from the audit log is exact, that totals are exact after a reconciliation, and that what is counted in
 * memory loses no more than the last seconds of a process that is killed. Never tells of single people.
 */
export type { Counter } from './counter.ts'
export { createCounter } from './counter.ts'
export type { Metric } from './delta.ts'
export { dayOf } from './delta.ts'
export { createStatisticsFollower } from './follow.ts'
export { fold } from './fold.ts'
export { reconcile } from './reconcile.ts'
export type { Drift, Kept } from './store.ts'
export { selectKept as readStatistics, sweepDays } from './store.ts'
