import { html } from 'ghtml'
import type { Fields, Page } from '../../../http/index.ts'
import { button, errorSummary, hiddenInputs } from '../../../http/index.ts'
import type { Translate, Words } from '../../../i18n/index.ts'
import type { FactorKind } from '../../../mfa/index.ts'
import { codeField } from './code-field.ts'

export type FactorPageProps = {
  readonly t: Translate
  readonly kind: FactorKind
  readonly action: string
  readonly hidden: Fields
  readonly label: string
  readonly id: string
  readonly sendAction: string
  /** The shortened address that a code went to just now. */
  readonly sentTo?: string | undefined
  /** The box with which a browser is remembered; HTML of our own views. */
  readonly remember: string
  /** In place of the form with a code; HTML of our own views. */
  readonly passkeyForm?: string | undefined
  readonly error?: string | undefined
  readonly others: readonly { readonly kind: FactorKind; readonly href: string }[]
  /** Where to go without any of them. */
  readonly last: { readonly href: string; readonly words: string }
  /** What is said first; HTML of our own views. */
  readonly intro?: string | undefined
}

const about: Readonly<Record<FactorKind, Words>> = {
  passkey: 'Your device asks for your finger, your face or its PIN.',
  totp: 'Open your authenticator app and type the code that it shows for this account.',
  email_code: 'We send a code to the email address of your account.',
  backup_code: 'Type one of the backup codes that you have kept. Each works once.',
  emergency_code: 'Type the code that an administrator has given you. It works once.',
}

const hints: Readonly<Record<Exclude<FactorKind, 'passkey'>, Words>> = {
  totp: 'Six digits, which the app shows now.',
  email_code: 'Six digits, from the newest mail.',
  backup_code: 'Blanks and hyphens do not matter.',
  emergency_code: 'Blanks and hyphens do not matter.',
}

const ways: Readonly<Record<FactorKind, Words>> = {
  passkey: 'Use a passkey',
  totp: 'Use an authenticator app',
  email_code: 'Use a code by email',
  backup_code: 'Use a backup code',
  emergency_code: 'Use an emergency code',
}

/** The second step: one factor, and links to the others that would do. */
export function factorPage(props: FactorPageProps): Page {
  const { t, kind, error, sentTo, intro = '' } = props
  const title = t('Confirm that it is you')
  const errors = error === undefined ? [] : [{ message: error }]
  const sub =
    sentTo === undefined
      ? t(about[kind])
      : t('We have sent a code to {address}.', { address: sentTo })
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
!${intro}
<p class="sub">${sub}</p>
!${errorSummary(errors)}
!${answers(props)}
<nav class="ways" aria-label="${t('Other ways to confirm')}">!${otherWays(props)}</nav>`,
  }
}

function answers(props: FactorPageProps): string {
  const { t, kind, error, sentTo, sendAction, hidden } = props
  if (kind === 'passkey') return props.passkeyForm ?? ''
  if (kind !== 'email_code') return codeForm(props, kind)
  const isSent = sentTo !== undefined || error !== undefined
  const label = isSent ? t('Send another code') : t('Send the code')
  const sending = html`<form method="post" action="${sendAction}">!${hiddenInputs(hidden)}
!${button({ id: 'mfa-send', label, kind: isSent ? 'secondary' : 'primary' })}</form>`
  return isSent ? `${codeForm(props, kind)}${sending}` : sending
}

function codeForm(props: FactorPageProps, kind: Exclude<FactorKind, 'passkey'>): string {
  const { t, action, hidden, id, label, error, remember } = props
  const numeric = kind === 'totp' || kind === 'email_code'
  return html`<form method="post" action="${action}">
!${hiddenInputs(hidden)}
!${codeField({ t, hint: t(hints[kind]), error, numeric })}
!${remember}
!${button({ id, label })}
</form>`
}

function otherWays({ t, others, last }: FactorPageProps): string {
  const links = [...others.map(({ kind, href }) => ({ href, words: t(ways[kind]) })), last]
  return links.map(({ href, words }) => html`<a class="way" href="${href}">${words}</a>`).join('')
}
