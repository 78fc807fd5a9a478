import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

/** OAuth 2.0 Form Post Response Mode: the answer as a form that the browser posts to the client. */
export function formPostPage(
  t: Translate,
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Page {
  const inputs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value ?? ''}">`)
  return {
    lang: t.locale,
    title: t('Continue'),
    body: html`
      <h1>${t('One moment')}</h1>
      <p>${t('You are being taken back to the application.')}</p>
      <form method="post" action="${uri}" data-auto-submit>
        !${inputs.join('')}
        <button type="submit" class="button">${t('Continue')}</button>
      </form>
      <script type="module" src="/assets/auto-submit.js"></script>`,
  }
}
