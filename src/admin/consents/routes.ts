import { Type } from 'typebox'
import {
  ConsentBody,
  needs as permission,
  problems,
  RevokedConsents,
  readConsents,
} from '../../account/index.ts'
import type { Surface } from '../../http/index.ts'
import { revokeConsent, revokeConsents } from '../../oauth/index.ts'
import { actOn, userIdOf, userOf } from '../acting.ts'
import { clientIdOf } from '../clients/client.ts'
import type { AdminNeeds } from '../needs.ts'
import { pageBody, pageQuery, sendPage } from '../paging.ts'

const tags = ['admin']
const path = '/api/v1/admin/users/:user_id/consents'
const uuid = Type.String({ format: 'uuid' })
const Params = Type.Object({ user_id: uuid })
const OneParams = Type.Object({ user_id: uuid, client_id: Type.String({ maxLength: 1024 }) })

/** What people allowed applications. */
export function consentAdminRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.consent:read', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'listUserConsents',
      summary: 'The applications that may act for a user',
      params: Params,
      querystring: Type.Object(pageQuery, { additionalProperties: false }),
      response: { 200: pageBody(ConsentBody), ...problems },
    },
    handler: async (request, reply) => {
      const { id } = await userOf(needs, request.params.user_id)
      const { clock } = needs
      const page = await needs.reads((db) => readConsents({ db, clock }, id, request.query))
      return sendPage(request, reply, page)
    },
  })
  surface.delete(`${path}/:client_id`, {
    config: permission('cardea.consent:revoke', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'revokeUserConsent',
      summary: 'Take back what a user allowed an application; all it holds ends',
      params: OneParams,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user_id: user, client_id: client } = request.params
      const { by } = await actOn(needs, request, user)
      const consent = { userId: userIdOf(user), clientId: clientIdOf(client) }
      await revokeConsent(needs, consent, by)
      return reply.code(204).send(null)
    },
  })
  surface.delete(path, {
    config: permission('cardea.consent:revoke', { of: 'user_id' }),
    schema: {
      tags,
      operationId: 'revokeUserConsents',
      summary: 'Take back what a user allowed all applications',
      params: Params,
      response: { 200: RevokedConsents, ...problems },
    },
    handler: async (request) => {
      const { by } = await actOn(needs, request, request.params.user_id)
      const { id } = await userOf(needs, request.params.user_id)
      return revokeConsents(needs, id, by)
    },
  })
}
