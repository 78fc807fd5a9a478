/**
 * limits: how often something may be tried.
 * Owns counters and short-lived marks in the soft state, under digests of whom they are about.
 * Promises that a stranger never delays a device that its owner has proved, that an account that does
 * not exist is treated like one that does, and that a lost Redis turns nobody away.
 * Never locks an account, writes to the database, or decides who somebody is.
 */
export type { Admission, Attempt } from './attempts/attempts.ts'
export type { StuffingSign } from './attempts/stuffing.ts'
export type { ChallengeMode, ChallengeResult, Challenges } from './challenge.ts'
export type { LimitSettings, Limits, LimitsNeeds, LinkedLimits, Outcome } from './create-limits.ts'
export { createLimits } from './create-limits.ts'
export { limitFailures } from './failures.ts'
export type { CountCall, CountLink } from './kept-counts.ts'
export { keepCounts } from './kept-counts.ts'
export type { LimitCheck, LimitKey, LimitName } from './limit-table.ts'
export { addressKey, networkKey } from './network.ts'
export type { Verdict } from './verdict.ts'
export { rateHeaders } from './verdict.ts'
