/**
 * jobs: work that repeats while the server runs.
 * Owns no table. Promises that one failing run never stops the schedule, that two runs of a job never
 * overlap on one node (nor, if exclusive, on any two), and that `stop` waits for what is running.
 * Never keeps the process alive by itself.
 */
export type { JobKind, Queue, RunningJob } from './queue.ts'
export type { Job, JobOutcome, Jobs } from './schedule.ts'
export { createJobs } from './schedule.ts'
export { sweepInBatches } from './sweep.ts'
