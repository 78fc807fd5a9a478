import { html } from 'ghtml'
import type { Page } from './page.ts'

export type ErrorPageProps = {
  readonly code: string
  readonly words: string
  readonly status: number
  readonly requestId: string
  readonly parameter?: string
}

const titles: Readonly<Record<number, string>> = {
  404: 'Not found',
  503: 'Please try again shortly',
}

/** What a person sees when a request cannot be served: what happened, and what to tell support. */
export function errorPage({ code, words, status, requestId, parameter }: ErrorPageProps): Page {
  const title =
    titles[status] ?? (status >= 500 ? 'Something went wrong' : 'This request cannot be used')
  const named =
    parameter === undefined ? '' : html`<dt>Parameter</dt><dd><code>${parameter}</code></dd>`
  return {
    title,
    body: html`
      <h1>${title}</h1>
      <p>${words}</p>
      <dl class="facts">
        <dt>Error</dt><dd><code>${code}</code></dd>
        !${named}
        <dt>Request</dt><dd><code>${requestId}</code></dd>
      </dl>
      <p><a href="/">Back to the start</a></p>`,
  }
}
