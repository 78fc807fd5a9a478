import { html } from 'ghtml'

/** What a view hands over; `body` is HTML that our own views have made and escaped. */
export type Page = { title: string; body: string; lang?: string; wide?: boolean }

type Brand = { name: string; stylesheet: string }

// The mark: a door standing ajar in its arch. The stylesheet colours it, so that it follows the theme.
const mark = `<svg class="mark" viewBox="0 0 48 48" width="48" height="48" fill="none" aria-hidden="true" focusable="false">
  <path class="mark-light" d="M25 13.2A10 10 0 0 1 34 23v17H25z"/>
  <path class="mark-leaf" d="M14 40V23c0-7 4-11.6 11-12.6V37z"/>
  <path class="mark-frame" d="M9.5 41V23a14.5 14.5 0 0 1 29 0v18M4 41h40"/>
  <circle class="mark-knob" cx="21" cy="27" r="1.7"/>
</svg>`

/** The whole document; every page works without script, inline style and anything from elsewhere. */
export function renderPage(page: Page, brand: Brand): string {
  return html`<!doctype html>
<html lang="${page.lang ?? 'en'}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${brand.name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${brand.stylesheet}">
</head>
<body class="${page.wide === true ? 'hall' : 'porch'}">
<div class="portal">
<header class="brand">!${mark}<span class="brand-name">${brand.name}</span></header>
<main class="door">!${page.body}</main>
</div>
<footer class="foot"><p>!${credit(brand.name)}</p></footer>
</body>
</html>
`
}

function credit(name: string): string {
  return name === 'Cardea' ? 'Cardea keeps the door.' : html`${name} runs on Cardea.`
}
