import { Type } from 'typebox'
import { basedOn, byOf, needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { ResourceBook } from '../../oauth/index.ts'
import {
  createResource,
  deleteResource,
  findResource,
  listResources,
  resourceFailures,
  updateResource,
} from '../../oauth/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import {
  NewResource,
  ResourceBody,
  ResourceParams,
  ResourcePatch,
  resourceBody,
  sendResource,
} from './resource-body.ts'

const tags = ['admin']
const path = '/api/v1/admin/resources'
const Key = Type.Tuple([Type.String({ format: 'uuid' })])
const ListQuery = Type.Object(pageQuery, { additionalProperties: false })

export type ResourceRouteNeeds = AdminNeeds & { readonly resourceBook: ResourceBook }

/** The APIs that tokens may be for (RFC 8707). */
export function resourceRoutes(surface: Surface, needs: ResourceRouteNeeds): void {
  surface.get(path, {
    config: permission('cardea.resource:read'),
    schema: {
      tags,
      operationId: 'listResources',
      summary: 'The resources that tokens may be for, the youngest first',
      querystring: ListQuery,
      response: { 200: pageBody(ResourceBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after: [after] = [] } = pageOf(request.query, Key)
      const rows = await listResources(needs.db, { after, limit: limit + 1 })
      const { items, next } = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { items: items.map(resourceBody), next })
    },
  })
  surface.post(path, {
    config: { ...permission('cardea.resource:create', { recent: true }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createResource',
      summary: 'Register an API that tokens may be for (RFC 8707)',
      body: NewResource,
      response: { 201: ResourceBody, ...problems },
    },
    handler: async (request, reply) =>
      sendResource(reply.code(201), await createResource(needs, request.body, byOf(request))),
  })
  oneResourceRoutes(surface, needs)
}

function oneResourceRoutes(surface: Surface, needs: ResourceRouteNeeds): void {
  const one = `${path}/:resource_id`
  surface.get(one, {
    config: { ...permission('cardea.resource:read', { of: 'resource_id' }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getResource',
      summary: 'One resource; the ETag is its version',
      params: ResourceParams,
      response: { 200: ResourceBody, ...problems },
    },
    handler: async (request, reply) => {
      const resource = await findResource(needs.db, request.params.resource_id)
      if (resource === undefined) throw resourceFailures.unknown_resource()
      return sendResource(reply, resource)
    },
  })
  surface.patch(one, {
    config: {
      ...permission('cardea.resource:update', { of: 'resource_id', recent: true }),
      etag: 'asked',
    },
    schema: {
      tags,
      operationId: 'updateResource',
      summary: 'Change what tokens for a resource look like from now on; members stay as they are',
      description: 'The identifier stays: grants and tokens name it.',
      params: ResourceParams,
      body: ResourcePatch,
      response: { 200: ResourceBody, ...problems },
    },
    handler: async (request, reply) => {
      const { resource_id: id } = request.params
      const change = { id, basedOn: basedOn(request), to: request.body }
      return sendResource(reply, await updateResource(needs, change, byOf(request)))
    },
  })
  surface.delete(one, {
    config: permission('cardea.resource:delete', { of: 'resource_id', recent: true }),
    schema: {
      tags,
      operationId: 'deleteResource',
      summary: 'Delete a resource: nobody gets tokens for it, and those that are out end',
      description:
        'A resource that reads JWTs by itself accepts them until they expire, as it does not ask us.',
      params: ResourceParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await deleteResource(needs, request.params.resource_id, byOf(request))
      return reply.code(204).send(null)
    },
  })
}
