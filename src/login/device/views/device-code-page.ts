import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, errorSummary, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'

export type DeviceCodePageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly code: string
  readonly error?: string | undefined
}

/** Where the code of a device is typed; one that is in the address already must be confirmed all the same. */
export function deviceCodePage({ t, action, hidden, code, error }: DeviceCodePageProps): Page {
  const title = t('Connect a device')
  const state =
    error === undefined
      ? ' aria-describedby="user_code-hint"'
      : ' aria-invalid="true" aria-describedby="user_code-hint error-summary"'
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">${t('Your device shows a code. Type it here to let the device use your account.')}</p>
!${errorSummary(error === undefined ? [] : [{ message: error, field: 'user_code' }])}
<form method="post" action="${action}">
!${hiddenInputs(hidden)}
<div class="field">
<label for="user_code">${t('Code on the device')}</label>
<p class="hint" id="user_code-hint">${t('Eight letters, such as WDJB-MJHT. Capital or small, with the dash or without.')}</p>
<input id="user_code" name="user_code" type="text" class="code" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="32" required autofocus!${state}>
</div>
!${button({ id: 'device-submit', label: t('Continue') })}
</form>`,
  }
}
