import { html } from 'ghtml'
import type { Fields, Page } from '../../../http/index.ts'
import { button, errorSummary, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'

type ChoicePageProps = {
  readonly t: Translate
  readonly hidden: Fields
  readonly error?: string | undefined
  /** HTML of our own views. */
  readonly passkeyForm?: string | undefined
  readonly totpAction?: string
  readonly emailAction?: string
  /** Where it is put off, where that is possible; `until` in words, when it cannot for ever. */
  readonly later?: { readonly action: string; readonly until: string | undefined }
}

/** Which factor to set up. The best comes first. */
export function choicePage(props: ChoicePageProps): Page {
  const { t, hidden, error, passkeyForm, totpAction, emailAction, later } = props
  const title = t('Protect your account')
  const isOnly = totpAction === undefined && emailAction === undefined
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">${reason(props)}</p>
!${errorSummary(error === undefined ? [] : [{ message: error }])}
!${
      passkeyForm === undefined
        ? ''
        : html`!${isOnly ? '' : html`<h2>${t('With a passkey')}</h2>`}
<p>${t('You sign in with your finger, your face or a PIN. It works only here, so nobody can talk you out of it.')}</p>
!${passkeyForm}`
    }
!${
      totpAction === undefined
        ? ''
        : html`<h2>${t('With an authenticator app')}</h2>
<p>${t('The app on your phone shows a code that you type after your password.')}</p>
!${choice({ action: totpAction, hidden, id: 'enrol-totp', label: t('Use an authenticator app'), isFirst: passkeyForm === undefined })}`
    }
!${
      emailAction === undefined
        ? ''
        : html`<h2>${t('With codes by email')}</h2>
<p>${t('We send you a code after your password. This protects least.')}</p>
!${choice({ action: emailAction, hidden, id: 'enrol-email', label: t('Use a code by email'), isFirst: passkeyForm === undefined && totpAction === undefined })}`
    }
!${later === undefined ? '' : choice({ action: later.action, hidden, id: 'enrol-later', label: t('Not now') })}`,
  }
}

function reason({ t, later }: ChoicePageProps): string {
  if (later === undefined) return t('This account needs a second factor. Set one up to go on.')
  if (later.until === undefined) return t('With a passkey you need no password here any more.')
  return t('This account needs a second factor from {until} on. Set one up now or later.', {
    until: later.until,
  })
}

type Choice = {
  readonly action: string
  readonly hidden: Fields
  readonly id: string
  readonly label: string
  readonly isFirst?: boolean
}

function choice({ action, hidden, id, label, isFirst = false }: Choice): string {
  return html`<form method="post" action="${action}">!${hiddenInputs(hidden)}
!${button({ id, label, kind: isFirst ? 'primary' : 'secondary' })}</form>`
}
