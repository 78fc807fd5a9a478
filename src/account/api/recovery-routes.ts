import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import {
  confirmEmailByLink,
  reactivate,
  requestRecovery,
  resetPassword,
} from '../../identity/index.ts'
import { admitPublic, admitWorthy } from '../../login/index.ts'
import type { AccountNeeds } from '../needs.ts'
import {
  Accepted,
  ForgotBody,
  LinkBody,
  problems,
  ResetBody,
  UserBody,
  userBody,
} from './schemas.ts'

const tags = ['account']
const open = { tags, security: [] }

/** What a person does with the link of a letter, without being signed in. */
export function recoveryRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.post('/api/v1/auth/forgot-password', {
    schema: {
      ...open,
      operationId: 'forgotPassword',
      summary: 'Ask for a link that resets the password; the answer is the same for every account',
      body: ForgotBody,
      response: { 202: Accepted, ...problems },
    },
    handler: async (request, reply) => {
      const { identifier } = request.body
      await admitWorthy(needs, { request, reply }, ['recovery', { account: identifier }])
      await requestRecovery(needs, identifier, needs.visitor(request))
      return reply.code(202).send({ status: 'accepted' })
    },
  })
  surface.post('/api/v1/auth/reset-password', {
    schema: {
      ...open,
      operationId: 'resetPassword',
      summary: 'Set a new password with the link of the mail; it signs nobody in',
      body: ResetBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await admitPublic(needs, { request, reply })
      const { token, password, end_sessions: endSessions = true } = request.body
      await resetPassword(needs, { token, password, endSessions }, needs.visitor(request))
      return reply.code(204).send(null)
    },
  })
  surface.post('/api/v1/auth/confirm-email', {
    schema: {
      ...open,
      operationId: 'confirmEmail',
      summary: 'Prove an email address with the link of the mail',
      body: LinkBody,
      response: { 200: UserBody, ...problems },
    },
    handler: async (request, reply) => {
      await admitPublic(needs, { request, reply })
      const { token } = request.body
      return userBody(await confirmEmailByLink(needs, token, needs.visitor(request)))
    },
  })
  surface.post('/api/v1/auth/reactivate', {
    schema: {
      ...open,
      operationId: 'reactivate',
      summary: 'Bring a deactivated account back with the link of the mail; it signs nobody in',
      body: LinkBody,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await admitPublic(needs, { request, reply })
      await reactivate(needs, request.body.token, needs.visitor(request))
      return reply.code(204).send(null)
    },
  })
}
