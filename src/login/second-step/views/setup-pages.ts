import { html } from 'ghtml'
import type { Fields, Page } from '../../../http/index.ts'
import { button, errorSummary, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import { codeField } from './code-field.ts'
import type { TotpSetupProps } from './totp-setup.ts'
import { totpSetup } from './totp-setup.ts'

/** An authenticator app on the way in. */
export function totpSetupPage(props: TotpSetupProps & { readonly backUrl: string }): Page {
  const { t, error, backUrl } = props
  const title = t('Set up an authenticator app')
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
!${totpSetup(props)}
!${back(t, backUrl)}`,
  }
}

type EmailSetupPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Fields
  readonly backUrl: string
  readonly sentTo?: string | undefined
  readonly error?: string | undefined
}

/** Codes by email on the way in: the first one shows that letters arrive. */
export function emailSetupPage(props: EmailSetupPageProps): Page {
  const { t, action, hidden, sentTo, error, backUrl } = props
  const title = t('Check your mail')
  const sub =
    sentTo === undefined
      ? ''
      : html`<p class="sub">${t('We have sent a code to {address}.', { address: sentTo })}</p>`
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
!${sub}
!${errorSummary(error === undefined ? [] : [{ message: error, field: 'code' }])}
<form method="post" action="${action}">
!${hiddenInputs(hidden)}
!${codeField({ t, hint: t('Six digits, from the newest mail.'), error, numeric: true })}
!${button({ id: 'email-submit', label: t('Confirm') })}
</form>
!${back(t, backUrl)}`,
  }
}

/** Also the way to a new key, or to a new mail. */
function back(t: Translate, href: string): string {
  return html`<nav class="ways" aria-label="${t('Other ways in')}"><a class="way" href="${href}">${t('Choose again')}</a></nav>`
}
