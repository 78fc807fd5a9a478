import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import {
  button,
  errorSummary,
  field,
  hiddenInputs,
  passkeyForm,
  withMarkup,
} from '../../../http/index.ts'
import type { Words } from '../../../i18n/index.ts'
import type { FactorKind } from '../../../mfa/index.ts'
import { codeField } from '../views/inputs.ts'
import type { ConfirmProps } from './password-page.ts'

export type FactorPageProps = ConfirmProps & {
  readonly kind: FactorKind
  readonly kinds: readonly FactorKind[]
  readonly linkTo: (kind: FactorKind) => string
  /** Where a mailed code is asked for. */
  readonly sendUrl: string
  readonly sentTo: string | undefined
}

/** Asks for one second factor, and leads to the others. */
export function factorPage(props: FactorPageProps): Page {
  const { t, kind, error } = props
  const title = t('Confirm that it is you')
  const user = html`<strong><bdi>${props.user}</bdi></strong>`
  const errors = error === undefined ? [] : [{ message: error }]
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">!${withMarkup(t('You are signed in as {user}.'), { user })} ${t('What comes next needs your second factor.')}</p>
!${errorSummary(errors)}
!${kind === 'passkey' ? passkey(props) : code(props)}
!${others(props)}`,
  }
}

function passkey({ t, action, hidden, options = {}, script }: FactorPageProps): string {
  const label = t('Use a passkey')
  const form = { t, action, options, label, script }
  return passkeyForm({
    ...form,
    mode: 'get',
    hidden: { ...hidden, factor: 'passkey' },
    id: 'passkey-submit',
  })
}

/** A mailed code is sent when it is asked for, and not by looking at a page. */
function code(props: FactorPageProps): string {
  const { t, hidden, kind, sendUrl, sentTo, error } = props
  if (kind !== 'email_code') return codeForm(props)
  const isFirst = sentTo === undefined && error === undefined
  const label = isFirst ? t('Send the code') : t('Send another code')
  const send = html`<form method="post" action="${sendUrl}">
!${hiddenInputs({ ...hidden, factor: kind })}
!${button({ id: 'send-submit', label, kind: isFirst ? 'primary' : 'secondary' })}
</form>`
  return isFirst ? send : `${sent(props)}${codeForm(props)}${send}`
}

function sent({ t, sentTo }: FactorPageProps): string {
  if (sentTo === undefined) return ''
  const address = html`<strong><bdi>${sentTo}</bdi></strong>`
  return html`<p role="status">!${withMarkup(t('We have sent a code to {address}.'), { address })}</p>`
}

function codeForm({ t, action, hidden, kind }: FactorPageProps): string {
  const hint = kind === 'passkey' ? '' : t(hints[kind])
  const common = { t, name: 'code', label: t('Code'), hint }
  const numeric = kind === 'totp' || kind === 'email_code'
  const input = numeric ? codeField(common) : field({ ...common, autocomplete: 'off' })
  return html`<form method="post" action="${action}">
!${hiddenInputs({ ...hidden, factor: kind })}
!${input}
!${button({ id: 'confirm-submit', label: t('Confirm') })}
</form>`
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

function others({ t, kind, kinds, linkTo, backUrl }: FactorPageProps): string {
  const links = kinds
    .filter((one) => one !== kind)
    .map((one) => html`<a class="way" href="${linkTo(one)}">${t(ways[one])}</a>`)
  return html`<nav class="ways" aria-label="${t('Other ways to confirm')}">!${links.join('')}<a class="way" href="${backUrl}">${t('Go back')}</a></nav>`
}
