import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, errorSummary, hiddenInputs } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type CodePageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly failed: boolean
  readonly registerUrl: string
}

/** After registering: the same words whether the address was known or not. */
export function codePage({ t, action, hidden, failed, registerUrl }: CodePageProps): Page {
  const title = t('Check your mail')
  const errors = failed ? [{ message: t('The code is not correct or has expired.') }] : []
  const state = failed
    ? ' aria-invalid="true" aria-describedby="code-hint error-summary"'
    : ' aria-describedby="code-hint"'
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    body: html`
<h1>${title}</h1>
<p class="sub">${t('We have sent a mail to the address you gave. Follow its link, or type its code here.')}</p>
!${errorSummary(errors)}
<form method="post" action="${action}">
!${hiddenInputs(hidden)}
<div class="field">
<label for="code">${t('Code')}</label>
<p class="hint" id="code-hint">${t('Six digits. After five wrong ones only the link works.')}</p>
<input id="code" name="code" type="text" class="code" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="12" required autofocus!${state}>
</div>
!${button({ id: 'code-submit', label: t('Confirm') })}
</form>
<h2>${t('No mail yet?')}</h2>
<p>${t('It can take a few minutes, and it may be in the folder for spam. If it does not come, check the address and register once more.')}</p>
<nav class="ways" aria-label="${t('Other ways in')}"><a class="way" href="${registerUrl}">${t('Register once more')}</a></nav>`,
  }
}
