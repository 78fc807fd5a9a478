import { Type } from 'typebox'
import { readReceiver } from './config-audit.ts'
import { choice, duration, integer, text } from './config-setting.ts'

const address = /^[^\s@,<>]+@[^\s@,<>]+$/

/** `administrators`, `nobody`, or addresses. */
function readRecipients(value: string) {
  if (value === 'administrators' || value === 'nobody') return { ok: true, value } as const
  const fits = value.split(',').every((one) => address.test(one.trim()))
  return fits
    ? ({ ok: true, value } as const)
    : ({ ok: false, why: 'must be administrators, nobody or a list of addresses' } as const)
}

export const monitor = Type.Object(
  {
    window: duration('1h', 'The same security event within this time is counted, not repeated.'),
    failureWindow: duration('15m', 'Time in which failures of one account are added up.', {
      most: '24h',
    }),
    accountFailures: integer(
      20,
      { least: 2, most: 1000 },
      'Wrong passwords for one account within the window that make a security event.',
    ),
    factorFailures: integer(
      10,
      { least: 2, most: 1000 },
      'Wrong second factors of one account within the window that make a security event.',
    ),
    travelSpeed: integer(
      900,
      { least: 100, most: 100_000 },
      'Kilometres an hour between two sign-ins of a person that are too fast; needs CARDEA_SESSION_PLACE_FILE.',
    ),
    travelDistance: integer(
      500,
      { least: 1, most: 20_000 },
      'Kilometres below which no travel is judged, for places of addresses are not exact.',
    ),
    removals: integer(
      20,
      { least: 2, most: 1000 },
      'Accounts that one administrator deactivates or deletes within the time below that make a security event.',
    ),
    removalWindow: duration('10m', 'Time in which such removals are added up.', { most: '24h' }),
    notify: text(
      'administrators',
      'Who gets letters about security events: administrators (who may read them), nobody, or addresses.',
      { type: 'administrators, nobody or list of addresses', check: readRecipients },
    ),
    notifyFrom: choice(
      ['info', 'warning', 'critical'],
      'critical',
      'The least severe security events that letters are written about.',
    ),
    webhookUrl: text(
      '',
      'Address that gets every security event as JSON; https, or this machine.',
      {
        type: 'https:// address',
        check: readReceiver,
      },
    ),
    webhookSecret: text('', 'Signs what goes to the webhook (HMAC-SHA-256).', { secret: true }),
    keepEvents: duration('400d', 'How long security events are kept after they were last seen.'),
    keepStatistics: duration('800d', 'How long statistics of days are kept.', { least: '1d' }),
  },
  { description: 'Security events and statistics.' },
)
