import { type Static, Type } from 'typebox'
import type { AuditFilter, AuditRecord, CertifiedCheckpoint } from '../../audit/index.ts'
import { recordJson } from '../../audit/index.ts'

/** No control characters: there is nothing to find with them. */
const Text = (description: string) =>
  Type.Optional(
    Type.String({ minLength: 1, maxLength: 512, pattern: '^[^\\u0000-\\u001f]*$', description }),
  )
const Moment = (description: string) =>
  Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }))

/** What entries can be chosen by; everything given must hold. */
export const filterQuery = {
  actor: Text('Who did it, such as `user:<id>`, `client:<id>`, `system`'),
  on_behalf_of: Text('Whose account an administrator acted in'),
  action: Text('What was done, such as `user.update`, or `user.*` for everything of that kind'),
  resource: Text('To which thing, such as `user:<id>`'),
  outcome: Type.Optional(Type.Enum(['success', 'refused'])),
  ip: Type.Optional(
    Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6', maxLength: 45 })], {
      description: 'Address of the caller',
    }),
  ),
  request_id: Text('Id of the request'),
  from: Moment('The first moment'),
  to: Moment('The moment before which entries were made'),
}

const Filter = Type.Object(filterQuery)

export function filterOf(query: Static<typeof Filter>): AuditFilter {
  const { actor, action, resource, outcome, ip } = query
  const { on_behalf_of: onBehalfOf, request_id: requestId, from, to } = query
  return {
    ...(actor !== undefined && { actor }),
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(action !== undefined && { action }),
    ...(resource !== undefined && { resource }),
    ...(outcome !== undefined && { outcome }),
    ...(ip !== undefined && { ip }),
    ...(requestId !== undefined && { requestId }),
    ...(from !== undefined && { from: moment(from) }),
    ...(to !== undefined && { to: moment(to) }),
  }
}

/** RFC 3339 has leap seconds; Date has not. */
function moment(text: string): Date {
  return new Date(text.replace(/:60(?=[.Z+-])/i, ':59'))
}

const NullableText = Type.Union([Type.String(), Type.Null()])

export const EntryBody = Type.Object(
  {
    seq: Type.Integer({ description: 'The place in the log; numbers may be missing' }),
    id: Type.String({ format: 'uuid' }),
    time: Type.String({ format: 'date-time' }),
    actor: Type.String(),
    on_behalf_of: NullableText,
    action: Type.String(),
    resource: Type.String(),
    outcome: Type.Enum(['success', 'refused']),
    ip_address: NullableText,
    user_agent: NullableText,
    request_id: NullableText,
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  {
    examples: [
      {
        seq: 48213,
        id: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
        time: '2026-11-24T20:15:00.123Z',
        actor: 'user:0193a1b2-0000-7e4f-8a5b-6c7d8e9f0a1b',
        on_behalf_of: null,
        action: 'user.update',
        resource: 'user:0193a1b2-1111-7e4f-8a5b-6c7d8e9f0a1b',
        outcome: 'success',
        ip_address: '192.0.2.7',
        user_agent: 'curl/8.11.0',
        request_id: '0193a1b2-2222-7e4f-8a5b-6c7d8e9f0a1b',
        details: { name: { from: 'a', to: 'b' } },
      },
    ],
  },
)

export function entryBody(record: AuditRecord): Static<typeof EntryBody> {
  return { ...recordJson(record), details: { ...record.details } }
}

export const CheckpointBody = Type.Object(
  {
    number: Type.Integer({ description: 'Of the batch that it is about' }),
    seq: Type.Integer({ description: 'The last entry that it vouches for' }),
    checkpoint: Type.String({ description: 'What `cardea audit verify --checkpoint` takes' }),
    sealed_at: Type.String({ format: 'date-time' }),
    signed: Type.String({ description: 'A JWS of type `audit-checkpoint`' }),
    public_jwk: Type.Unknown({ description: 'The key that verifies it; its thumbprint is `kid`' }),
  },
  {
    examples: [
      {
        number: 9120,
        seq: 48211,
        checkpoint: '9120.kB1yGlT0v2yC8m4m1uXz3wq1lq8y5vY8h3J2p9sDf0o',
        sealed_at: '2026-11-24T20:15:01.004Z',
        signed: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln',
        public_jwk: { kty: 'EC', crv: 'P-256', x: '...', y: '...' },
      },
    ],
  },
)

export function checkpointBody(checkpoint: CertifiedCheckpoint): Static<typeof CheckpointBody> {
  return {
    number: checkpoint.number,
    seq: checkpoint.toSeq,
    checkpoint: checkpoint.checkpoint,
    sealed_at: checkpoint.sealedAt.toISOString(),
    signed: checkpoint.jws,
    public_jwk: checkpoint.publicJwk ?? null,
  }
}
