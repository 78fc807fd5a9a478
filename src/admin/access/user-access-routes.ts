import { type Static, Type } from 'typebox'
import type { Held } from '../../access/index.ts'
import { heldPermissions, heldRoles, scopeText } from '../../access/index.ts'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { identityFailures } from '../../identity/index.ts'
import { userIdOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'
import { textOrNull, timeOrNull, uuid } from './schemas.ts'

const tags = ['access']
const path = '/api/v1/admin/users/:user_id'
const Params = Type.Object({ user_id: uuid })
/** More than this of one person is not shown; the lists of assignments go on. */
const most = 1000

const source = {
  given_role: Type.String({ description: 'The role of the assignment' }),
  assignment_id: uuid,
  group: Type.Union([Type.Object({ id: uuid, name: Type.String() }), Type.Null()], {
    description: 'The group that brings it; null when the user has it without one',
  }),
  resource: textOrNull,
  starts_at: timeOrNull,
  ends_at: timeOrNull,
  in_force: Type.Boolean({ description: 'Whether it holds at this moment' }),
}
const exampleSource = {
  given_role: 'editor',
  assignment_id: '01960d2c-7c00-7000-8000-0000000000d1',
  group: { id: '01960d2c-7c00-7000-8000-0000000000c1', name: 'sales' },
  resource: 'document:2024-*',
  starts_at: null,
  ends_at: '2027-01-01T00:00:00.000Z',
  in_force: true,
}
const truncated = Type.Boolean({ description: `Whether there are more than these ${most}` })
const RolesBody = Type.Object(
  {
    roles: Type.Array(Type.Object({ id: uuid, name: Type.String(), ...source })),
    truncated,
  },
  {
    title: 'EffectiveRoles',
    examples: [
      {
        roles: [{ id: '01960d2c-7c00-7000-8000-0000000000a2', name: 'reader', ...exampleSource }],
        truncated: false,
      },
    ],
  },
)
const PermissionsBody = Type.Object(
  {
    permissions: Type.Array(
      Type.Object({
        permission: Type.String(),
        defined_by: Type.String({ description: 'The role that has it itself' }),
        ...source,
      }),
    ),
    truncated,
  },
  {
    title: 'EffectivePermissions',
    examples: [
      {
        permissions: [{ permission: 'document:read', defined_by: 'reader', ...exampleSource }],
        truncated: false,
      },
    ],
  },
)

/** What a user has in the end, and where each of it comes from. */
export function userAccessRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(`${path}/roles`, {
    config: permission('cardea.assignment:read'),
    schema: {
      tags,
      operationId: 'getUserRoles',
      summary: 'The roles of a user, by groups and by parents of roles as well',
      params: Params,
      response: { 200: RolesBody, ...problems },
    },
    handler: async (request) => {
      const asked = await look(needs, request.params.user_id)
      const { roles, truncated: more } = heldRoles(asked, most)
      const items = roles.map(({ id, name, ...held }) => ({ id, name, ...sourceBody(held) }))
      return { roles: items, truncated: more }
    },
  })
  surface.get(`${path}/permissions`, {
    config: permission('cardea.assignment:read'),
    schema: {
      tags,
      operationId: 'getUserPermissions',
      summary: 'The permissions of a user, and which assignment and role give each',
      params: Params,
      response: { 200: PermissionsBody, ...problems },
    },
    handler: async (request) => {
      const asked = await look(needs, request.params.user_id)
      const { permissions, truncated: more } = heldPermissions(asked, most)
      const items = permissions.map(({ spelling, definedBy, ...held }) => ({
        permission: spelling,
        defined_by: definedBy,
        ...sourceBody(held),
      }))
      return { permissions: items, truncated: more }
    },
  })
}

async function look({ access, clock }: AdminNeeds, userId: string) {
  const [model, subject] = await Promise.all([
    access.model(),
    access.subject({ type: 'user', id: userIdOf(userId) }),
  ])
  if (subject === undefined) throw identityFailures.unknown_user()
  return { model, subject, now: clock.now().getTime() }
}

const Source = Type.Object(source)

function sourceBody({ grant, given, current }: Held): Static<typeof Source> {
  const { assignmentId, group, scope, from, until } = grant
  return {
    given_role: given,
    assignment_id: assignmentId,
    group: group && { id: group.id, name: group.name },
    resource: scope && scopeText(scope),
    starts_at: momentText(from),
    ends_at: momentText(until),
    in_force: current,
  }
}

function momentText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
