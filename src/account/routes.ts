import { type Static, Type } from 'typebox'
import type { Surface } from '../http/index.ts'
import { originOf } from '../http/index.ts'
import type { User } from '../identity/index.ts'
import { createUser, proveIdentity } from '../identity/index.ts'
import { signOut } from '../session/index.ts'
import { refreshApiSession, startApiSession } from './api-session.ts'
import { accountFailures } from './failures.ts'
import type { AccountNeeds } from './needs.ts'
import { principalOf } from './principal.ts'
import { LoginBody, Problem, RefreshBody, RegisterBody, Tokens, UserBody } from './schemas.ts'

const tags = ['account']
const problems = { 400: Problem, 401: Problem, 403: Problem, 409: Problem, 503: Problem }

export function accountRoutes(surface: Surface, needs: AccountNeeds): void {
  authRoutes(surface, needs)
  surface.post('/api/v1/auth/logout', {
    schema: { tags, response: { 204: Type.Null(), ...problems } },
    handler: async (request, reply) => {
      const { sessionId: id, user } = await principalOf(needs, request)
      await signOut(needs, { id, userId: user.id }, originOf(request))
      return reply.code(204).send(null)
    },
  })
  surface.get('/api/v1/users/me', {
    schema: { tags, response: { 200: UserBody, ...problems } },
    handler: async (request) => userBody((await principalOf(needs, request)).user),
  })
}

function authRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post('/api/v1/auth/register', {
    schema: { tags, security: [], body: RegisterBody, response: { 201: UserBody, ...problems } },
    handler: async (request, reply) => {
      if (!needs.registrationOpen) throw accountFailures.registration_closed()
      const { name, ...account } = request.body
      const input = { ...account, ...(name !== undefined && { profile: { name } }) }
      const user = await createUser(needs, input, { actor: 'anonymous', origin: originOf(request) })
      return reply.code(201).send(userBody(user))
    },
  })
  surface.post('/api/v1/auth/login', {
    schema: { tags, security: [], body: LoginBody, response: { 200: Tokens, ...problems } },
    handler: async (request) => {
      const { identifier, password } = request.body
      const origin = originOf(request)
      const user = await proveIdentity(needs, { identifier, password, origin })
      if (user === undefined) throw accountFailures.credentials()
      return startApiSession(needs, user.id, origin)
    },
  })
  surface.post('/api/v1/auth/refresh', {
    schema: { tags, security: [], body: RefreshBody, response: { 200: Tokens, ...problems } },
    handler: (request) => refreshApiSession(needs, request.body.refresh_token),
  })
}

export function userBody(user: User): Static<typeof UserBody> {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    email_verified: user.emailVerified,
    profile: user.profile,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  }
}
