import { failures } from '../base/index.ts'

export const accessFailures = failures({
  unknown_role: ['not_found', 404, 'There is no such role.'],
})
