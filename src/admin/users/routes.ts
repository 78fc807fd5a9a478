import { type Static, Type } from 'typebox'
import {
  basedOn,
  needs as permission,
  problems,
  tagged,
  UserBody,
  userBody,
} from '../../account/index.ts'
import type { Request, Surface } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import {
  createUser,
  deactivate,
  editAccount,
  identityFailures,
  ProfilePatchSchema,
  ProfileSchema,
  reactivateByAdministrator,
  scheduleDeletion,
  startRecovery,
} from '../../identity/index.ts'
import { endOtherSessions } from '../../session/index.ts'
import { act, actOn, userIdOf, userOf } from '../acting.ts'
import { adminFailures } from '../failures.ts'
import type { AdminNeeds } from '../needs.ts'

const tags = ['admin']
const path = '/api/v1/admin/users'
const Params = Type.Object({ user_id: Type.String({ format: 'uuid' }) })
const closed = { additionalProperties: false }

const NewUserBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 128 }),
    email: Type.Optional(Type.String({ minLength: 3, maxLength: 320 })),
    email_verified: Type.Optional(Type.Boolean({ default: false })),
    profile: Type.Optional(ProfileSchema),
  },
  { ...closed, description: 'An account without a password: the person sets one by a mailed link' },
)

const UserPatchBody = Type.Object(
  {
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
    email: Type.Optional(Type.Union([Type.String({ minLength: 3, maxLength: 320 }), Type.Null()])),
    email_verified: Type.Optional(Type.Boolean()),
    profile: Type.Optional(ProfilePatchSchema),
  },
  { ...closed, minProperties: 1 },
)

export function userRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.post(path, {
    config: { ...permission('cardea.user:create'), etag: 'shown' },
    schema: {
      tags,
      operationId: 'createUser',
      summary: 'Create a user',
      body: NewUserBody,
      response: { 201: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const { by } = act(needs, request)
      const { email_verified: emailVerified = false, ...input } = request.body
      const user = await createUser(needs, { ...input, emailVerified }, by)
      return tagged(reply.code(201), user).send(userBody(user))
    },
  })
  surface.get(`${path}/:user_id`, {
    config: { ...permission('cardea.user:read', { of: 'user_id' }), etag: 'shown' },
    schema: {
      tags,
      operationId: 'getUser',
      summary: 'One user; the ETag is the version',
      params: Params,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const user = await userOf(needs, request.params.user_id)
      return tagged(reply, user).send(userBody(user))
    },
  })
  surface.patch(`${path}/:user_id`, {
    config: { ...permission('cardea.user:update', { of: 'user_id', recent: true }), etag: 'asked' },
    schema: {
      tags,
      operationId: 'updateUser',
      summary: 'Change a user; If-Match names the version the change is based on',
      params: Params,
      body: UserPatchBody,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      const user = await edit(needs, request, request.params.user_id, request.body)
      return tagged(reply, user).send(userBody(user))
    },
  })
  lifeRoutes(surface, needs)
  mergeRoute(surface)
}

/** Nothing is merged. The route is there so that who looks for it learns why, and what to do instead. */
function mergeRoute(surface: Surface): void {
  surface.post(`${path}/:user_id/merge`, {
    config: permission('cardea.user:update', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'mergeUser',
      summary: 'Always refused with 409 merge_refused: deactivate the account that is too many',
      params: Params,
      response: problems,
    },
    handler: async () => {
      throw adminFailures.merge_refused()
    },
  })
}

function lifeRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = { tags, params: Params, response: { 204: Type.Null(), ...problems } }
  surface.post(`${path}/:user_id/deactivate`, {
    config: permission('cardea.user:deactivate', { of: 'user_id', recent: true }),
    schema: { ...one, operationId: 'deactivateUser', summary: 'Deactivate; every session ends' },
    handler: async (request, reply) => {
      const context = await actOn(needs, request, request.params.user_id)
      const userId = userIdOf(request.params.user_id)
      await deactivate(needs, { userId, basedOn: 'any', by: 'administrator' }, context)
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/:user_id/reactivate`, {
    config: permission('cardea.user:deactivate', { of: 'user_id', recent: true }),
    schema: { ...one, operationId: 'reactivateUser', summary: 'Bring back a deactivated user' },
    handler: async (request, reply) => {
      const { by } = await actOn(needs, request, request.params.user_id)
      await reactivateByAdministrator(needs, userIdOf(request.params.user_id), by)
      return reply.code(204).send(null)
    },
  })
  surface.delete(`${path}/:user_id`, {
    config: permission('cardea.user:delete', { of: 'user_id', recent: true }),
    schema: { ...one, operationId: 'deleteUser', summary: 'Delete after the grace period' },
    handler: async (request, reply) => {
      const context = await actOn(needs, request, request.params.user_id)
      const userId = userIdOf(request.params.user_id)
      await scheduleDeletion(needs, { userId, basedOn: 'any', by: 'administrator' }, context)
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/:user_id/end-sessions`, {
    config: permission('cardea.session:end', { of: 'user_id', recent: true }),
    schema: { ...one, operationId: 'endUserSessions', summary: 'End every session of a user' },
    handler: async (request, reply) => {
      const { by } = await actOn(needs, request, request.params.user_id)
      const { id: userId } = await userOf(needs, request.params.user_id)
      await endOtherSessions(needs, { userId, ...by })
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/:user_id/start-recovery`, {
    config: permission('cardea.user:recover', { of: 'user_id', recent: true }),
    schema: {
      ...one,
      operationId: 'startUserRecovery',
      summary: 'Mail a link that sets a new password; nobody else learns or chooses it',
    },
    handler: async (request, reply) => {
      const { visitor, by } = await actOn(needs, request, request.params.user_id)
      const user = await userOf(needs, request.params.user_id)
      if (user.email === null || !user.isActive) throw identityFailures.unknown_user()
      const recovery = { user, email: user.email, startedBy: by.actor }
      await startRecovery(needs, recovery, visitor)
      return reply.code(204).send(null)
    },
  })
}

async function edit(
  needs: AdminNeeds,
  request: Request,
  id: string,
  body: Static<typeof UserPatchBody>,
): Promise<User> {
  const context = await actOn(needs, request, id)
  const { profile: patch, email_verified: emailVerified, ...rest } = body
  const change = {
    ...rest,
    ...(emailVerified !== undefined && { emailVerified }),
    ...(patch !== undefined && { patch }),
  }
  return editAccount(needs, { ...change, userId: userIdOf(id), basedOn: basedOn(request) }, context)
}
