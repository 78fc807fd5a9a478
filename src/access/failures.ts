import { failures } from '../base/index.ts'

export const accessFailures = failures({
  last_owner: [
    'last_owner',
    409,
    'The last owner cannot leave. Make somebody else an owner first.',
  ],
  unknown_role: ['not_found', 404, 'There is no such role.'],
})
