import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import type { CertificateOf } from '../protocol-request.ts'
import { readProtocolRequest } from '../protocol-request.ts'
import { OAuthError } from '../schemas.ts'
import type { BackchannelNeeds } from './start-backchannel.ts'
import { startBackchannel } from './start-backchannel.ts'

export type BackchannelRouteNeeds = BackchannelNeeds & { readonly certificateOf: CertificateOf }

const text = () => Type.Optional(Type.String())

const BackchannelBody = Type.Object(
  {
    scope: text(),
    login_hint: text(),
    id_token_hint: text(),
    binding_message: text(),
    acr_values: text(),
    requested_expiry: text(),
    client_notification_token: text(),
    request: text(),
    resource: text(),
    authorization_details: text(),
    client_id: text(),
    client_secret: text(),
    client_assertion: text(),
    client_assertion_type: text(),
  },
  { examples: [{ scope: 'openid', login_hint: 'ada', binding_message: 'W4SCT' }] },
)

const BackchannelAnswer = Type.Object(
  {
    auth_req_id: Type.String({ description: 'What the client polls with' }),
    expires_in: Type.Integer({ description: 'Seconds' }),
    interval: Type.Integer({ description: 'Seconds between two polls' }),
  },
  {
    examples: [
      {
        auth_req_id: 'GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM',
        expires_in: 300,
        interval: 5,
      },
    ],
  },
)

/** Where a client asks somebody who is not at it (CIBA). */
export function backchannelRoutes(surface: Surface, needs: BackchannelRouteNeeds): void {
  const schema = {
    tags: ['oauth'],
    operationId: 'authenticateByBackchannel',
    summary: 'Ask a person on a device of their own (OpenID Connect CIBA section 7)',
    security: [{ client: [] }, {}],
    consumes: ['application/x-www-form-urlencoded'],
    body: BackchannelBody,
    response: {
      200: BackchannelAnswer,
      400: OAuthError,
      401: OAuthError,
      403: OAuthError,
      429: OAuthError,
      503: OAuthError,
    },
  }
  surface.post('/oauth/backchannel', { schema }, (request) =>
    startBackchannel(needs, readProtocolRequest(request, needs.certificateOf)),
  )
}
