import { type Static, Type } from 'typebox'
import type { Application } from '../../oauth/index.ts'

const time = Type.String({ format: 'date-time' })
const timeOrNull = Type.Union([time, Type.Null()])

export const ConsentBody = Type.Object(
  {
    client_id: Type.String(),
    client_name: Type.String(),
    client_uri: Type.Union([Type.String(), Type.Null()]),
    is_active: Type.Boolean({ description: 'Whether the application is in use' }),
    scopes: Type.Array(Type.String()),
    resources: Type.Array(Type.String(), {
      description: 'Registered resources (RFC 8707) that it may use the scopes at',
    }),
    granted_at: Type.Union([time, Type.Null()], {
      description: 'null for an application that need not ask',
    }),
    grants: Type.Integer({ description: 'How many sign-ins it lives on' }),
    offline: Type.Boolean({ description: 'Whether it goes on while the person is away' }),
    last_used_at: timeOrNull,
  },
  {
    examples: [
      {
        client_id: 'c_Zk3rT0b5mR8sQ1x7vW2y4A',
        client_name: 'Example App',
        client_uri: 'https://app.example.com',
        is_active: true,
        scopes: ['email', 'openid', 'profile'],
        resources: ['https://api.example.com/'],
        granted_at: '2026-11-24T09:00:00.000Z',
        grants: 1,
        offline: false,
        last_used_at: '2026-11-24T09:00:02.000Z',
      },
    ],
  },
)

export const RevokedConsents = Type.Object(
  {
    consents: Type.Integer({ description: 'How many consents were taken back' }),
    grants: Type.Integer({ description: 'How many grants ended with them' }),
  },
  { examples: [{ consents: 2, grants: 3 }] },
)

/** What a page of the list begins after. */
export const ConsentKey = Type.Tuple([Type.String({ maxLength: 1024 })])

export function consentBody(application: Application): Static<typeof ConsentBody> {
  return {
    client_id: application.clientId,
    client_name: application.name,
    client_uri: application.uri,
    is_active: application.isActive,
    scopes: [...application.scopes],
    resources: [...application.resources],
    granted_at: application.grantedAt?.toISOString() ?? null,
    grants: application.grants,
    offline: application.offline,
    last_used_at: application.lastUsedAt?.toISOString() ?? null,
  }
}
