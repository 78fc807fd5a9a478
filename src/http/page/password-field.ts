import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { StrengthAssets } from './strength-assets.ts'

/** What makes password fields helpful; pages work as well without. */
export type PasswordScripts = Pick<StrengthAssets, 'reveal' | 'meter' | 'worker' | 'least'>

type Common = {
  readonly t: Translate
  /** Both the name and the id of the input. */
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly autofocus?: boolean
  /** Without them the field works as well, but has neither button nor meter. */
  readonly assets?: PasswordScripts | undefined
}

export type NewPasswordFieldProps = Common & {
  readonly minLength: number
  /** What the server knows of the person and itself; the other fields of the form are read as well. */
  readonly context?: readonly string[]
}

/** A field for a new password: with a button that shows it and a meter of its strength. */
export function newPasswordField(props: NewPasswordFieldProps): string {
  const { name, minLength, context = [], assets } = props
  const minStrength = assets?.least ?? 0
  const low = minStrength + 0.5 // the meter shows the score and one more
  const meter =
    assets &&
    html` data-strength="${meterTexts(props)}" data-strength-worker="${assets.worker}" data-least="${minLength}" data-least-score="${minStrength}" data-context="${context.join(' ')}"`
  return passwordField(
    props,
    html` autocomplete="new-password" minlength="${minLength}"!${meter ?? ''}`,
    assets === undefined
      ? ''
      : html`<meter class="strength" id="${name}-meter" min="0" max="5" low="${low}" high="${Math.max(low, 3.5)}" optimum="5" value="0" aria-hidden="true" hidden></meter>
<p class="hint" id="${name}-strength" role="status"></p>
<script type="module" src="${assets.meter}"></script>`,
  )
}

/** A field for the password one has. */
export function currentPasswordField(props: Common): string {
  return passwordField(props, html` autocomplete="current-password"`, '')
}

function passwordField(props: Common, attributes: string, after: string): string {
  const { t, name, label, hint, error, assets } = props
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  return html`<div class="field">
<label for="${name}">${label}</label>
!${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
<div class="secret"><input id="${name}" name="${name}" type="password" autocapitalize="none" autocorrect="off" spellcheck="false" dir="auto" required!${attributes}!${flags(props)}!${
    assets === undefined
      ? ''
      : html` data-reveal="${t('Show')}" data-reveal-label="${t('Show password')}"`
  }!${described === '' ? '' : html` aria-describedby="${described}"`}></div>
!${after}
!${error === undefined ? '' : html`<p class="field-error" id="${name}-error">${error}</p>`}
</div>!${assets === undefined ? '' : html`<script type="module" src="${assets.reveal}"></script>`}`
}

function flags({ autofocus = false, error }: Common): string {
  return `${autofocus ? ' autofocus' : ''}${error === undefined ? '' : ' aria-invalid="true"'}`
}

/** The words of the meter, by the scores and weaknesses that the worker answers with. */
function meterTexts({ t, minLength, assets }: NewPasswordFieldProps): string {
  const minStrength = assets?.least ?? 0
  const middling = t('Not strong enough.')
  return JSON.stringify({
    short: t('Too short: use at least {least} characters.', { least: minLength }),
    levels: [
      t('Very easy to guess.'),
      t('Easy to guess.'),
      minStrength > 2 ? middling : t('Acceptable.'),
      minStrength > 3 ? middling : t('Strong.'),
      t('Very strong.'),
    ],
    weaknesses: {
      common: t('Many people use this password or one like it.'),
      word: t('A single word is not enough.'),
      name: t('Names are tried first.'),
      personal: t('Others know this about you or this service.'),
      keyboard: t('Keys next to each other are tried first.'),
      repeat: t('Repeating something adds little.'),
      sequence: t('Sequences such as abc or 6543 are tried first.'),
      date: t('Dates and years are tried first.'),
      short: t('Add another unusual word.'),
    },
  })
}
