import { type Static, Type } from 'typebox'
import type { Group } from '../../access/index.ts'
import {
  accessFailures,
  changeGroup,
  createGroup,
  deleteGroup,
  findGroup,
  listGroups,
  listGroupsOf,
} from '../../access/index.ts'
import { basedOn, needs as permission, problems, tagged } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { userOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import {
  closed,
  description,
  exampleTimes,
  NameKey,
  name,
  nameQuery,
  time,
  UuidKey,
  uuid,
} from './schemas.ts'
import { stewardOf } from './steward-of.ts'

const tags = ['access']
const path = '/api/v1/admin/groups'
const Params = Type.Object({ group_id: uuid })
const UserParams = Type.Object({ user_id: uuid })

const example = {
  id: '01960d2c-7c00-7000-8000-0000000000c1',
  name: 'sales',
  description: 'Everybody who sells',
  ...exampleTimes,
}
const GroupBody = Type.Object(
  {
    id: uuid,
    name: Type.String(),
    description: Type.String(),
    created_at: time,
    updated_at: time,
  },
  { title: 'Group', examples: [example] },
)
const NewBody = Type.Object(
  { name, description: Type.Optional(description) },
  {
    ...closed,
    title: 'NewGroup',
    examples: [{ name: 'sales', description: 'Everybody who sells' }],
  },
)
const PatchBody = Type.Object(
  { name: Type.Optional(name), description: Type.Optional(description) },
  { ...closed, minProperties: 1, title: 'GroupPatch', examples: [{ name: 'sales.europe' }] },
)

/** Users who have the same roles: a role is given to a group as to a user, by an assignment. */
export function groupRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.group:read'),
    schema: {
      tags,
      operationId: 'listGroups',
      summary: 'Groups by name',
      querystring: Type.Object({ ...pageQuery, ...nameQuery }, closed),
      response: { 200: pageBody(GroupBody), ...problems },
    },
    handler: async (request, reply) => {
      const { name: called = null, prefix = '', ...query } = request.query
      const { limit, after } = pageOf(query, NameKey)
      const place = after?.[0] ?? null
      const filter = { name: called, prefix, after: place, limit: limit + 1 }
      const page = pageFrom(await listGroups(needs.db, filter), limit, (group) => [group.name])
      return sendPage(request, reply, { ...page, items: page.items.map(groupBody) })
    },
  })
  surface.post(path, {
    config: { ...permission('cardea.group:manage', { recent: true }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createGroup',
      summary: 'Make a group without members',
      body: NewBody,
      response: { 201: GroupBody, ...problems },
    },
    handler: async (request, reply) => {
      const group = await createGroup(needs, request.body, stewardOf(request))
      return tagged(reply.code(201), group).send(groupBody(group))
    },
  })
  surface.get('/api/v1/admin/users/:user_id/groups', {
    config: permission('cardea.group:read'),
    schema: {
      tags,
      operationId: 'listUserGroups',
      summary: 'The groups of a user',
      params: UserParams,
      querystring: Type.Object(pageQuery, closed),
      response: { 200: pageBody(GroupBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, UuidKey)
      const user = await userOf(needs, request.params.user_id)
      const place = { after: after?.[0] ?? null, limit: limit + 1 }
      const rows = await listGroupsOf(needs.db, user.id, place)
      const page = pageFrom(rows, limit, ({ id }) => [id])
      return sendPage(request, reply, { ...page, items: page.items.map(groupBody) })
    },
  })
  oneGroupRoutes(surface, needs)
}

function oneGroupRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = `${path}/:group_id`
  surface.get(one, {
    config: { ...permission('cardea.group:read', { of: 'group_id' }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getGroup',
      summary: 'One group; the ETag is its version',
      params: Params,
      response: { 200: GroupBody, ...problems },
    },
    handler: async (request, reply) => {
      const group = await findGroup(needs.db, request.params.group_id)
      if (group === undefined) throw accessFailures.unknown_group()
      return tagged(reply, group).send(groupBody(group))
    },
  })
  surface.patch(one, {
    config: {
      ...permission('cardea.group:manage', { of: 'group_id', recent: true }),
      etag: 'asked',
    },
    schema: {
      tags,
      operationId: 'updateGroup',
      summary: 'Change what a group is called; If-Match names the version',
      params: Params,
      body: PatchBody,
      response: { 200: GroupBody, ...problems },
    },
    handler: async (request, reply) => {
      const id = request.params.group_id
      const target = { id, basedOn: basedOn(request), change: request.body }
      const group = await changeGroup(needs, target, stewardOf(request))
      return tagged(reply, group).send(groupBody(group))
    },
  })
  surface.delete(one, {
    config: {
      ...permission('cardea.group:manage', { of: 'group_id', recent: true }),
      etag: 'asked',
    },
    schema: {
      tags,
      operationId: 'deleteGroup',
      summary: 'Delete a group; its members lose the roles that it gave them',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const target = { id: request.params.group_id, basedOn: basedOn(request) }
      await deleteGroup(needs, target, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
}

function groupBody(group: Group): Static<typeof GroupBody> {
  const { id, name: called, description: words, createdAt, updatedAt } = group
  return {
    id,
    name: called,
    description: words,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}
