import cookie from '@fastify/cookie'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import Fastify, { LogController } from 'fastify'
import { stopwatch } from '../base/index.ts'
import { deprecationHeaders } from './deprecation.ts'
import { lazyCompilers } from './lazy-compilers.ts'
import { notFound } from './not-found.ts'
import { clientAddress } from './origin.ts'
import type { Pages } from './page/pages.ts'
import { commonHeaders } from './security-headers.ts'
import type { TlsNeeds } from './tls.ts'
import { createTlsListener } from './tls.ts'

export type Surface = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>
export type HttpServer = Surface
export type Request = FastifyRequest
export type Reply = FastifyReply

export type ServerNeeds = {
  readonly log: FastifyBaseLogger
  /** Where the world reaches the server, without a slash at the end. */
  readonly publicUrl: string
  readonly secure: boolean
  readonly trustedProxies: readonly string[]
  readonly bodyLimit: number
  /** Seconds. */
  readonly requestTimeout: number
  readonly newRequestId: () => string
  readonly pages: Pages
  /** Undefined where a proxy ends TLS. */
  readonly tls: Omit<TlsNeeds, 'onChange'> | undefined
  /** True once no more requests should come; connections then close after their answer. */
  readonly draining: () => boolean
  readonly observe: (request: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly seconds: number
  }) => void
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly publicUrl: string
  }
}

/** An HTTP server with what holds for every surface: ids, headers, cookies, logging, 404 and 405. */
export async function createServer(needs: ServerNeeds): Promise<HttpServer> {
  const listener = needs.tls && openTls(needs.tls, needs.log)
  const app = Fastify({
    ...(listener && { serverFactory: listener.open }),
    loggerInstance: needs.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: needs.bodyLimit,
    requestTimeout: needs.requestTimeout * 1000,
    trustProxy: needs.trustedProxies.length === 0 ? false : [...needs.trustedProxies],
    genReqId: needs.newRequestId,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2048 },
    schemaController: { compilersFactory: lazyCompilers() },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>()
  if (listener) app.addHook('onClose', async () => listener.close())
  app.decorate('publicUrl', needs.publicUrl)
  await app.register(cookie)
  const headers = commonHeaders(needs.secure)
  // These run for every request, so they call back: a promise for each would cost more than what they do.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id)
    stopwatches.set(request, stopwatch())
    done()
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { deprecated } = request.routeOptions.config ?? {}
    if (deprecated !== undefined) reply.headers(deprecationHeaders(deprecated))
    if (needs.draining()) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    report(needs, request, reply)
    done()
  })
  notFound(app, needs.pages)
  return app
}

function openTls(tls: NonNullable<ServerNeeds['tls']>, log: FastifyBaseLogger) {
  return createTlsListener({
    ...tls,
    onChange: (err) =>
      err === undefined
        ? log.info({}, 'the TLS certificate was read again')
        : log.error({ err }, 'the TLS certificate cannot be read'),
  })
}

const stopwatches = new WeakMap<FastifyRequest, () => number>()

function report(needs: ServerNeeds, request: FastifyRequest, reply: FastifyReply): void {
  const millis = stopwatches.get(request)?.() ?? 0
  const route = request.routeOptions.url ?? 'unmatched'
  const { method } = request
  needs.observe({ method, route, status: reply.statusCode, seconds: millis / 1000 })
  const quiet = route.startsWith('/health') || route.startsWith('/assets') || route === '/metrics'
  const level = reply.statusCode >= 500 ? 'error' : quiet ? 'debug' : 'info'
  const facts = {
    method,
    route,
    status: reply.statusCode,
    ms: Math.round(millis),
    ip: clientAddress(request),
  }
  request.log[level](facts, 'request')
}
