import type { FastifyRequest } from 'fastify'
import type { Locale, Translate } from '../../i18n/index.ts'
import { chooseLocale, localeIn, locales, translator } from '../../i18n/index.ts'

/** What the caller knows about the person's language beyond the request itself. */
export type LanguageHints = {
  /** The `ui_locales` of the application that began the flow. */
  readonly uiLocales?: string | undefined
  /** The `locale` claim of the account, once the person is known. */
  readonly account?: string | undefined
}

/** The language of a request. */
export type Languages = {
  /** The texts in the language that the request is answered in. */
  readonly of: (request: FastifyRequest, hints?: LanguageHints) => Translate
  /** A path of ours; where the request itself names its language, the next page has the same. */
  readonly keep: (request: FastifyRequest, path: string) => string
}

/** The request's own `ui_locales` decides first, since that is what the links of our pages send. */
export function createLanguages({ fallback }: { readonly fallback: Locale }): Languages {
  const known = new Map(locales.map((locale) => [locale, translator(locale)]))
  return {
    of(request, { uiLocales = '', account } = {}) {
      const locale = chooseLocale({
        uiLocales: `${asked(request)} ${uiLocales}`,
        account,
        acceptLanguage: request.headers['accept-language'],
        fallback,
      })
      return known.get(locale) ?? translator(locale)
    },
    keep(request, path) {
      const locale = localeIn(asked(request))
      return locale === undefined || !path.startsWith('/')
        ? path
        : `${path}${path.includes('?') ? '&' : '?'}ui_locales=${locale}`
    },
  }
}

/** The language tags that the query or the form of a request asks for. */
function asked(request: FastifyRequest): string {
  const tags = tagsIn(request.query) ?? tagsIn(request.body) ?? ''
  return tags.length <= longest ? tags : ''
}

const longest = 128

function tagsIn(raw: unknown): string | undefined {
  if (typeof raw !== 'object' || raw === null || !('ui_locales' in raw)) return undefined
  return typeof raw.ui_locales === 'string' ? raw.ui_locales : undefined
}
