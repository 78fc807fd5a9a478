import formbody from '@fastify/formbody'
import type { Pages } from './page/pages.ts'
import { readQueries } from './query.ts'
import type { Renderer } from './render-failure.ts'
import { failureHandler, renderOAuth, renderPageWith, renderProblem } from './render-failure.ts'
import { dataHeaders, noStore } from './security-headers.ts'
import type { HttpServer, Surface } from './server.ts'

type Routes = (surface: Surface) => void

/** Protocol endpoints: form bodies only, RFC 6749 errors, nothing stored, readable from other origins. */
export async function oauthSurface(app: HttpServer, routes: Routes): Promise<void> {
  await open(app, renderOAuth, true, asData(routes))
}

/** The JSON API: JSON bodies only, RFC 9457 problems. */
export async function apiSurface(app: HttpServer, routes: Routes): Promise<void> {
  await open(
    app,
    renderProblem,
    false,
    asData((surface) => {
      readQueries(surface)
      routes(surface)
    }),
  )
}

/** Pages for people: form bodies only, HTML errors. */
export async function pagesSurface(app: HttpServer, pages: Pages, routes: Routes): Promise<void> {
  await open(app, renderPageWith(pages), true, routes)
}

/** Registration of clients: JSON bodies only, errors as those of the protocol endpoints (RFC 7591). */
export async function registrationSurface(app: HttpServer, routes: Routes): Promise<void> {
  await open(app, renderOAuth, false, asData(routes))
}

/** Health and metrics. */
export async function opsSurface(app: HttpServer, routes: Routes): Promise<void> {
  await open(app, renderOAuth, false, asData(routes))
}

/** Answers that are no documents: nothing may frame or keep them. */
function asData(routes: Routes): Routes {
  const headers = { ...dataHeaders, ...noStore }
  return (surface) => {
    surface.addHook('onRequest', (_request, reply, done) => {
      reply.headers(headers)
      done()
    })
    routes(surface)
  }
}

async function open(
  app: HttpServer,
  render: Renderer,
  form: boolean,
  routes: Routes,
): Promise<void> {
  await app.register(async (surface) => {
    surface.setErrorHandler(failureHandler(render, form))
    if (form) {
      surface.removeAllContentTypeParsers()
      await surface.register(formbody)
    } else surface.removeContentTypeParser('text/plain')
    // The protocol parameters are parsed and judged by the endpoints, which speak RFC 6749 errors.
    if (form) surface.setValidatorCompiler(() => () => true)
    routes(surface)
  })
}
