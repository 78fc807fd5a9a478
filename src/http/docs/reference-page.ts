import { html } from 'ghtml'
import type { Document } from '../description/document.ts'
import type { Chapter } from './chapters.ts'
import { chaptersOf } from './chapters.ts'
import { operationView } from './operation-view.ts'
import { schemaView } from './schema-view.ts'

/** The page of a chapter, of all schemas, or of everything there is; undefined for a name that is none. */
export function referencePage(
  document: Document,
  name: string | undefined,
  server: string,
): string | undefined {
  const chapters = chaptersOf(document)
  if (name === undefined) return page(document, chapters, 'API', overview(document, chapters))
  if (name === 'schemas') return page(document, chapters, 'Schemas', schemas(document))
  const chapter = chapters.find((it) => it.name === name)
  if (chapter === undefined) return undefined
  const operations = chapter.entries.map((entry) => operationView(entry, document, server))
  const body = html`<h1>${chapter.title}</h1><p>${chapter.description}</p>!${operations.join('')}`
  return page(document, chapters, chapter.title, body)
}

/** No script, no inline style, nothing from elsewhere. */
function page(
  { info }: Document,
  chapters: readonly Chapter[],
  title: string,
  body: string,
): string {
  const items = chapters.map(
    ({ name, title: words }) => html`<li><a href="/docs/${name}">${words}</a></li>`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · ${info.title} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/reference.css">
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header><a class="name" href="/docs">${info.title} API</a> <span>${info.version}</span> <a href="/openapi.json">openapi.json</a></header>
<nav aria-label="Chapters"><ul>!${items.join('')}<li><a href="/docs/schemas">schemas</a></li></ul></nav>
<main id="content">!${body}</main>
</body>
</html>
`
}

function overview({ info, tags }: Document, chapters: readonly Chapter[]): string {
  const parts = tags.map(({ name, description }) => {
    const own = chapters.filter((it) => it.name === name || it.name.startsWith(`${name}-`))
    const rows = own.flatMap(({ name: chapter, entries }) =>
      entries.map(
        ({ method, path, operation }) => html`
<tr><td><span class="method ${method.toLowerCase()}">${method}</span></td>
<td><a href="/docs/${chapter}#${operation.operationId ?? ''}"><code>${path}</code></a><br>${operation.summary ?? ''}</td>
<td><code>${operation['x-permission'] ?? ''}</code></td></tr>`,
      ),
    )
    return html`<h2>${name}</h2><p>${description}</p><table><tbody>!${rows.join('')}</tbody></table>`
  })
  return html`<h1>${info.title} API</h1><p>${info.description ?? ''}</p>!${parts.join('')}`
}

function schemas({ components }: Document): string {
  const all = components.schemas ?? {}
  const views = Object.entries(all).map(
    ([name, schema]) =>
      html`<section id="${name}"><h2><a href="#${name}">${name}</a></h2>!${schemaView(schema, all)}</section>`,
  )
  return html`<h1>Schemas</h1>!${views.join('')}`
}
