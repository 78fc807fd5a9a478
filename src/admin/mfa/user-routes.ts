import { Type } from 'typebox'
import { needs as permission, problems } from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { identityFailures, startFactorRecovery } from '../../identity/index.ts'
import { forgetDevices } from '../../mfa/index.ts'
import { help, userOf } from '../acting.ts'
import type { AdminNeeds } from '../needs.ts'
import { requireEnrolment, resetUserFactors } from './change-user-mfa.ts'
import { readUserMfa, UserMfaBody } from './read-user-mfa.ts'

const tags = ['admin']
const path = '/api/v1/admin/users/:user_id/mfa'
const params = Type.Object({ user_id: Type.String({ format: 'uuid' }) })

/** The second factors of somebody else: seen without their secrets, and taken away when they are lost. */
export function userMfaRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.factor:read', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'getUserMfa',
      summary: 'What a user has beside the password',
      params,
      response: { 200: UserMfaBody, ...problems },
    },
    handler: async (request) => {
      return readUserMfa(needs, await userOf(needs, request.params.user_id))
    },
  })
  recoveryRoutes(surface, needs)
  const one = { tags, params, response: { 204: Type.Null(), ...problems } }
  surface.post(`${path}/require-enrolment`, {
    config: permission('cardea.factor:manage', { of: 'user_id', recent: true }),
    schema: {
      ...one,
      operationId: 'requireUserEnrolment',
      summary: 'Ask for a second factor at the next sign-in, whatever the policy says',
    },
    handler: async (request, reply) => {
      await requireEnrolment(needs, await help(needs, request, request.params.user_id))
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/forget-devices`, {
    config: permission('cardea.factor:manage', { of: 'user_id', recent: true }),
    schema: {
      ...one,
      operationId: 'forgetUserDevices',
      summary: 'Ask for the second factor again in every browser that was remembered',
    },
    handler: async (request, reply) => {
      const { person, by } = await help(needs, request, request.params.user_id)
      await forgetDevices(needs.mfa, { person, ...by })
      return reply.code(204).send(null)
    },
  })
}

/** Two ways back for who has lost every factor. */
function recoveryRoutes(surface: Surface, needs: AdminNeeds): void {
  const one = { tags, params, response: { 204: Type.Null(), ...problems } }
  surface.post(`${path}/reset`, {
    config: permission('cardea.factor:manage', { of: 'user_id', recent: true }),
    schema: {
      ...one,
      operationId: 'resetUserMfa',
      summary: 'Remove every second factor; every session ends',
    },
    handler: async (request, reply) => {
      await resetUserFactors(needs, await help(needs, request, request.params.user_id))
      return reply.code(204).send(null)
    },
  })
  surface.post(`${path}/start-recovery`, {
    config: permission('cardea.factor:manage', { of: 'user_id', recent: true }),
    schema: {
      ...one,
      operationId: 'startUserMfaRecovery',
      summary: 'Mail a link that replaces the second factors; it also asks for the password',
    },
    handler: async (request, reply) => {
      const { person, visitor, by } = await help(needs, request, request.params.user_id)
      const { email, profile } = person
      if (email === null || !person.isActive) throw identityFailures.unknown_user()
      const recovery = { user: person, email, startedBy: by.actor }
      const { locale = visitor.locale } = profile
      await startFactorRecovery(needs, recovery, { ...visitor, locale })
      return reply.code(204).send(null)
    },
  })
}
