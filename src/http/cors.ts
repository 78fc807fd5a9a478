import type { FastifyRequest } from 'fastify'
import type { HttpServer, Reply } from './server.ts'

export type CorsNeeds = {
  /** Our own: it needs no permission. */
  readonly ownOrigin: string
  /** Whether browsers may call us from an origin. */
  readonly allows: (origin: string) => Promise<boolean>
}

/** Seconds for which a browser remembers the answer to its question. */
const maxAge = 600

/** A client that registers itself is not known before: this asks for no cookie, and tells nobody else's things. */
const registration = '/oauth/register'

/** Where scripts of other origins may call us, and how: never a page, and never the way to one. */
const open: ReadonlyMap<string, string> = new Map([
  ['/oauth/token', 'POST'],
  ['/oauth/par', 'POST'],
  ['/oauth/revoke', 'POST'],
  ['/oauth/userinfo', 'GET, POST'],
  [registration, 'POST'],
])
const apiMethods = 'GET, POST, PUT, PATCH, DELETE'

const requestHeaders = 'authorization, content-type, dpop, if-match, idempotency-key'
const answerHeaders = [
  'dpop-nonce',
  'etag',
  'link',
  'location',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
  'x-request-id',
].join(', ')

/**
 * Lets scripts of registered origins, and no others, read our answers (Fetch standard, section 3.3). Cookies
 * are never asked for: there is no `access-control-allow-credentials`. Every such answer says that it depends
 * on the origin, and an origin that is not registered learns nothing, not even that it is not.
 */
export function allowOrigins(app: HttpServer, needs: CorsNeeds): void {
  // Runs for every request, so it waits only where a browser asks.
  app.addHook('onRequest', (request, reply, done) => {
    const methods = methodsAt(request.url)
    if (methods === undefined) return done()
    reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined) return done()
    return answerOrigin(needs, { request, reply, origin, methods })
  })
}

type Asked = {
  readonly request: FastifyRequest
  readonly reply: Reply
  readonly origin: string
  readonly methods: string
}

async function answerOrigin(
  needs: CorsNeeds,
  { request, reply, origin, methods }: Asked,
): Promise<void> {
  if (!(await isAllowed(needs, origin, request))) return
  reply.header('access-control-allow-origin', origin)
  if (isPreflight(request)) answerPreflight(reply, methods)
  else reply.header('access-control-expose-headers', answerHeaders)
}

function methodsAt(url: string): string | undefined {
  const path = url.split('?', 1)[0] ?? ''
  if (path.startsWith(`${registration}/`)) return 'GET, PUT, DELETE'
  return path.startsWith('/api/v1/') ? apiMethods : open.get(path)
}

/** Without the database nobody is allowed; the request itself goes on. */
async function isAllowed(
  { ownOrigin, allows }: CorsNeeds,
  origin: string,
  request: FastifyRequest,
): Promise<boolean> {
  if (origin === ownOrigin || origin === 'null') return false
  if (request.url.split('?', 1)[0] === registration) return true
  try {
    return await allows(origin)
  } catch (err) {
    request.log.warn({ err }, 'looking for an origin failed')
    return false
  }
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

function answerPreflight(reply: Reply, methods: string): Reply {
  return reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': String(maxAge),
    })
    .send()
}
