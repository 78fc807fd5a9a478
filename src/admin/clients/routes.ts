import { type Static, Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import type { Client } from '../../clients/index.ts'
import {
  ClientInput,
  clientFailures,
  createClient,
  findClient,
  rotateClientSecret,
} from '../../clients/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'

const tags = ['admin']
const path = '/api/v1/admin/clients'
const Params = Type.Object({ client_id: Type.String({ maxLength: 256 }) })

const ClientBody = Type.Object(
  {
    client_id: Type.String(),
    client_name: Type.String(),
    is_active: Type.Boolean(),
    created_at: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: true, description: 'RFC 7591 client information' },
)
const Created = Type.Object(
  {
    ...ClientBody.properties,
    client_secret: Type.Optional(Type.String({ description: 'Shown once' })),
  },
  { additionalProperties: true },
)

export function clientRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post(path, {
    config: permission('cardea.client:create', { recent: true }),
    schema: {
      tags,
      operationId: 'createClient',
      summary: 'Register a client; the secret is shown once',
      body: ClientInput,
      response: { 201: Created, ...problems },
    },
    handler: async (request, reply) => {
      const by = byOf(request)
      const { client, secret } = await createClient(needs, request.body, by)
      needs.clients.forget(client.clientId)
      const body = { ...clientBody(client), ...(secret !== undefined && { client_secret: secret }) }
      return reply.code(201).send(body)
    },
  })
  surface.get(`${path}/:client_id`, {
    config: permission('cardea.client:read', { of: 'client_id' }),
    schema: {
      tags,
      operationId: 'getClient',
      summary: 'One client with its metadata',
      params: Params,
      response: { 200: ClientBody, ...problems },
    },
    handler: async (request) => {
      const client = await findClient(needs.db, request.params.client_id)
      if (client === undefined) throw clientFailures.unknown_client()
      return clientBody(client)
    },
  })
  surface.post(`${path}/:client_id/rotate-secret`, {
    config: permission('cardea.client:rotate_secret', { of: 'client_id', recent: true }),
    schema: {
      tags,
      operationId: 'rotateClientSecret',
      summary: 'Replace the secret; the new one is shown once',
      params: Params,
      response: { 200: Type.Object({ client_secret: Type.String() }), ...problems },
    },
    handler: async (request) => {
      const client = await findClient(needs.db, request.params.client_id)
      if (client === undefined) throw clientFailures.unknown_client()
      const by = byOf(request)
      const secret = await rotateClientSecret(needs, client.clientId, by)
      needs.clients.forget(client.clientId)
      return { client_secret: secret }
    },
  })
}

function clientBody(client: Client): Static<typeof ClientBody> {
  return {
    ...client.metadata,
    client_id: client.clientId,
    client_name: client.name,
    is_active: client.isActive,
    created_at: client.createdAt.toISOString(),
  }
}
