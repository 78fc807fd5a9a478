import { failures } from '../base/index.ts'

export const monitorFailures = failures({
  unknown_event: ['not_found', 404, 'There is no such security event.'],
  already_acknowledged: [
    'already_acknowledged',
    409,
    'Somebody has acknowledged this security event already.',
  ],
})
