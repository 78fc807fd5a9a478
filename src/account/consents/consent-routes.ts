import { Type } from 'typebox'
import type { ClientId } from '../../base/index.ts'
import { hasControls } from '../../base/index.ts'
import { clientFailures } from '../../clients/index.ts'
import type { Surface } from '../../http/index.ts'
import { originOf, pageBody, pageQuery, sendPage } from '../../http/index.ts'
import { revokeConsent, revokeConsents } from '../../oauth/index.ts'
import { problems } from '../api/schemas.ts'
import type { AccountNeeds } from '../needs.ts'
import { principalOf } from '../principal.ts'
import { ConsentBody, RevokedConsents } from './consent-body.ts'
import { readConsents } from './read-consents.ts'

const tags = ['account']
const path = '/api/v1/users/me/consents'

/** What a person allowed applications, and taking it back (ASVS 10.7.3). */
export function consentRoutes(surface: Surface, needs: AccountNeeds): void {
  surface.get(path, {
    schema: {
      tags,
      operationId: 'listMyConsents',
      summary: 'The applications that may act for the caller',
      querystring: Type.Object(pageQuery, { additionalProperties: false }),
      response: { 200: pageBody(ConsentBody), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      return sendPage(request, reply, await readConsents(needs, user.id, request.query))
    },
  })
  surface.delete(`${path}/:client_id`, {
    schema: {
      tags,
      operationId: 'revokeMyConsent',
      summary: 'Take back what the caller allowed an application; all it holds ends',
      params: Type.Object({ client_id: Type.String({ maxLength: 1024 }) }),
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      const { user } = await principalOf(needs, request)
      const by = { actor: `user:${user.id}`, origin: originOf(request) }
      await revokeConsent(needs, { userId: user.id, clientId: namedClient(request.params) }, by)
      return reply.code(204).send(null)
    },
  })
  surface.delete(path, {
    schema: {
      tags,
      operationId: 'revokeMyConsents',
      summary: 'Take back what the caller allowed all applications',
      response: { 200: RevokedConsents, ...problems },
    },
    handler: async (request) => {
      const { user } = await principalOf(needs, request)
      const by = { actor: `user:${user.id}`, origin: originOf(request) }
      return revokeConsents(needs, user.id, by)
    },
  })
}

function namedClient({ client_id: id }: { readonly client_id: string }): ClientId {
  if (hasControls(id)) throw clientFailures.unknown_consent()
  return id as ClientId
}
