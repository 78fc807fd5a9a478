import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, field, hiddenInputs, withMarkup } from '../../../http/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage } from './account-frame.ts'
import { codeField } from './inputs.ts'

export type EmailPageProps = AccountPageProps & {
  readonly current: string | undefined
  readonly email: string
}

export function emailPage(props: EmailPageProps): Page {
  const { t, link, hidden, errors = {}, current } = props
  const address = html`<strong><bdi>${current ?? ''}</bdi></strong>`
  return accountPage(props, {
    section: '/account/email',
    title: t('Email'),
    body: html`<form class="room" method="post" action="${link('/account/email')}">
!${hiddenInputs(hidden)}
!${current === undefined ? '' : html`<p>!${withMarkup(t('Your address is {email}. It stays until the new one is confirmed, and gets a mail about this.'), { email: address })}</p>`}
!${field({
      t,
      name: 'email',
      label: t('New email address'),
      type: 'email',
      autocomplete: 'email',
      value: props.email,
      error: errors.email,
    })}
!${button({ id: 'email-submit', label: t('Send the confirmation mail') })}
</form>`,
  })
}

/** The same words for every address, whether it has an account or not. */
export function emailSentPage(props: AccountPageProps & { readonly minutes: number }): Page {
  const { t, link, hidden, errors = {}, minutes } = props
  return accountPage(props, {
    section: '/account/email',
    title: t('Look into your mailbox'),
    body: html`<form class="room" method="post" action="${link('/account/email/code')}">
!${hiddenInputs(hidden)}
<p>${t('A mail is on its way to that address. Follow its link, or type its code here within {minutes} minutes.', { minutes })}</p>
!${codeField({ t, name: 'code', label: t('6-digit code'), error: errors.code })}
!${button({ id: 'code-submit', label: t('Confirm') })}
<p class="note">!${withMarkup(t('Nothing there? Look among the unwanted mails, or {again}.'), {
      again: html`<a href="${link('/account/email')}">${t('ask for another mail')}</a>`,
    })}</p>
</form>`,
  })
}
