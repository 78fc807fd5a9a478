/**
 * base: time, randomness, digests, ids, text and the failure type.
 * Owns nothing that lasts. Promises purity apart from the two ambient sources `systemClock` and
 * `secureRandom`. Never imports another module of ours; a closed list, not a place for helpers.
 */
export type { Clock, ManualClock } from './clock.ts'
export { addSeconds, manualClock, numericDate, stopwatch, systemClock } from './clock.ts'
export { deriveKey, hmacSha256, sameBytes, sameText, sha256 } from './digest.ts'
export type { FailureCatalogue, FailureDetails, FailureKind, InvalidMember } from './failure.ts'
export { Failure, failures } from './failure.ts'
export type { ClientId, FamilyId, SessionId, UserId } from './ids.ts'
export { isUuid, newId, parseUserId } from './ids.ts'
export type { Random } from './random.ts'
export { randomToken, secureRandom, sixDigits } from './random.ts'
export { codePoints, comparisonKey, hasControls, isStorable, isWellFormed } from './text.ts'
