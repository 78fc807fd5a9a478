import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { Page } from './page.ts'

export type ErrorPageProps = {
  readonly t: Translate
  readonly title: string
  /** The OAuth error code, for instance invalid_request. */
  readonly code: string
  readonly words: string
  readonly parameter?: string | undefined
  readonly requestId: string
  readonly status: number
  readonly backUrl?: string | undefined
}

/** A request that leads nowhere: what happened, what to do, and what its developer needs to know. */
export function errorPage(props: ErrorPageProps): Page {
  const { t } = props
  const back =
    props.backUrl === undefined
      ? ''
      : html`<a class="button secondary" href="${props.backUrl}">${t('Go back')}</a>`
  return {
    lang: t.locale,
    title: props.title,
    body: html`
<p class="eyebrow">${t('Error {status}', { status: props.status })}</p>
<h1>${props.title}</h1>
<p class="sub">${props.words}</p>
<p>${advice(t, props.status)}</p>
!${back}
<h2>${t('Details for support')}</h2>
<dl class="facts">
!${fact(t('Error code'), props.code)}!${fact(t('Parameter'), props.parameter)}!${fact(t('Request id'), props.requestId)}
</dl>`,
  }
}

function advice(t: Translate, status: number): string {
  if (status === 429) return t('Wait a minute before you try again.')
  if (status >= 500) {
    return t(
      'The fault is on our side. Try again in a moment; if it stays, pass on the details below.',
    )
  }
  return t(
    'Return to the application you came from and start again. If this page comes back, pass the details below on to the people who run that application.',
  )
}

function fact(name: string, value: string | undefined): string {
  return value === undefined ? '' : html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`
}
