import type { FastifyReply } from 'fastify'
import type { Page } from './page.ts'
import { renderPage } from './page.ts'
import { noStore, pageHeaders } from './security-headers.ts'

/** Sends pages in the one frame that all hosted pages share. */
export type Pages = {
  readonly send: (
    reply: FastifyReply,
    page: Page,
    options?: {
      readonly status?: number
      readonly formTarget?: string
      /** The page has one of our own scripts. */
      readonly script?: boolean
    },
  ) => FastifyReply
}

export function createPages(brand: { readonly name: string; readonly stylesheet: string }): Pages {
  return {
    send: (reply, page, { status = 200, formTarget, script = false } = {}) =>
      reply
        .code(status)
        .headers({ ...pageHeaders(formTarget, script), ...noStore })
        .type('text/html; charset=utf-8')
        .send(renderPage(page, brand)),
  }
}
