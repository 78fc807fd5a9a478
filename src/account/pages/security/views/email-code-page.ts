import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../../../http/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'
import { codeField } from '../../views/inputs.ts'

/** Turns mailed codes on, with the first of them. */
export function emailCodePage(props: AccountPageProps & { readonly email: string }): Page {
  const { t, link, hidden, errors = {}, email } = props
  const address = html`<strong><bdi>${email}</bdi></strong>`
  return accountPage(props, {
    section: '/account/security',
    title: t('Turn on codes by email'),
    body: html`<form class="room" method="post" action="${link('/account/security/email-code/confirm')}">
!${hiddenInputs(hidden)}
<p>!${withMarkup(t('We have sent a code to {address}.'), { address })}</p>
!${codeField({ t, name: 'code', label: t('6-digit code'), error: errors.code })}
!${button({ id: 'code-submit', label: t('Turn on') })}
</form>
<p class="ways"><a class="way" href="${link('/account/security')}">${t('Go back')}</a></p>`,
  })
}
