import type { FastifyRequest } from 'fastify'
import type { Failure } from '../base/index.ts'
import { httpFailures } from './failures.ts'
import type { Pages } from './page/pages.ts'
import type { Renderer } from './render-failure.ts'
import { failureHandler, renderOAuth, renderPageWith, renderProblem } from './render-failure.ts'
import type { HttpServer } from './server.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Answers 404, or 405 with `Allow` where the address exists for another method (RFC 9110 section 15.5.6). */
export function notFound(app: HttpServer, pages: Pages): void {
  const onPage = renderPageWith(pages)
  app.setErrorHandler(failureHandler(onPage, false))
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.split('?', 1)[0] ?? '/'
    const allowed = methods.filter((method) => app.hasRoute({ method, url }))
    const failure: Failure =
      allowed.length === 0
        ? httpFailures.not_found()
        : httpFailures.method_not_allowed({ headers: { allow: allowed.join(', ') } })
    return failureHandler(rendererOf(request, onPage), false)(asError(failure), request, reply)
  })
}

/** Where no route matched there is no surface, so the address decides how the failure is told. */
function rendererOf(request: FastifyRequest, onPage: Renderer): Renderer {
  if (/^\/(api|access)\//.test(request.url)) return renderProblem
  if (/^\/(oauth|\.well-known|health|metrics)/.test(request.url)) return renderOAuth
  return onPage
}

function asError(failure: Failure) {
  return Object.assign(failure, { code: failure.kind.code })
}
