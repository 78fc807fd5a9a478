import { html } from 'ghtml'
import type { Fields } from '../../../http/index.ts'
import { button, errorSummary, field, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { Offer } from '../../../mfa/index.ts'
import { codeField } from './code-field.ts'

export type TotpSetupProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Fields
  /** Its `id` alone after a wrong code: the app has the key by then, and it is shown only once. */
  readonly offer: Extract<Offer, { kind: 'totp' }> | { readonly id: string }
  readonly error?: string | undefined
  /** What the person calls it, when the form comes back. */
  readonly name?: string
}

/** An authenticator app: the key as a picture and to type, and the first code of it. */
export function totpSetup(props: TotpSetupProps): string {
  const { t, offer, error, name = '' } = props
  return html`!${errorSummary(error === undefined ? [] : [{ message: error, field: 'code' }])}
!${'qr' in offer ? key(t, offer) : again(t)}
<form method="post" action="${props.action}">
!${hiddenInputs({ ...props.hidden, id: offer.id })}
!${codeField({ t, hint: t('Six digits, which the app shows now.'), error, numeric: true })}
!${field({
    t,
    name: 'name',
    label: t('Name of the app or device'),
    hint: t('So that you can tell it from others later.'),
    autocomplete: 'off',
    value: name,
    optional: true,
    capitals: 'words',
  })}
!${button({ id: 'totp-submit', label: t('Set up the app') })}
</form>`
}

function key(t: Translate, { qr, secret }: Extract<Offer, { kind: 'totp' }>): string {
  return html`<p>${t('Scan this with an authenticator app, such as the one of your password manager.')}</p>
<div class="qr" role="img" aria-label="${t('QR code with the key for the app')}">!${qr}</div>
<details><summary>${t('No camera? Type the key')}</summary>
<p class="hint">${t('Choose codes that depend on the time. Upper and lower case do not matter.')}</p>
<p><code id="totp-key">${secret}</code></p>
</details>`
}

function again(t: Translate): string {
  return html`<p>${t('Your app has the key already. Wait for its next code and type that one.')}</p>`
}
