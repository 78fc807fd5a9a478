import type { FastifyReply, FastifyRequest } from 'fastify'
import { translator } from '../../i18n/index.ts'
import { impersonatedOf } from '../impersonated.ts'
import { noStore, pageHeaders } from '../security-headers.ts'
import { impersonationBanner } from './impersonation-banner.ts'
import type { Languages } from './language.ts'
import type { Page } from './page.ts'
import { renderPage } from './page.ts'

/** Sends pages in the one frame that all hosted pages share. */
export type Pages = {
  readonly languages: Languages
  readonly send: (
    reply: FastifyReply,
    page: Page,
    options?: {
      readonly status?: number
      readonly formTarget?: string
      /** The page has one of our own scripts. */
      readonly script?: boolean
      /** False for a page that must not be asked for a second time, not even in another language. */
      readonly repeatable?: boolean
      /** Origins of what the page shows inside. */
      readonly frames?: readonly string[]
      /** Origins of images of somebody else that the page shows. */
      readonly images?: readonly string[]
    },
  ) => FastifyReply
}

type Needs = {
  readonly name: string
  readonly stylesheet: string
  readonly languages: Languages
  /** What the form that ends an impersonation carries along. */
  readonly hidden?: (reply: FastifyReply) => Readonly<Record<string, string>>
}

export function createPages({ name, stylesheet, languages, hidden = () => ({}) }: Needs): Pages {
  return {
    languages,
    send: (reply, page, options = {}) => {
      const {
        status = 200,
        formTarget,
        script = false,
        repeatable = true,
        frames,
        images,
      } = options
      const query = repeatable && status < 400 ? queryOf(reply.request) : undefined
      const mark = impersonatedOf(reply.request)
      const banner = mark && impersonationBanner(translator(page.lang), mark, hidden(reply))
      return reply
        .code(status)
        .headers({ ...pageHeaders(formTarget, script, frames, images), ...noStore })
        .headers({ 'content-language': page.lang, vary: 'Accept-Language, Cookie' })
        .type('text/html; charset=utf-8')
        .send(renderPage(page, { name, stylesheet, query, banner }))
    },
  }
}

/** The query of a request that can be repeated by following a link. */
function queryOf({ method, url }: FastifyRequest): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : ''
  return query.length <= longestQuery ? query : undefined
}

const longestQuery = 2048
