import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { ButtonProps } from './form.ts'
import { button, hiddenInputs } from './form.ts'

export type PasskeyFormProps = {
  readonly t: Translate
  /** `create` makes a passkey, `get` answers for a known person, `sign-in` for whoever it is. */
  readonly mode: 'create' | 'get' | 'sign-in'
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  /** For `navigator.credentials`, as JSON. */
  readonly options: object
  /** Of the button. */
  readonly label: string
  readonly id: string
  readonly kind?: NonNullable<ButtonProps['kind']>
  /** The address of passkey.js. */
  readonly script: string
  /** HTML of our own views between the hidden fields and the button. */
  readonly extra?: string
}

/** A form that is answered by a passkey; only the script can, so all else is hidden without it. */
export function passkeyForm(props: PasskeyFormProps): string {
  const { t, mode, action, hidden, options, label, id, kind, script, extra = '' } = props
  const duplicate =
    mode === 'create'
      ? html` data-duplicate="${t('This device has a passkey for this account already.')}"`
      : ''
  return html`<form method="post" action="${action}" data-passkey="${mode}" data-options="${JSON.stringify(options)}" data-failed="${t('That did not work. Please try again.')}" data-cancelled="${t('No passkey was used. You can try again.')}" data-unsupported="${t('This browser cannot use passkeys.')}"!${duplicate}>
!${hiddenInputs({ ...hidden, credential: '' })}
<div data-passkey-controls hidden>!${extra}!${button({ id, label, ...(kind && { kind }) })}</div>
<p class="hint" data-passkey-status aria-live="polite"></p>
<noscript><p class="hint">${t('Passkeys need JavaScript.')}</p></noscript>
</form><script type="module" src="${script}"></script>`
}
