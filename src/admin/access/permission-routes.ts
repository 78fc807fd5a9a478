import { type Static, Type } from 'typebox'
import type { PermissionRow } from '../../access/index.ts'
import {
  accessFailures,
  changePermission,
  createPermission,
  deletePermission,
  findPermission,
  listPermissions,
} from '../../access/index.ts'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { closed, description, time, uuid } from './schemas.ts'
import { stewardOf } from './steward-of.ts'

const tags = ['access']
const path = '/api/v1/admin/permissions'
const Params = Type.Object({ permission_id: uuid })
const plainName = { minLength: 1, maxLength: 100 }
const Place = Type.Tuple([Type.String(plainName), Type.String(plainName)])

const example = {
  id: '01960d2c-7c00-7000-8000-0000000000b1',
  resource: 'document',
  action: 'read',
  name: 'document:read',
  description: 'See what is in a document',
  built_in: false,
  created_at: '2026-11-24T09:30:00.000Z',
}

const PermissionBody = Type.Object(
  {
    id: uuid,
    resource: Type.String(),
    action: Type.String(),
    name: Type.String({ description: 'As roles name it: resource:action' }),
    description: Type.String(),
    built_in: Type.Boolean({ description: 'Of Cardea itself; it stays as it is' }),
    created_at: time,
  },
  { title: 'Permission', examples: [example] },
)
const NewBody = Type.Object(
  {
    resource: Type.String({ ...plainName, description: 'A type of things, such as document' }),
    action: Type.String({ ...plainName, description: 'Such as read' }),
    description: Type.Optional(description),
  },
  {
    ...closed,
    title: 'NewPermission',
    examples: [{ resource: 'document', action: 'read', description: 'See what is in a document' }],
  },
)
const PatchBody = Type.Object(
  { description },
  { ...closed, title: 'PermissionPatch', examples: [{ description: 'Read a document' }] },
)
const ListQuery = Type.Object(
  {
    ...pageQuery,
    resource: Type.Optional(Type.String({ pattern: '^(\\*|[A-Za-z0-9_][A-Za-z0-9_./-]{0,99})$' })),
  },
  closed,
)
const DeleteQuery = Type.Object(
  {
    force: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Also when roles have it: it is taken from them',
      }),
    ),
  },
  closed,
)

/** What can be done to what. */
export function permissionRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.permission:read'),
    schema: {
      tags,
      operationId: 'listPermissions',
      summary: 'Permissions by resource and action, those of Cardea included',
      querystring: ListQuery,
      response: { 200: pageBody(PermissionBody), ...problems },
    },
    handler: async (request, reply) => {
      const { resource = null, ...query } = request.query
      const { limit, after = null } = pageOf(query, Place)
      const rows = await listPermissions(needs.db, { resource, after, limit: limit + 1 })
      const page = pageFrom(rows, limit, (row) => [row.resource, row.action])
      return sendPage(request, reply, { ...page, items: page.items.map(permissionBody) })
    },
  })
  surface.post(path, {
    config: permission('cardea.permission:manage', { recent: true }),
    schema: {
      tags,
      operationId: 'createPermission',
      summary: 'Register a permission; wildcards need none of this',
      body: NewBody,
      response: { 201: PermissionBody, ...problems },
    },
    handler: async (request, reply) => {
      const made = await createPermission(needs, request.body, stewardOf(request))
      return reply.code(201).send(permissionBody(made))
    },
  })
  onePermissionRoutes(surface, needs)
}

function onePermissionRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = `${path}/:permission_id`
  surface.get(one, {
    config: permission('cardea.permission:read', { of: 'permission_id' }),
    schema: {
      tags,
      operationId: 'getPermission',
      summary: 'One permission',
      params: Params,
      response: { 200: PermissionBody, ...problems },
    },
    handler: async (request) => {
      const found = await findPermission(needs.db, request.params.permission_id)
      if (found === undefined) throw accessFailures.unknown_permission()
      return permissionBody(found)
    },
  })
  surface.patch(one, {
    config: permission('cardea.permission:manage', { of: 'permission_id', recent: true }),
    schema: {
      tags,
      operationId: 'updatePermission',
      summary: 'Change the description of a permission',
      params: Params,
      body: PatchBody,
      response: { 200: PermissionBody, ...problems },
    },
    handler: async (request) => {
      const change = { id: request.params.permission_id, ...request.body }
      return permissionBody(await changePermission(needs, change, stewardOf(request)))
    },
  })
  surface.delete(one, {
    config: permission('cardea.permission:manage', { of: 'permission_id', recent: true }),
    schema: {
      tags,
      operationId: 'deletePermission',
      summary: 'Delete a permission; one that roles have only with force=true',
      params: Params,
      querystring: DeleteQuery,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { force = false } = request.query
      const target = { id: request.params.permission_id, force }
      await deletePermission(needs, target, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
}

function permissionBody(row: PermissionRow): Static<typeof PermissionBody> {
  const { id, resource, action } = row
  return {
    id,
    resource,
    action,
    name: `${resource}:${action}`,
    description: row.description,
    built_in: row.builtIn,
    created_at: row.createdAt.toISOString(),
  }
}
