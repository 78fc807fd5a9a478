import { Type } from 'typebox'
import type { Client } from '../clients/index.ts'
import type { Reply, Request, Surface } from '../http/index.ts'
import { originOf } from '../http/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { nonceHeader } from './binding/binding.ts'
import type { Dpop } from './binding/dpop.ts'
import type { AnswerNeeds } from './answer.ts'
import type { ClientAuthNeeds } from './client-auth/authenticate.ts'
import { authenticateClient } from './client-auth/authenticate.ts'
import type { BackchannelRouteNeeds } from './ciba/routes.ts'
import { backchannelRoutes } from './ciba/routes.ts'
import type { DeviceRouteNeeds } from './device/routes.ts'
import { deviceRoutes } from './device/routes.ts'
import type { Documents } from './client-metadata-document/documents.ts'
import { readyDocuments } from './client-metadata-document/ready-routes.ts'
import { serverMetadata } from './discovery.ts'
import type { IntrospectNeeds } from './introspect.ts'
import { introspect } from './introspect.ts'
import {
  introspectionJwt,
  introspectionJwtType,
  wantsIntrospectionJwt,
} from './introspection-jwt.ts'
import type { RevokeNeeds } from './revoke.ts'
import { revoke } from './revoke.ts'
import type { PushedRouteNeeds } from './pushed/routes.ts'
import { pushedRoutes } from './pushed/routes.ts'
import type { CertificateOf, ProtocolRequest } from './protocol-request.ts'
import { readProtocolRequest } from './protocol-request.ts'
import type { ProtocolSettings } from './settings.ts'
import {
  IntrospectionAnswer,
  JwksAnswer,
  MetadataAnswer,
  OAuthError,
  TokenAnswer,
  TokenQuestion,
  TokenRequest,
  UserinfoAnswer,
} from './schemas.ts'
import type { TokenEndpoint } from './token/endpoint.ts'
import type { UserinfoNeeds } from './userinfo.ts'
import { userinfo } from './userinfo.ts'

export type ProtocolNeeds = IntrospectNeeds &
  AnswerNeeds &
  PushedRouteNeeds &
  DeviceRouteNeeds &
  BackchannelRouteNeeds &
  RevokeNeeds &
  UserinfoNeeds & {
    readonly keys: KeyRing
    readonly clientAuth: ClientAuthNeeds
    readonly token: TokenEndpoint
    readonly certificateOf: CertificateOf
    /** Whether certificates of clients can reach us. */
    readonly clientCertificates: boolean
    readonly protocol: ProtocolSettings
    readonly documents: Documents
  }

const tags = ['oauth']
const errors = { 400: OAuthError, 401: OAuthError, 503: OAuthError }
const consumes = ['application/x-www-form-urlencoded']

