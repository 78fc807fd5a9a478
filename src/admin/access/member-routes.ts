import { type Static, Type } from 'typebox'
import type { Member } from '../../access/index.ts'
import { accessFailures, changeMembers, findGroup, listMembers } from '../../access/index.ts'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { userOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import { closed, exampleUser, time, UuidKey, uuid } from './schemas.ts'
import { stewardOf } from './steward-of.ts'

const tags = ['access']
const path = '/api/v1/admin/groups/:group_id/members'
const Params = Type.Object({ group_id: uuid })
const OneParams = Type.Object({ group_id: uuid, user_id: uuid })
const manage = permission('cardea.group:manage', { of: 'group_id', recent: true })

const MemberBody = Type.Object(
  { user_id: uuid, username: Type.String(), since: time },
  {
    title: 'Member',
    examples: [{ user_id: exampleUser, username: 'mira', since: '2026-11-24T09:30:00.000Z' }],
  },
)
const userIds = Type.Array(uuid, { maxItems: 1000 })
const ChangeBody = Type.Object(
  { add: Type.Optional(userIds), remove: Type.Optional(userIds) },
  { ...closed, minProperties: 1, title: 'MemberPatch', examples: [{ add: [exampleUser] }] },
)
const ChangedBody = Type.Object(
  {
    added: Type.Array(uuid, { description: 'Who is a member now and was none before' }),
    removed: Type.Array(uuid, { description: 'Who was a member' }),
  },
  { title: 'MembersChanged', examples: [{ added: [exampleUser], removed: [] }] },
)

export function memberRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.group:read', { of: 'group_id' }),
    schema: {
      tags,
      operationId: 'listGroupMembers',
      summary: 'The members of a group, the longest-standing accounts first',
      params: Params,
      querystring: Type.Object(pageQuery, closed),
      response: { 200: pageBody(MemberBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, UuidKey)
      const { group_id: groupId } = request.params
      const group = await findGroup(needs.db, groupId)
      if (group === undefined) throw accessFailures.unknown_group()
      const place = { after: after?.[0] ?? null, limit: limit + 1 }
      const found = await needs.reads((db) => listMembers(db, groupId, place))
      const page = pageFrom(found, limit, (m) => [m.userId])
      return sendPage(request, reply, { ...page, items: page.items.map(memberBody) })
    },
  })
  surface.patch(path, {
    config: manage,
    schema: {
      tags,
      operationId: 'changeGroupMembers',
      summary: 'Let up to 1000 users join and up to 1000 leave, all or none',
      params: Params,
      body: ChangeBody,
      response: { 200: ChangedBody, ...problems },
    },
    handler: async (request) => {
      const change = { groupId: request.params.group_id, ...request.body }
      const { added, removed } = await changeMembers(needs, change, stewardOf(request))
      return { added: [...added], removed: [...removed] }
    },
  })
  oneMemberRoutes(surface, needs)
}

function oneMemberRoutes(surface: Surface, needs: AdminNeeds): void {
  const response = { 204: Type.Null(), ...problems }
  surface.put(`${path}/:user_id`, {
    config: manage,
    schema: {
      tags,
      operationId: 'addGroupMember',
      summary: 'Let a user join a group; who is in stays in',
      params: OneParams,
      response,
    },
    handler: async (request, reply) => {
      const { group_id: groupId, user_id: userId } = request.params
      await userOf(needs, userId)
      await changeMembers(needs, { groupId, add: [userId] }, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
  surface.delete(`${path}/:user_id`, {
    config: manage,
    schema: {
      tags,
      operationId: 'removeGroupMember',
      summary: 'Let a user leave a group; who is not in stays out',
      params: OneParams,
      response,
    },
    handler: async (request, reply) => {
      const { group_id: groupId, user_id: userId } = request.params
      await changeMembers(needs, { groupId, remove: [userId] }, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
}

function memberBody({ userId, username, since }: Member): Static<typeof MemberBody> {
  return { user_id: userId, username, since: since.toISOString() }
}
