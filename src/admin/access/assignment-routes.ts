import { type Static, Type } from 'typebox'
import type { Assignment, AssignmentFilter, Holder } from '../../access/index.ts'
import {
  accessFailures,
  endAssignment,
  findAssignment,
  giveRole,
  isHolderId,
  listAssignments,
  parseScope,
  scopeText,
} from '../../access/index.ts'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import {
  closed,
  exampleRole,
  exampleUser,
  moment,
  textOrNull,
  time,
  timeOrNull,
  UuidKey,
  uuid,
} from './schemas.ts'
import { stewardOf } from './steward-of.ts'

const tags = ['access']
const path = '/api/v1/admin/assignments'
const Params = Type.Object({ assignment_id: uuid })
const Subject = Type.Object(
  {
    type: Type.Enum(['user', 'client', 'group']),
    id: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Of a client its client_id, else a UUID',
    }),
  },
  closed,
)
const limits = {
  resource: Type.Optional(
    Type.Union([Type.String({ maxLength: 400 }), Type.Null()], {
      description:
        'Only for one thing (document:42) or for all whose ids begin so (document:2024-*)',
    }),
  ),
  starts_at: Type.Optional(timeOrNull),
  ends_at: Type.Optional(timeOrNull),
}
const exampleLimits = {
  subject: { type: 'user', id: exampleUser },
  resource: 'document:42',
  starts_at: null,
  ends_at: '2027-01-01T00:00:00.000Z',
}
const AssignmentBody = Type.Object(
  {
    id: uuid,
    role: Type.Object({ id: uuid, name: Type.String() }),
    subject: Subject,
    resource: textOrNull,
    starts_at: timeOrNull,
    ends_at: timeOrNull,
    created_by: Type.String(),
    created_at: time,
  },
  {
    title: 'Assignment',
    examples: [
      {
        id: '01960d2c-7c00-7000-8000-0000000000d1',
        role: { id: exampleRole.id, name: exampleRole.name },
        ...exampleLimits,
        created_by: 'user:01960d2c-7c00-7000-8000-0000000000bb',
        created_at: '2026-11-24T09:30:00.000Z',
      },
    ],
  },
)
const NewBody = Type.Object(
  { role: Type.String({ maxLength: 100, description: 'By name' }), subject: Subject, ...limits },
  { ...closed, title: 'NewAssignment', examples: [{ role: 'editor', ...exampleLimits }] },
)
const ListQuery = Type.Object(
  {
    ...pageQuery,
    user_id: Type.Optional(uuid),
    client_id: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    group_id: Type.Optional(uuid),
    role_id: Type.Optional(uuid),
    resource: Type.Optional(
      Type.String({ maxLength: 400, description: 'Limited to exactly this, as document:42' }),
    ),
  },
  closed,
)

/** Who has which role. */
export function assignmentRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.assignment:read'),
    schema: {
      tags,
      operationId: 'listAssignments',
      summary: 'Assignments by age: of a user, client or group, of a role, for a resource',
      querystring: ListQuery,
      response: { 200: pageBody(AssignmentBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, UuidKey)
      const filter = { ...filterOf(request.query), after: after?.[0], limit: limit + 1 }
      const found = await needs.reads((db) => listAssignments(db, filter))
      const page = pageFrom(found, limit, ({ id }) => [id])
      return sendPage(request, reply, { ...page, items: page.items.map(assignmentBody) })
    },
  })
  surface.post(path, {
    config: permission('cardea.assignment:manage', { recent: true }),
    schema: {
      tags,
      operationId: 'createAssignment',
      summary: 'Give a role to a user, client or group; 200 where it was given just so before',
      body: NewBody,
      response: { 200: AssignmentBody, 201: AssignmentBody, ...problems },
    },
    handler: async (request, reply) => {
      const { role, subject: holder, resource = null, ...period } = request.body
      const [startsAt, endsAt] = [moment(period.starts_at), moment(period.ends_at)]
      const input = { role, holder, resource, startsAt, endsAt }
      const { assignment, added } = await giveRole(needs, input, stewardOf(request))
      return reply.code(added ? 201 : 200).send(assignmentBody(assignment))
    },
  })
  oneAssignmentRoutes(surface, needs)
}

function oneAssignmentRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = `${path}/:assignment_id`
  surface.get(one, {
    config: permission('cardea.assignment:read', { of: 'assignment_id' }),
    schema: {
      tags,
      operationId: 'getAssignment',
      summary: 'One assignment',
      params: Params,
      response: { 200: AssignmentBody, ...problems },
    },
    handler: async (request) => {
      const found = await findAssignment(needs.db, request.params.assignment_id)
      if (found === undefined) throw accessFailures.unknown_assignment()
      return assignmentBody(found)
    },
  })
  surface.delete(one, {
    config: permission('cardea.assignment:manage', { of: 'assignment_id', recent: true }),
    schema: {
      tags,
      operationId: 'endAssignment',
      summary: 'Take a role back; it holds no longer anywhere within a second',
      params: Params,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await endAssignment(needs, request.params.assignment_id, stewardOf(request))
      return reply.code(204).send(null)
    },
  })
}

/** Fails with 400 for two subjects at once, of which nothing could be found, and for what is no subject. */
function filterOf(
  query: Static<typeof ListQuery>,
): Pick<AssignmentFilter, 'holder' | 'roleId' | 'scope'> {
  const holders: Holder[] = [
    ...(query.user_id === undefined ? [] : [{ type: 'user', id: query.user_id } as const]),
    ...(query.client_id === undefined ? [] : [{ type: 'client', id: query.client_id } as const]),
    ...(query.group_id === undefined ? [] : [{ type: 'group', id: query.group_id } as const]),
  ]
  const [holder, another] = holders
  const scope = query.resource === undefined ? undefined : parseScope(query.resource)
  if (another !== undefined) throw wrongFilter('subject')
  if (holder !== undefined && !isHolderId(holder)) throw wrongFilter('client_id')
  if (query.resource !== undefined && scope === undefined) throw wrongFilter('resource')
  return { holder, roleId: query.role_id, scope }
}

function wrongFilter(parameter: string) {
  return accessFailures.invalid_assignment({ parameter })
}

function assignmentBody(assignment: Assignment): Static<typeof AssignmentBody> {
  const { id, role, holder, scope, startsAt, endsAt, createdBy, createdAt } = assignment
  return {
    id,
    role: { id: role.id, name: role.name },
    subject: { type: holder.type, id: holder.id },
    resource: scope === null ? null : scopeText(scope),
    starts_at: startsAt?.toISOString() ?? null,
    ends_at: endsAt?.toISOString() ?? null,
    created_by: createdBy,
    created_at: createdAt.toISOString(),
  }
}
