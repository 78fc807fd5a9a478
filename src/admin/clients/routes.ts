import { Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import { isStorable } from '../../base/index.ts'
import {
  ClientInput,
  createClient,
  GrantType,
  listClients,
  requireSector,
} from '../../clients/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { changeRoutes } from './change-routes.ts'
import {
  ClientBody,
  ClientParams,
  ClientWithSecret,
  clientBody,
  clientOf,
  clientsPath as path,
  sendClient,
} from './client.ts'
import { secretRoutes } from './secret-routes.ts'
import { serviceAccountRoutes } from './service-account-routes.ts'

const tags = ['admin']
const Key = Type.Tuple([Type.String({ format: 'uuid' })])

const ListQuery = Type.Object(
  {
    ...pageQuery,
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'Part of the name, in any case, or a whole client_id',
      }),
    ),
    active: Type.Optional(
      Type.Boolean({ description: 'Only clients that are active, or are not' }),
    ),
    grant_type: Type.Optional(GrantType),
  },
  { additionalProperties: false },
)

/** The applications that may ask for tokens. */
export function clientRoutes(surface: Surface, needs: AdminNeeds): void {
  listRoute(surface, needs)
  surface.post(path, {
    config: { ...permission('cardea.client:create', { recent: true }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createClient',
      summary: 'Register a client; the secret is shown once',
      body: ClientInput,
      response: { 201: ClientWithSecret, ...problems },
    },
    handler: async (request, reply) => {
      await requireSector(needs, request.body)
      const { client, secret } = await createClient(needs, request.body, byOf(request))
      needs.clients.forget(client.clientId)
      return sendClient(reply.code(201), client, secret)
    },
  })
  surface.get(`${path}/:client_id`, {
    config: { ...permission('cardea.client:read', { of: 'client_id' }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getClient',
      summary: 'One client with its metadata; the ETag is its version',
      params: ClientParams,
      response: { 200: ClientBody, ...problems },
    },
    handler: async (request, reply) =>
      sendClient(reply, await clientOf(needs, request.params.client_id)),
  })
  changeRoutes(surface, needs)
  secretRoutes(surface, needs)
  serviceAccountRoutes(surface, needs)
}

function listRoute(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.client:read'),
    schema: {
      tags,
      operationId: 'listClients',
      summary: 'The clients, the youngest first',
      querystring: ListQuery,
      response: { 200: pageBody(ClientBody), ...problems },
    },
    handler: async (request, reply) => {
      const { search, active, grant_type: grantType, ...query } = request.query
      const { limit, after: [after] = [] } = pageOf(query, Key)
      const nothing = search !== undefined && !isStorable(search)
      const wish = { search, active, grantType }
      const rows = nothing
        ? []
        : await needs.reads((db) => listClients(db, wish, { after, limit: limit + 1 }))
      const { items, next } = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { items: items.map(clientBody), next })
    },
  })
}
