/**
 * jobs: work that repeats while the server runs, and work that leaves a transaction.
 * Owns the table `queued_jobs`. Promises that one failing run never stops the rest; that two runs of a
 * repeating job never overlap on one node (nor, if exclusive, on any two); that a queued job is done at
 * least once if its transaction was committed and never otherwise, and that none is lost: it is done, or
 * kept as a dead letter. `stop` waits for what is running.
 * Never keeps the process alive by itself, and never stores a payload in the clear.
 */
export { createQueue } from './create-queue.ts'
export { GiveUp } from './give-up.ts'
export type { JobKind, Queue, RunningJob } from './queue.ts'
export type { QueueNeeds, QueueOutcome } from './run-queued-job.ts'
export type { Job, JobOutcome, Jobs, Run } from './schedule.ts'
export { createJobs } from './schedule.ts'
export type { DeadJob } from './store.ts'
export {
  dropDeadJob,
  limitBatch,
  listDeadJobs,
  queueDepth,
  retryAllDeadJobs,
  retryDeadJob,
  sweepDeadJobs,
} from './store.ts'
export { sweepInBatches } from './sweep.ts'
export type { Batch, Sweep } from './sweeper.ts'
export { createSweeper } from './sweeper.ts'
