import { type Static, Type } from 'typebox'
import type { Role, RoleHead } from '../../access/index.ts'
import {
  accessFailures,
  changeRole,
  createRole,
  deleteRole,
  findRole,
  listRoles,
  permissionText,
} from '../../access/index.ts'
import { basedOn, needs as permission, problems, tagged } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { keepPolicyRole } from './keep-policy-role.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import {
  closed,
  description,
  exampleRole,
  exampleTimes,
  NameKey,
  name,
  nameQuery,
  permissionList,
  time,
  uuid,
} from './schemas.ts'
import { stewardOf } from './steward-of.ts'

const tags = ['access']
const path = '/api/v1/admin/roles'
const Params = Type.Object({ role_id: uuid })
const parentList = Type.Array(Type.String({ maxLength: 100 }), {
  maxItems: 50,
  description: 'Names of roles whose permissions it has as well',
})

const head = {
  id: uuid,
  name: Type.String(),
  description: Type.String(),
  built_in: Type.Boolean({ description: 'Of Cardea itself: it keeps its name and its own rights' }),
  parents: Type.Array(Type.String()),
}
const times = { created_at: time, updated_at: time }
const RoleBody = Type.Object(
  {
    ...head,
    permissions: Type.Array(Type.String(), { description: 'Without those of the parents' }),
    ...times,
  },
  {
    title: 'Role',
    examples: [{ ...exampleRole, permissions: ['document:update@own'], ...exampleTimes }],
  },
)
const RoleHeadBody = Type.Object(
  { ...head, permission_count: Type.Integer(), ...times },
  { title: 'RoleHead', examples: [{ ...exampleRole, permission_count: 1, ...exampleTimes }] },
)
const NewBody = Type.Object(
  {
    name,
    description: Type.Optional(description),
    parents: Type.Optional(parentList),
    permissions: Type.Optional(permissionList),
  },
  {
    ...closed,
    title: 'NewRole',
    examples: [{ name: 'editor', parents: ['reader'], permissions: ['document:update@own'] }],
  },
)
const PatchBody = Type.Object(
  {
    name: Type.Optional(name),
    description: Type.Optional(description),
    parents: Type.Optional(parentList),
    add_parents: Type.Optional(parentList),
    remove_parents: Type.Optional(parentList),
    permissions: Type.Optional(permissionList),
    add_permissions: Type.Optional(permissionList),
    remove_permissions: Type.Optional(permissionList),
  },
  {
    ...closed,
    minProperties: 1,
    title: 'RolePatch',
    description: '`parents` and `permissions` replace all there are; add_ and remove_ change some',
    examples: [{ add_permissions: ['document:publish'] }],
  },
)
const ListQuery = Type.Object({ ...pageQuery, ...nameQuery }, closed)
const DeleteQuery = Type.Object(
  {
    force: Type.Optional(
      Type.Boolean({ default: false, description: 'Also when somebody has it: it is taken away' }),
    ),
  },
  closed,
)

/** Roles are named by id in paths, because a name can change; lists find the id of a name. */
export function roleRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.role:read'),
    schema: {
      tags,
      operationId: 'listRoles',
      summary: 'Roles by name, without their permissions',
      querystring: ListQuery,
      response: { 200: pageBody(RoleHeadBody), ...problems },
    },
    handler: async (request, reply) => {
      const { name: called = null, prefix = '', ...query } = request.query
      const { limit, after } = pageOf(query, NameKey)
      const place = after?.[0] ?? null
      const filter = { name: called, prefix, after: place, limit: limit + 1 }
      const page = pageFrom(await listRoles(needs.db, filter), limit, (role) => [role.name])
      return sendPage(request, reply, { ...page, items: page.items.map(headBody) })
    },
  })
  surface.post(path, {
    config: { ...permission('cardea.role:manage', { recent: true }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createRole',
      summary: 'Make a role',
      description: 'What reaches into Cardea itself can only be given by who has all of it.',
      body: NewBody,
      response: { 201: RoleBody, ...problems },
    },
    handler: async (request, reply) => {
      const role = await createRole(needs, request.body, stewardOf(request))
      return tagged(reply.code(201), role).send(roleBody(role))
    },
  })
  oneRoleRoutes(surface, needs)
}

function oneRoleRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = `${path}/:role_id`
  surface.get(one, {
    config: { ...permission('cardea.role:read', { of: 'role_id' }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getRole',
      summary: 'One role with its permissions; the ETag is its version',
      params: Params,
      response: { 200: RoleBody, ...problems },
    },
    handler: async (request, reply) => {
      const role = await findRole(needs.db, request.params.role_id)
      if (role === undefined) throw accessFailures.unknown_role()
      return tagged(reply, role).send(roleBody(role))
    },
  })
  surface.patch(one, {
    config: { ...permission('cardea.role:manage', { of: 'role_id', recent: true }), etag: 'asked' },
    schema: {
      tags,
      operationId: 'updateRole',
      summary: 'Change a role, and so what all have who have it; If-Match names the version',
      params: Params,
      body: PatchBody,
      response: { 200: RoleBody, ...problems },
    },
    handler: async (request, reply) => {
      const id = request.params.role_id
      const target = { id, basedOn: basedOn(request), change: request.body }
      await keepPolicyRole(needs, id, request.body)
      const role = await changeRole(needs, target, stewardOf(request))
      return tagged(reply, role).send(roleBody(role))
    },
  })
  surface.delete(one, {
    config: { ...permission('cardea.role:manage', { of: 'role_id', recent: true }), etag: 'asked' },
    schema: {
      tags,
      operationId: 'deleteRole',
      summary: 'Delete a role; one that somebody has, or a role builds on, only with force=true',
      params: Params,
      querystring: DeleteQuery,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { force = false } = request.query
      const target = { id: request.params.role_id, basedOn: basedOn(request), force }
      await keepPolicyRole(needs, target.id, 'delete')
      await deleteRole(needs, target, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
}

function roleBody(role: Role): Static<typeof RoleBody> {
  return { ...headOf(role), permissions: role.permissions.map(permissionText), ...timesOf(role) }
}

function headBody(role: RoleHead): Static<typeof RoleHeadBody> {
  return { ...headOf(role), permission_count: role.permissionCount, ...timesOf(role) }
}

function headOf({
  id,
  name: called,
  description: words,
  builtIn,
  parents,
}: Omit<RoleHead, 'permissionCount'>) {
  return { id, name: called, description: words, built_in: builtIn, parents: [...parents] }
}

function timesOf({ createdAt, updatedAt }: Pick<Role, 'createdAt' | 'updatedAt'>) {
  return { created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() }
}
