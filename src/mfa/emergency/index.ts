// Placeholder until the factor is there; replace this file.
import type { Factor } from '../factor.ts'
import { assuranceOf } from '../assurance.ts'

export const emergencyCode: Factor = {
  kind: 'emergency_code',
  counts: false,
  challenge: async () => ({}),
  verify: async () => ({ ok: false, why: 'not_enrolled' }),
  entries: async () => [],
  remove: async () => 0,
  assurance: assuranceOf,
}