/** The endpoints that programs call. */
export function protocolRoutes(surface: Surface, needs: ProtocolNeeds): void {
  giveNonces(surface, needs.dpop)
  readyDocuments(surface, needs.documents)
  const security = [{ client: [] }, {}]
  const token = {
    tags,
    operationId: 'token',
    summary: 'Exchange a grant for tokens (RFC 6749 section 3.2)',
    security,
    consumes,
    body: TokenRequest,
    response: { 200: TokenAnswer, ...errors },
  }
  surface.post('/oauth/token', { schema: token }, (request) =>
    needs.token(readProtocolRequest(request, needs.certificateOf)),
  )
  const question = { tags, security, consumes, body: TokenQuestion }
  surface.post(
    '/oauth/introspect',
    {
      schema: {
        ...question,
        operationId: 'introspect',
        summary: 'Whether a token is active, and what it says (RFC 7662)',
        response: { 200: IntrospectionAnswer, ...errors },
      },
    },
    async (request, reply) => {
      const { client, parameters } = await authenticated(needs, request)
      const answer = await introspect(needs, client, parameters)
      if (!wantsIntrospectionJwt(request.headers.accept)) return answer
      const jwt = await introspectionJwt(needs, client, answer)
      return sendAs(introspectionJwtType, reply, jwt)
    },
  )
  surface.post(
    '/oauth/revoke',
    {
      schema: {
        ...question,
        operationId: 'revoke',
        summary: 'Make a token worthless (RFC 7009)',
        response: {
          200: Type.Null({ description: 'Nothing: the token is no longer active' }),
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { client, parameters } = await authenticated(needs, request)
      await revoke(needs, client, parameters, originOf(request))
      return reply.code(200).send(null)
    },
  )
  pushedRoutes(surface, needs)
  deviceRoutes(surface, needs)
  backchannelRoutes(surface, needs)
  userinfoRoutes(surface, needs)
  metadataRoutes(surface, needs)
}

/** RFC 9449 section 8.2: whoever sends proofs is told which nonce the next one has to have. */
function giveNonces(surface: Surface, dpop: Dpop): void {
  surface.addHook('onRequest', (request, reply, done) => {
    if (request.headers.dpop !== undefined) reply.headers(nonceHeader(dpop))
    done()
  })
}

function sendAs(type: string, reply: Reply, text: string): Reply {
  return reply.type(type).send(text)
}

function userinfoRoutes(surface: Surface, needs: ProtocolNeeds): void {
  const security = [{ bearer: [] }, { dpop: [] }]
  const schema = { tags, security, response: { 200: UserinfoAnswer, ...errors, 403: OAuthError } }
  const summary = 'What the person allowed the client to know (OpenID Connect Core section 5.3)'
  const get = { ...schema, operationId: 'getUserinfo', summary }
  const answer = async (request: Request, reply: Reply) => {
    const told = await userinfo(needs, readProtocolRequest(request, needs.certificateOf))
    return typeof told === 'string' ? sendAs('application/jwt', reply, told) : told
  }
  surface.get('/oauth/userinfo', { schema: get }, answer)
  const post = { ...schema, operationId: 'postUserinfo', summary, consumes }
  surface.post('/oauth/userinfo', { schema: post }, answer)
}

/** RFC 8414 section 3 and OIDC Discovery section 4; the underscore is a common misspelling. */
const metadataPaths = [
  ['/.well-known/openid-configuration', 'getOpenidConfiguration'],
  ['/.well-known/oauth-authorization-server', 'getAuthorizationServerMetadata'],
  ['/.well-known/openid_configuration', 'getOpenidConfigurationMisspelt'],
] as const

function metadataRoutes(surface: Surface, needs: ProtocolNeeds): void {
  const { issuer, protocol: settings, clientCertificates, signUp } = needs
  const metadata = serverMetadata({ issuer, settings, clientCertificates, signUp: signUp.mode })
  const readable = (reply: Reply, seconds: number) =>
    reply
      .header('cache-control', `public, max-age=${seconds}`)
      .header('access-control-allow-origin', '*')
      .removeHeader('pragma')
  const open = { tags, security: [] }
  for (const [path, operationId] of metadataPaths) {
    const summary = 'What this server can do (RFC 8414)'
    const schema = { ...open, operationId, summary, response: { 200: MetadataAnswer } }
    surface.get(path, { schema }, (_request, reply) => {
      readable(reply, 300)
      return metadata
    })
  }
  const summary = 'The keys that tokens are signed with (RFC 7517)'
  const jwks = { ...open, operationId: 'getJwks', summary, response: { 200: JwksAnswer } }
  surface.get('/oauth/jwks', { schema: jwks }, (_request, reply) => {
    readable(reply, 300)
    return needs.keys.jwks()
  })
}

async function authenticated(
  needs: ProtocolNeeds,
  request: Request,
): Promise<ProtocolRequest & { client: Client }> {
  const read = readProtocolRequest(request, needs.certificateOf)
  return { ...read, client: await authenticateClient(needs.clientAuth, read) }
}
