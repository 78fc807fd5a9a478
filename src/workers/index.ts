/**
 * workers: several processes behind one port, and the one that looks after them.
 * Owns the processes, what they say to each other, and, where there is no Redis, the soft state that they share.
 * Promises that a worker that dies is replaced, that one at a time has the exclusive jobs, and that a worker that
 * cannot reach the shared state refuses rather than guesses.
 * Never serves a request in the supervisor, and never logs what goes over the channel.
 */
export type { EndReason, Membership } from './join.ts'
export { isWorker, joinSupervisor } from './join.ts'
export type { Channel, Line } from './line.ts'
export { openLine } from './line.ts'
export type { Gathered, Place, Task } from './messages.ts'
export type { Supervisor } from './supervisor.ts'
export { createSupervisor } from './supervisor.ts'
