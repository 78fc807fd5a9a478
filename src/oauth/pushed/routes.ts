import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import type { CertificateOf } from '../protocol-request.ts'
import { readProtocolRequest } from '../protocol-request.ts'
import { AuthorizeQuery, OAuthError } from '../schemas.ts'
import type { PushNeeds } from './push.ts'
import { push } from './push.ts'

export type PushedRouteNeeds = PushNeeds & { readonly certificateOf: CertificateOf }

const PushedAnswer = Type.Object(
  {
    request_uri: Type.String({ description: 'Stands for the request, once' }),
    expires_in: Type.Integer({ description: 'Seconds' }),
  },
  {
    examples: [
      {
        request_uri:
          'urn:ietf:params:oauth:request_uri:GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM',
        expires_in: 60,
      },
    ],
  },
)

/** The endpoint where clients push what they will send a browser for. */
export function pushedRoutes(surface: Surface, needs: PushedRouteNeeds): void {
  const schema = {
    tags: ['oauth'],
    operationId: 'pushAuthorizationRequest',
    summary: 'Push an authorization request (RFC 9126 section 2)',
    security: [{ client: [] }, {}],
    consumes: ['application/x-www-form-urlencoded'],
    body: Type.Partial(AuthorizeQuery),
    response: { 201: PushedAnswer, 400: OAuthError, 401: OAuthError, 503: OAuthError },
  }
  surface.post('/oauth/par', { schema }, async (request, reply) => {
    const answer = await push(needs, readProtocolRequest(request, needs.certificateOf))
    return reply.code(201).send(answer)
  })
}
