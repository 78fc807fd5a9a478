import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { Block, Draft } from './draft.ts'
import type { Sender } from './render-letter.ts'

// Many programs for reading mail drop all but inline styles; the sheet is for those that know dark mode.
const styles = {
  body: 'margin:0;padding:24px 16px;background:#e6ebe8;color:#13211d;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif',
  card: 'max-width:34em;margin:0 auto;padding:28px 24px;border:1px solid #c9d4cf;border-radius:4px;background:#fdfefd',
  name: 'margin:0 0 20px;color:#4a5b55;font:15px/1.4 Palatino,Georgia,serif;letter-spacing:.16em;text-transform:uppercase',
  heading: 'margin:0 0 20px;font:400 26px/1.25 Palatino,Georgia,serif',
  paragraph: 'margin:0 0 18px',
  button:
    'display:inline-block;padding:12px 22px;border-radius:4px;background:#0f5a50;color:#fff;font-weight:600;text-decoration:none',
  small: 'margin:0 0 18px;color:#4a5b55;font-size:14px;overflow-wrap:anywhere',
  link: 'color:#0f5a50',
  code: 'margin:0 0 18px;padding:12px 16px;border:1px solid #c9d4cf;border-radius:4px;font:600 28px/1.3 ui-monospace,Consolas,monospace;letter-spacing:.2em;text-align:center',
  facts: 'margin:0 0 18px;padding:12px 16px;border:1px solid #c9d4cf;border-radius:4px',
  label: 'margin:0;color:#4a5b55;font-size:14px',
  value: 'margin:0 0 8px;overflow-wrap:anywhere',
  footer:
    'max-width:34em;margin:16px auto 0;padding:0 24px;color:#4a5b55;font-size:14px;overflow-wrap:anywhere',
} as const

const darkSheet = `@media (prefers-color-scheme: dark) {
body { background: #0b1311 !important; color: #e8efec !important; }
.card, .box { background: #17231f !important; border-color: #2d3d37 !important; }
.soft { color: #a6b7b1 !important; }
.link { color: #74c9b6 !important; }
.button { background: #74c9b6 !important; color: #06201b !important; }
}`

/** A draft as HTML that fetches nothing: no picture, no style sheet, no trace of who reads it. */
export function renderHtml(draft: Draft, t: Translate, sender: Sender): string {
  const { name, url } = sender
  const footer = t('This letter was sent by {name} at {url}. Nobody reads replies to it.', {
    name,
    url,
  })
  return html`<!doctype html>
<html lang="${t.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${draft.subject}</title>
<style>!${darkSheet}</style>
</head>
<body style="${styles.body}">
<div class="card" style="${styles.card}">
<p class="soft" style="${styles.name}">${name}</p>
<h1 style="${styles.heading}">${draft.subject}</h1>
!${draft.blocks.map((block) => renderBlock(block, t)).join('\n')}
</div>
<p class="soft" style="${styles.footer}">${footer}</p>
</body>
</html>
`
}

function renderBlock(block: Block, t: Translate): string {
  switch (block.kind) {
    case 'text':
      return html`<p style="${styles.paragraph}">${block.words}</p>`
    case 'action':
      return html`<p style="${styles.paragraph}"><a class="button" style="${styles.button}" href="${block.url}">${block.label}</a></p>
<p class="soft" style="${styles.small}">${t('If the button does not work, open this address:')}<br>!${link(block.url)}</p>`
    case 'code':
      return html`<p style="${styles.paragraph}">${block.words}</p>
<p class="box" style="${styles.code}">${block.code}</p>`
    case 'facts':
      return html`<dl class="box" style="${styles.facts}">!${block.rows
        .map(
          ([label, value]) =>
            html`<dt class="soft" style="${styles.label}">${label}</dt><dd style="${styles.value}"><bdi>${value}</bdi></dd>`,
        )
        .join('')}</dl>`
    case 'note':
      return html`<p style="${styles.paragraph}">${block.words}!${block.url === undefined ? '' : `<br>${link(block.url)}`}</p>`
  }
}

function link(url: string): string {
  return html`<a class="link" style="${styles.link}" href="${url}">${url}</a>`
}
