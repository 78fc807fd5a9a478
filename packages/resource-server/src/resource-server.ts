import type { IncomingMessage, ServerResponse } from 'node:http'
import { jwtVerify } from 'jose'
import type { AuthorizationServer } from './authorization-server.ts'
import { authorizationServer } from './authorization-server.ts'
import { createReplays, proofAlgorithms, verifyProof } from './proof.ts'
import type { Refusal } from './refusal.ts'
import { ResourceError } from './refusal.ts'
import type { Demands, Token } from './token.ts'
import { unmet } from './token.ts'

export type ResourceServerOptions = {
  /** The address of the API, as clients and tokens name it (RFC 8707); tokens for others are refused. */
  readonly resource: string
  /** The issuer of the tokens. */
  readonly issuer: string
  /** Scopes that clients are told of (RFC 9728 section 2, `scopes_supported`). */
  readonly scopes?: readonly string[]
  readonly name?: string
  readonly documentation?: string
  /** Refuses tokens that are bound to no key. */
  readonly requireBinding?: boolean
  /** Who the API is at the introspection endpoint; needed for opaque tokens only (RFC 7662). */
  readonly introspection?: { readonly clientId: string; readonly clientSecret: string }
  readonly fetch?: typeof globalThis.fetch
  readonly now?: () => number
}

/** The parts of a request that decide. `url` is where the client sent it: behind a proxy, the outer address. */
type Asked = {
  readonly method: string
  readonly url: string
  readonly authorization: string | undefined
  readonly dpop: string | undefined
}

/** Middleware of Express, Connect and whatever speaks like them; a verified token is `request.auth`. */
export type Guard = (
  request: IncomingMessage & { auth?: Token; originalUrl?: string },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

export type ResourceServer = {
  /** RFC 9728 section 2. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** RFC 9728 section 3.1: where the metadata is to be found, a path on the host of the resource. */
  readonly metadataPath: string
  /** Serves the metadata at its path, and passes every other request on. */
  readonly serveMetadata: Guard
  /** Lets requests in whose token is good and meets the demands. */
  readonly guard: (demands?: Demands) => Guard
  /** The same for servers that speak `Request`. Throws a `ResourceError`. */
  readonly verify: (request: Request, demands?: Demands) => Promise<Token>
}

export function createResourceServer(options: ResourceServerOptions): ResourceServer {
  const { resource, issuer, fetch = globalThis.fetch, now = () => Date.now() / 1000 } = options
  const { origin, pathname } = new URL(resource)
  const metadataPath = `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  const metadata = describe(options)
  const server = authorizationServer(issuer, fetch)
  const isNew = createReplays(now)

  const refuse = (code: Refusal, ask: Record<string, string> = {}, cause?: unknown) =>
    new ResourceError(code, { resource_metadata: `${origin}${metadataPath}`, ...ask }, cause)

  const verify = async (asked: Asked, demands: Demands): Promise<Token> => {
    const [, scheme = '', text = ''] = /^(\w+) +(\S+)$/.exec(asked.authorization ?? '') ?? []
    const isBound = scheme.toLowerCase() === 'dpop'
    if (!isBound && scheme.toLowerCase() !== 'bearer')
      throw refuse('missing_token', wanted(demands))
    const token = await read(options, await server(), text).catch((error: unknown) => {
      throw refuse('invalid_token', {}, error)
    })
    const jkt = token.cnf?.jkt
    // RFC 9449 section 7.2: a bound token is no bearer token. We see no certificates, so those are refused.
    const fits = isBound === (jkt !== undefined) && token.cnf?.['x5t#S256'] === undefined
    if (!fits || (options.requireBinding === true && jkt === undefined))
      throw refuse('invalid_token')
    if (jkt !== undefined) {
      const proved = { method: asked.method, url: asked.url, accessToken: text, jkt }
      await verifyProof(asked.dpop ?? '', proved, isNew).catch((error: unknown) => {
        const algs = { scheme: 'DPoP', algs: proofAlgorithms.join(' ') }
        throw refuse('invalid_dpop_proof', algs, error)
      })
    }
    const missing = unmet(token, demands, now())
    if (missing !== undefined) throw refuse(missing.code, missing.ask)
    return token
  }

  return {
    metadata,
    metadataPath,
    serveMetadata: (request, response, next) => {
      const path = (request.originalUrl ?? request.url ?? '').split('?')[0]
      if (path !== metadataPath || request.method !== 'GET') return next()
      response.setHeader('content-type', 'application/json')
      response.setHeader('access-control-allow-origin', '*')
      response.end(JSON.stringify(metadata))
    },
    guard: (demands = {}) => middleware((asked) => verify(asked, demands), origin),
    verify: (request, demands = {}) =>
      verify(
        {
          method: request.method,
          url: origin + new URL(request.url).pathname,
          authorization: request.headers.get('authorization') ?? undefined,
          dpop: request.headers.get('dpop') ?? undefined,
        },
        demands,
      ),
  }
}

/** RFC 9728 section 2. */
function describe(options: ResourceServerOptions): Readonly<Record<string, unknown>> {
  const { resource, issuer, scopes, name, documentation, requireBinding } = options
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    ...(scopes !== undefined && { scopes_supported: scopes }),
    ...(name !== undefined && { resource_name: name }),
    ...(documentation !== undefined && { resource_documentation: documentation }),
    ...(requireBinding === true && { dpop_bound_access_tokens_required: true }),
  }
}

/** A client that comes without a token is told at once what to ask for. */
function wanted({ scopes = [] }: Demands): Record<string, string> {
  return scopes.length === 0 ? {} : { scope: scopes.join(' ') }
}

/** RFC 9068 section 4 for a JWT; whatever is none is asked of the introspection endpoint. */
async function read(
  options: ResourceServerOptions,
  server: AuthorizationServer,
  text: string,
): Promise<Token> {
  const { issuer, resource: audience } = options
  if (text.split('.').length !== 3) return introspect(options, server, text)
  const { payload } = await jwtVerify<Token>(text, server.keys, {
    issuer,
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA', 'Ed25519'],
    requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti'],
  })
  return payload
}

async function introspect(
  { introspection, resource, fetch = globalThis.fetch }: ResourceServerOptions,
  { introspectionEndpoint: endpoint }: AuthorizationServer,
  token: string,
): Promise<Token> {
  if (introspection === undefined || endpoint === undefined) throw new Error('not a JWT')
  const { clientId, clientSecret } = introspection
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  if (!answer.ok) throw new Error(`The introspection endpoint answered ${answer.status}.`)
  const body = (await answer.json()) as Token & { readonly active?: boolean }
  const audiences = [body.aud].flat()
  if (body.active !== true || !audiences.includes(resource)) throw new Error('not active here')
  return body
}

function middleware(verify: (asked: Asked) => Promise<Token>, origin: string): Guard {
  const askedOf = (request: Parameters<Guard>[0]): Asked => {
    const { dpop } = request.headersDistinct
    return {
      method: request.method ?? 'GET',
      url: new URL(request.originalUrl ?? request.url ?? '/', origin).href,
      authorization: request.headers.authorization,
      dpop: dpop?.length === 1 ? dpop[0] : undefined,
    }
  }
  const admit = async (...[request, response, next]: Parameters<Guard>): Promise<void> => {
    try {
      request.auth = await verify(askedOf(request))
    } catch (error) {
      return error instanceof ResourceError ? answer(response, error) : next(error)
    }
    next()
  }
  return (request, response, next) => {
    void admit(request, response, next)
  }
}

function answer(response: ServerResponse, { status, headers, code }: ResourceError): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ error: code }))
}
