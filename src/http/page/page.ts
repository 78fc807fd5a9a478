import { html } from 'ghtml'
import type { Locale, Translate } from '../../i18n/index.ts'
import { localeNames, locales, translator } from '../../i18n/index.ts'
import { withMarkup } from './with-markup.ts'

/** What a view hands over; `body` is HTML that our own views have made and escaped. */
export type Page = { lang: Locale; title: string; body: string; wide?: boolean }

type Frame = {
  readonly name: string
  readonly stylesheet: string
  /** The query of the page's address, where the page may be asked for again in another language. */
  readonly query?: string | undefined
  /** Above every page of a session that is not the person's own. */
  readonly banner?: string | undefined
}

// The mark: a door standing ajar in its arch. The stylesheet colours it, so that it follows the theme.
const mark = `<svg class="mark" viewBox="0 0 48 48" width="48" height="48" fill="none" aria-hidden="true" focusable="false">
  <path class="mark-light" d="M25 13.2A10 10 0 0 1 34 23v17H25z"/>
  <path class="mark-leaf" d="M14 40V23c0-7 4-11.6 11-12.6V37z"/>
  <path class="mark-frame" d="M9.5 41V23a14.5 14.5 0 0 1 29 0v18M4 41h40"/>
  <circle class="mark-knob" cx="21" cy="27" r="1.7"/>
</svg>`

/** The whole document; every page works without script, inline style and anything from elsewhere. */
export function renderPage(page: Page, frame: Frame): string {
  const t = translator(page.lang)
  return html`<!doctype html>
<html lang="${page.lang}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${frame.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${frame.stylesheet}">
</head>
<body class="${page.wide === true ? 'hall' : 'porch'}">
<div class="portal">
<header class="brand">!${mark}<span class="brand-name">${frame.name}</span></header>
!${frame.banner ?? ''}
<main class="door">!${page.body}</main>
</div>
<footer class="foot"><p>!${credit(t, frame.name)}</p>!${languages(t, frame.query)}</footer>
</body>
</html>
`
}

function credit(t: Translate, name: string): string {
  return name === 'Cardea'
    ? html`${t('Cardea keeps the door.')}`
    : withMarkup(t('{name} runs on Cardea.'), { name: html`<bdi>${name}</bdi>` })
}

/** The same page in every language; links of a query alone, so that no path can lead elsewhere. */
function languages(t: Translate, query: string | undefined): string {
  if (query === undefined) return ''
  const items = locales.map((locale) => {
    const name = localeNames[locale]
    if (locale === t.locale) return html`<li aria-current="true">${name}</li>`
    const parameters = new URLSearchParams({ ...ownParameters(query), ui_locales: locale })
    return html`<li><a href="?${parameters}" lang="${locale}" hreflang="${locale}">${name}</a></li>`
  })
  return html`<nav aria-label="${t('Language')}"><ul class="tongues">!${items.join('')}</ul></nav>`
}

/** What our pages put into a query looks like an id; nothing else is said back to whoever sent it. */
function ownParameters(query: string): Record<string, string> {
  const own = [...new URLSearchParams(query)].filter(
    ([name, value]) => /^[a-z_]{1,32}$/.test(name) && /^[\w.-]{1,512}$/.test(value),
  )
  return Object.fromEntries(own)
}
