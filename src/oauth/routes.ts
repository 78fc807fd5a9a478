import { Type } from 'typebox'
import type { Client } from '../clients/index.ts'
import type { Parameters, Reply, Request, Surface } from '../http/index.ts'
import { originOf, parseParameters } from '../http/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { ClientAuthNeeds } from './client-auth/authenticate.ts'
import { authenticateClient } from './client-auth/authenticate.ts'
import { serverMetadata } from './discovery.ts'
import type { IntrospectNeeds } from './introspect.ts'
import { introspect } from './introspect.ts'
import type { RevokeNeeds } from './revoke.ts'
import { revoke } from './revoke.ts'
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
import { bearerToken, userinfo } from './userinfo.ts'

export type ProtocolNeeds = IntrospectNeeds &
  RevokeNeeds &
  UserinfoNeeds & {
    readonly keys: KeyRing
    readonly clientAuth: ClientAuthNeeds
    readonly token: TokenEndpoint
  }

const tags = ['oauth']
const errors = { 400: OAuthError, 401: OAuthError, 503: OAuthError }
const consumes = ['application/x-www-form-urlencoded']

/** The endpoints that programs call. */
export function protocolRoutes(surface: Surface, needs: ProtocolNeeds): void {
  const security = [{ client: [] }, {}]
  const token = {
    tags,
    security,
    consumes,
    body: TokenRequest,
    response: { 200: TokenAnswer, ...errors },
  }
  surface.post('/oauth/token', { schema: token }, (request) =>
    needs.token(request.headers.authorization, parseParameters(request.body), originOf(request)),
  )
  const question = { tags, security, consumes, body: TokenQuestion }
  surface.post(
    '/oauth/introspect',
    { schema: { ...question, response: { 200: IntrospectionAnswer, ...errors } } },
    async (request) => {
      const { client, parameters } = await authenticated(needs, request)
      return introspect(needs, client, parameters)
    },
  )
  surface.post(
    '/oauth/revoke',
    {
      schema: {
        ...question,
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
  userinfoRoutes(surface, needs)
  metadataRoutes(surface, needs)
}

function userinfoRoutes(surface: Surface, needs: ProtocolNeeds): void {
  const security = [{ bearer: [] }]
  const schema = { tags, security, response: { 200: UserinfoAnswer, ...errors, 403: OAuthError } }
  surface.get('/oauth/userinfo', { schema }, (request) =>
    userinfo(needs, bearerToken(request.headers.authorization, undefined)),
  )
  surface.post('/oauth/userinfo', { schema: { ...schema, consumes } }, (request) => {
    const inBody = parseParameters(request.body).get('access_token')
    return userinfo(needs, bearerToken(request.headers.authorization, inBody))
  })
}

/** RFC 8414 section 3 and OIDC Discovery section 4; the underscore is a common misspelling. */
const metadataPaths = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid_configuration',
]

function metadataRoutes(surface: Surface, needs: ProtocolNeeds): void {
  const metadata = serverMetadata(needs.issuer)
  const readable = (reply: Reply, seconds: number) =>
    reply
      .header('cache-control', `public, max-age=${seconds}`)
      .header('access-control-allow-origin', '*')
      .removeHeader('pragma')
  for (const path of metadataPaths) {
    surface.get(
      path,
      { schema: { tags, response: { 200: MetadataAnswer } } },
      (_request, reply) => {
        readable(reply, 300)
        return metadata
      },
    )
  }
  surface.get(
    '/oauth/jwks',
    { schema: { tags, response: { 200: JwksAnswer } } },
    (_request, reply) => {
      readable(reply, 300)
      return needs.keys.jwks()
    },
  )
}

async function authenticated(
  needs: ProtocolNeeds,
  request: Request,
): Promise<{ client: Client; parameters: Parameters }> {
  const parameters = parseParameters(request.body)
  const client = await authenticateClient(
    needs.clientAuth,
    { authorization: request.headers.authorization, ip: originOf(request).ip },
    parameters,
  )
  return { client, parameters }
}
