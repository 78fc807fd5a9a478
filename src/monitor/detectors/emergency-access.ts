import { spotting } from '../detector.ts'
import type { Kind } from '../event.ts'
import { finding } from '../event.ts'

const steps: Readonly<Record<string, Kind>> = {
  'emergency.request': 'emergency_requested',
  'emergency.approve': 'emergency_approved',
  'emergency.use': 'emergency_used',
}

/** Every step of break-glass access. */
export const emergencyAccess = spotting('emergency_access', Object.keys(steps), (record) => {
  const kind = steps[record.action]
  if (kind === undefined || record.outcome !== 'success') return undefined
  return finding(record, kind, { details: { grant: record.details.grant ?? null } })
})
