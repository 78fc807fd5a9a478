import { Type } from 'typebox'
import { EntryBody } from '../audit/schemas.ts'

const count = (description: string) => Type.Integer({ description })
const time = Type.String({ format: 'date-time' })

const DayBody = Type.Object({
  day: Type.String({ format: 'date', description: 'In UTC' }),
  sign_ins: Type.Integer(),
  sign_in_failures: Type.Integer(),
  factor_failures: Type.Integer(),
  registrations: Type.Integer(),
  tokens: count('Access tokens that were issued to clients'),
  security_events: Type.Integer(),
})

const HealthBody = Type.Object({
  queue: Type.Object({ waiting: Type.Integer(), dead: count('Jobs that were given up') }),
  signing_keys: Type.Array(
    Type.Object({
      kid: Type.String(),
      alg: Type.String(),
      state: Type.String({ description: 'What it does now, such as signing' }),
      age_seconds: Type.Integer(),
    }),
  ),
  audit: Type.Object({
    unsealed: count('Numbers of the log that wait to be sealed'),
    sealed_at: Type.Union([time, Type.Null()]),
    followers: Type.Array(Type.Object({ name: Type.String(), lag: Type.Integer() })),
  }),
})

const example = {
  generated_at: '2026-11-24T20:15:00.000Z',
  users: { total: 1204, active: 1190, deactivated: 12, deleting: 2 },
  mfa: { users: 903, adoption: 0.75 },
  sessions: { active: 311 },
  security_events: { info: 0, warning: 3, critical: 1 },
  days: [
    {
      day: '2026-11-24',
      sign_ins: 512,
      sign_in_failures: 31,
      factor_failures: 4,
      registrations: 9,
      tokens: 7401,
      security_events: 1,
    },
  ],
  sign_in_failures: [{ reason: 'mismatch', count: 27 }],
  top_clients: [{ client_id: 'shop', name: 'Shop', tokens: 6200, sign_ins: 480 }],
  health: {
    queue: { waiting: 0, dead: 0 },
    signing_keys: [{ kid: 'k-1', alg: 'ES256', state: 'signing', age_seconds: 86400 }],
    audit: {
      unsealed: 1,
      sealed_at: '2026-11-24T20:14:59.000Z',
      followers: [{ name: 'monitor', lag: 0 }],
    },
  },
}

const members = {
  generated_at: time,
  users: Type.Object({
    total: Type.Integer(),
    active: Type.Integer(),
    deactivated: Type.Integer(),
    deleting: Type.Integer(),
  }),
  mfa: Type.Object({
    users: count('Users with an authenticator app or a passkey'),
    adoption: Type.Number({ description: 'Their share of all users, from 0 to 1' }),
  }),
  sessions: Type.Object({
    active: count('Neither ended nor swept: one that expired counts for a minute or two'),
  }),
  security_events: Type.Object(
    { info: Type.Integer(), warning: Type.Integer(), critical: Type.Integer() },
    { description: 'Open ones' },
  ),
  days: Type.Array(DayBody, { description: 'Every day, the oldest first' }),
  sign_in_failures: Type.Array(Type.Object({ reason: Type.String(), count: Type.Integer() }), {
    description: 'In all these days, the most frequent first',
  }),
  top_clients: Type.Array(
    Type.Object({
      client_id: Type.String(),
      name: Type.Union([Type.String(), Type.Null()]),
      tokens: Type.Integer(),
      sign_ins: Type.Integer(),
    }),
    { description: 'Of the last seven days, by tokens' },
  ),
  recent_activity: Type.Optional(
    Type.Array(EntryBody, { description: 'For who may read the audit log' }),
  ),
  health: HealthBody,
}

export const DashboardBody = Type.Object(members, { examples: [example] })

export const DaysQuery = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 400, default: 30, description: 'How many days' }),
    ),
  },
  { additionalProperties: false },
)
