import { type Static, Type } from 'typebox'
import type { EventFilter } from '../../monitor/index.ts'
import { kinds, severities } from '../../monitor/index.ts'

const time = (description: string) => Type.String({ format: 'date-time', description })

export const KindSchema = Type.Enum(Object.keys(kinds))
export const SeveritySchema = Type.Enum([...severities])
export const StateSchema = Type.Enum(['open', 'acknowledged'])

const example = {
  id: '0198c0de-0000-7000-8000-000000000001',
  kind: 'factor_failures',
  severity: 'critical',
  subject: 'user:0198c0de-0000-7000-8000-00000000000a',
  actor: 'anonymous',
  count: 3,
  first_seen: '2026-11-24T08:00:00.000Z',
  last_seen: '2026-11-24T08:01:30.000Z',
  details: { failures: 10, factor: 'totp', ip_address: '203.0.113.7', audit_seq: 4711 },
  state: 'open',
  acknowledged_by: null,
  acknowledged_at: null,
  note: null,
}

export const EventBody = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    kind: Type.String({ description: 'What was noticed, such as impossible_travel' }),
    severity: SeveritySchema,
    subject: Type.String({ description: 'user:<id>, address:<ip>, ...: whom it is about' }),
    actor: Type.String({ description: 'Who did it, in the words of the audit log' }),
    count: Type.Integer({ description: 'How often the same was seen within its window' }),
    first_seen: time('When it was seen first'),
    last_seen: time('When it was seen last'),
    details: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Facts by kind; audit_seq is the place of the entry in the audit log',
    }),
    state: StateSchema,
    acknowledged_by: Type.Union([Type.String(), Type.Null()]),
    acknowledged_at: Type.Union([time('When somebody took it over'), Type.Null()]),
    note: Type.Union([Type.String(), Type.Null()]),
  },
  { examples: [example] },
)

export const NoteBody = Type.Object(
  {
    note: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2000, description: 'What came of it, for others' }),
    ),
  },
  { additionalProperties: false, examples: [{ note: 'Lost phone; the person has a new one.' }] },
)

const moment = Type.String({ format: 'date-time' })

export const filterQuery = {
  kind: Type.Optional(KindSchema),
  severity: Type.Optional(SeveritySchema),
  state: Type.Optional(StateSchema),
  subject: Type.Optional(
    Type.String({ minLength: 1, maxLength: 300, pattern: '^[\\x21-\\x7e]+$' }),
  ),
  from: Type.Optional({ ...moment, description: 'First seen at this moment or later' }),
  to: Type.Optional({ ...moment, description: 'First seen before this moment' }),
}

const FilterQuery = Type.Object(filterQuery)

export function filterOf(query: Static<typeof FilterQuery>): EventFilter {
  const { kind, severity, state, subject, from, to } = query
  return {
    ...(kind !== undefined && { kind }),
    ...(severity !== undefined && { severity }),
    ...(state !== undefined && { state }),
    ...(subject !== undefined && { subject }),
    ...(from !== undefined && { from: momentOf(from) }),
    ...(to !== undefined && { to: momentOf(to) }),
  }
}

/** RFC 3339 has leap seconds; Date has not. */
function momentOf(text: string): Date {
  return new Date(text.replace(/:60(?=[.Z+-])/i, ':59'))
}
