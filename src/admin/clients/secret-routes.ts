import { type Static, Type } from 'typebox'
import { basedOn, needs as permission, problems } from '../../account/index.ts'
import type { ListedSecret } from '../../clients/index.ts'
import { endOldSecret, listSecrets, rotateClientSecret } from '../../clients/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { actOnClient, ClientParams, clientIdOf, clientsPath as path } from './client.ts'

const tags = ['admin']
const longestOverlap = 30 * 86_400

const RotationBody = Type.Object(
  {
    overlap: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: longestOverlap,
        description: 'Seconds for which the secret that is replaced works on; default 0',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ overlap: 86_400 }] },
)
const Rotated = Type.Object(
  {
    client_secret: Type.String({ description: 'Shown once' }),
    previous_expires_at: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When the secret before ends; absent when it has ended already',
      }),
    ),
  },
  {
    examples: [
      {
        client_secret: 'cs_3Yw8Qm5cT1nXb7Lr0KpVdZs6HfJ2gAeU9iOoRtE4uNw',
        previous_expires_at: '2026-11-25T09:00:00.000Z',
      },
    ],
  },
)
const time = Type.String({ format: 'date-time' })
const timeOrNull = Type.Union([time, Type.Null()])
const SecretBody = Type.Object({
  name: Type.Enum(['current', 'previous']),
  created_at: time,
  expires_at: timeOrNull,
  last_used_at: Type.Union([time, Type.Null()], { description: 'To the minute or so' }),
})
const Secrets = Type.Object(
  { secrets: Type.Array(SecretBody) },
  {
    examples: [
      {
        secrets: [
          {
            name: 'current',
            created_at: '2026-11-24T09:00:00.000Z',
            expires_at: null,
            last_used_at: '2026-11-24T10:30:00.000Z',
          },
        ],
      },
    ],
  },
)

/** The secrets of a client: never more than two work, and none is ever shown again. */
export function secretRoutes(surface: Surface, needs: AdminNeeds): void {
  rotationRoute(surface, needs)
  surface.get(`${path}/:client_id/secrets`, {
    config: permission('cardea.client:read', { of: 'client_id' }),
    schema: {
      tags,
      operationId: 'listClientSecrets',
      summary: 'The secrets that work now, and when they were used; never the secrets themselves',
      params: ClientParams,
      response: { 200: Secrets, ...problems },
    },
    handler: async (request) => {
      await needs.secretUses.flush()
      const id = clientIdOf(request.params.client_id)
      const secrets = await listSecrets(needs.db, id, needs.clock.now())
      return { secrets: secrets.map(secretBody) }
    },
  })
  surface.delete(`${path}/:client_id/secrets/previous`, {
    config: permission('cardea.client:rotate_secret', { of: 'client_id', recent: true }),
    schema: {
      tags,
      operationId: 'endPreviousClientSecret',
      summary: 'End the secret before at once',
      params: ClientParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { by, clientId } = await actOnClient(needs, request, request.params.client_id)
      await endOldSecret(needs, clientId, by)
      needs.clients.forget(clientId)
      return reply.code(204).send(null)
    },
  })
}

function rotationRoute(surface: Surface, needs: AdminNeeds): void {
  surface.post(`${path}/:client_id/rotate-secret`, {
    config: {
      ...permission('cardea.client:rotate_secret', { of: 'client_id', recent: true }),
      idempotency: false,
    },
    schema: {
      tags,
      operationId: 'rotateClientSecret',
      summary: 'Replace the secret; the new one is shown once',
      description:
        'Without an overlap every older secret ends at once. With If-Match it happens only if nobody changed the client meanwhile.',
      params: ClientParams,
      body: Type.Union([RotationBody, Type.Null()]),
      response: { 200: Rotated, ...problems },
    },
    handler: async (request) => {
      const { by, clientId } = await actOnClient(needs, request, request.params.client_id)
      const given = request.headers['if-match'] !== undefined
      const { secret, previousExpiresAt } = await rotateClientSecret(needs, clientId, {
        by,
        overlap: request.body?.overlap ?? 0,
        ...(given && { basedOn: basedOn(request) }),
      })
      needs.clients.forget(clientId)
      return {
        client_secret: secret,
        ...(previousExpiresAt && { previous_expires_at: previousExpiresAt.toISOString() }),
      }
    },
  })
}

function secretBody(secret: ListedSecret): Static<typeof SecretBody> {
  return {
    name: secret.name,
    created_at: secret.createdAt.toISOString(),
    expires_at: secret.expiresAt?.toISOString() ?? null,
    last_used_at: secret.lastUsedAt?.toISOString() ?? null,
  }
}
