import { Type } from 'typebox'
import type { Surface } from '../../http/index.ts'
import type { CertificateOf } from '../protocol-request.ts'
import { readProtocolRequest } from '../protocol-request.ts'
import { OAuthError } from '../schemas.ts'
import type { DeviceNeeds } from './start-device.ts'
import { startDevice } from './start-device.ts'

export type DeviceRouteNeeds = DeviceNeeds & { readonly certificateOf: CertificateOf }

const text = () => Type.Optional(Type.String())

const DeviceRequest = Type.Object(
  {
    client_id: text(),
    client_secret: text(),
    client_assertion: text(),
    client_assertion_type: text(),
    scope: text(),
    resource: text(),
    authorization_details: text(),
  },
  { examples: [{ client_id: 'television', scope: 'openid profile' }] },
)

const DeviceAnswer = Type.Object(
  {
    device_code: Type.String({ description: 'For the device, which polls with it' }),
    user_code: Type.String({ description: 'For the person, who types it' }),
    verification_uri: Type.String({ description: 'Where the person types it' }),
    verification_uri_complete: Type.String({ description: 'The same with the code in it' }),
    expires_in: Type.Integer({ description: 'Seconds' }),
    interval: Type.Integer({ description: 'Seconds between two polls' }),
  },
  {
    examples: [
      {
        device_code: 'GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://id.example.com/device',
        verification_uri_complete: 'https://id.example.com/device?user_code=WDJB-MJHT',
        expires_in: 600,
        interval: 5,
      },
    ],
  },
)

/** Where a device without a browser begins. */
export function deviceRoutes(surface: Surface, needs: DeviceRouteNeeds): void {
  const schema = {
    tags: ['oauth'],
    operationId: 'authorizeDevice',
    summary: 'Get the codes by which a device is allowed access (RFC 8628 section 3.1)',
    security: [{ client: [] }, {}],
    consumes: ['application/x-www-form-urlencoded'],
    body: DeviceRequest,
    response: {
      200: DeviceAnswer,
      400: OAuthError,
      401: OAuthError,
      429: OAuthError,
      503: OAuthError,
    },
  }
  surface.post('/oauth/device', { schema }, (request) =>
    startDevice(needs, readProtocolRequest(request, needs.certificateOf)),
  )
}
