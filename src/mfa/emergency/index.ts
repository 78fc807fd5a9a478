/**
 * emergency: break-glass access for who has lost every factor.
 * Owns the table `mfa_emergency_grants`. Promises that two people agree to each code, or who has the
 * server itself in hand, that a code counts once and for an hour at most, and that every step is audited
 * and told to the person whose account it is. Never a second factor by itself.
 */
import { assuranceOf } from '../assurance.ts'
import type { Factor } from '../factor.ts'
import { redeemEmergencyCode } from './redeem.ts'
import { cancelGrantsOf } from './store.ts'

export type { Approved } from './approve.ts'
export { approveEmergency } from './approve.ts'
export { cancelEmergency } from './cancel.ts'
export type { Grant } from './grant.ts'
export { findEmergency, listEmergency } from './list.ts'
export { issueEmergency, requestEmergency } from './request.ts'
export { sweepEmergencyGrants } from './store.ts'

export const emergencyCode: Factor = {
  kind: 'emergency_code',
  counts: false,
  challenge: async () => ({}),
  verify: redeemEmergencyCode,
  // A grant is the administrators' business: `listEmergency` tells of it.
  entries: async () => [],
  remove: async (tx, userId, id) =>
    id === undefined ? (await cancelGrantsOf(tx, userId)).length : 0,
  assurance: assuranceOf,
}
