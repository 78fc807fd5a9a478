import { html } from 'ghtml'
import type { Answer, Document, Media, Operation, Parameter } from '../description/document.ts'
import type { Entry } from './chapters.ts'
import { curlOf } from './curl.ts'
import { schemaView, typeView, wordsView } from './schema-view.ts'

/** One operation: who may call it, what goes in, what comes out, and how to try it. */
export function operationView(entry: Entry, document: Document, server: string): string {
  const { method, path, operation } = entry
  const id = operation.operationId ?? ''
  const { description = '', requestBody, parameters = [] } = operation
  const known = parameters.map((it) => parameterOf(it, document))
  const body = Object.entries(requestBody?.content ?? {}).map(([type, media]) =>
    mediaView(type, media, document),
  )
  return html`
<section class="operation" id="${id}">
<h2><a href="#${id}">${operation.summary ?? id}</a></h2>
<p class="address"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></p>
!${badges(operation)}
<p>!${wordsView(description)}</p>
!${known.length === 0 ? '' : html`<h3>Parameters</h3><table><tbody>!${known.map((it) => parameterRow(it, document)).join('')}</tbody></table>`}
!${body.length === 0 ? '' : html`<h3>Body</h3>!${body.join('')}`}
<h3>Answers</h3>
!${Object.entries(operation.responses)
    .map(([status, answer]) => answerView(status, answer, document))
    .join('')}
<h3>Try it</h3>
<pre><code>${curlOf(entry, known, server)}</code></pre>
</section>`
}

/** What callers must have. */
function badges(operation: Operation): string {
  const needed = operation['x-permission'] ?? ''
  const words: Readonly<Record<string, string>> = {
    public: 'Open to everybody',
    self: 'For who is signed in, about themselves',
    client: 'For clients that authenticate',
  }
  const of = operation['x-permission-of']
  const all = [
    words[needed] ??
      `Needs ${needed}${of === undefined ? '' : `, which may be limited to a ${of}`}`,
    ...(operation['x-permission-except-self'] ? ['Open to who asks about themselves'] : []),
    ...(operation['x-recent-proof'] ? ['People need a recent proof of who they are'] : []),
    ...(operation['x-people-only'] ? ['Only for people, not for keys and clients'] : []),
    ...(operation.deprecated
      ? [`Deprecated; gone on ${operation['x-sunset'] ?? 'a later day'}`]
      : []),
  ]
  return html`<ul class="badges">!${all.map((it) => html`<li>${it}</li>`).join('')}</ul>`
}

function parameterOf(parameter: Parameter, { components }: Document): Parameter {
  const name = parameter.$ref?.split('/').at(-1)
  return name === undefined ? parameter : (components.parameters?.[name] ?? parameter)
}

function parameterRow(parameter: Parameter, { components }: Document): string {
  const { name = '', required, description = '', schema = {} } = parameter
  return html`
<tr><th scope="row"><code>${name}</code>!${required === true ? '' : '<small>optional</small>'}</th>
<td>!${typeView(schema, components.schemas ?? {})} <small>in the ${parameter.in ?? 'query'}</small></td>
<td>!${wordsView(description)}</td></tr>`
}

function mediaView(type: string, media: Media, { components }: Document): string {
  const { schema, example } = media
  const shown =
    example === undefined ? '' : html`<pre><code>${JSON.stringify(example, null, 2)}</code></pre>`
  const view = schema === undefined ? '' : schemaView(schema, components.schemas ?? {})
  return html`<p class="type"><code>${type}</code></p>!${view}!${shown}`
}

function answerView(status: string, answer: Answer, document: Document): string {
  const name = answer.$ref?.split('/').at(-1)
  const { components } = document
  const {
    description = '',
    headers = {},
    content = {},
  } = name === undefined ? answer : (components.responses?.[name] ?? answer)
  const names = Object.keys(headers)
  const told = names.length === 0 ? '' : html`<p>Headers: <code>${names.join(', ')}</code></p>`
  // A refusal always looks the same; its schema is told once.
  const shown =
    name === undefined
      ? Object.entries(content).map(([type, media]) => mediaView(type, media, document))
      : []
  return html`
<details!${status.startsWith('2') ? ' open' : ''}><summary><span class="status">${status}</span> ${description}</summary>
!${told}!${shown.join('')}!${name === undefined ? '' : '<p><a href="/docs/schemas#Problem">Problem</a></p>'}</details>`
}
