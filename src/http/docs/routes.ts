import { readFile } from 'node:fs/promises'
import { httpFailures } from '../failures.ts'
import { dataHeaders } from '../security-headers.ts'
import type { Reply, Surface } from '../server.ts'
import { lazyReference } from './load-reference.ts'
import { referencePage } from './reference-page.ts'

const hidden = { schema: { hide: true } }

/** Own pages, own stylesheet, nothing else: no script, no font, no frame, no form. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The description of the API for programs and for people, rendered here and only when asked for. */
export function docsRoutes(surface: Surface): void {
  const load = lazyReference()
  surface.get('/openapi.json', hidden, async (request, reply) => {
    const { text, etag } = await load()
    reply.headers({ etag, 'cache-control': 'no-cache' }).removeHeader('pragma')
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(text)
  })
  surface.get('/docs', hidden, async (_request, reply) => show(reply, undefined))
  surface.get<{ Params: { chapter: string } }>('/docs/:chapter', hidden, async (request, reply) =>
    show(reply, request.params.chapter),
  )
  surface.get('/docs/reference.css', hidden, async (_request, reply) => {
    const css = await readFile(new URL('reference.css', import.meta.url), 'utf8')
    reply.headers({ ...dataHeaders, 'cache-control': 'public, max-age=3600' })
    return reply.removeHeader('pragma').type('text/css; charset=utf-8').send(css)
  })

  async function show(reply: Reply, chapter: string | undefined): Promise<Reply> {
    const { document } = await load()
    const page = referencePage(document, chapter, surface.publicUrl)
    if (page === undefined) throw httpFailures.not_found()
    return reply
      .headers({ ...dataHeaders, 'content-security-policy': policy })
      .type('text/html; charset=utf-8')
      .send(page)
  }
}
