import { html } from 'ghtml'
import type { Translate } from '../../../i18n/index.ts'

type Common = {
  readonly t: Translate
  /** Both the name and the id. */
  readonly name: string
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
}

export type SelectProps = Common & {
  readonly autocomplete: string
  readonly value: string
  /** Values with their words. */
  readonly options: readonly (readonly [value: string, words: string])[]
}

/** A choice that may be left open. */
export function selectField(props: SelectProps): string {
  const { t, name, value } = props
  const options = props.options.map(([option, words]) => {
    const chosen = option === value ? ' selected' : ''
    return html`<option value="${option}"!${chosen}>${words}</option>`
  })
  return around(
    props,
    html` <span class="quiet">(${t('optional')})</span>`,
    html`<select id="${name}" name="${name}" autocomplete="${props.autocomplete}"!${described(props)}>
<option value="">${t('Not given')}</option>
!${options.join('')}
</select>`,
  )
}

/** For the 6 digits of a letter; browsers that read mail offer them by themselves. */
export function codeField(props: Common): string {
  const { name } = props
  return around(
    props,
    '',
    html`<input class="code" id="${name}" name="${name}" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="12" spellcheck="false" required!${described(props)}>`,
  )
}

function around({ name, label, hint, error }: Common, after: string, control: string): string {
  return html`<div class="field">
<label for="${name}">${label}!${after}</label>
!${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
!${control}
!${error === undefined ? '' : html`<p class="field-error" id="${name}-error">${error}</p>`}
</div>`
}

function described({ name, hint, error }: Common): string {
  const ids = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const wrong = error === undefined ? '' : ' aria-invalid="true"'
  return ids === '' ? wrong : html`!${wrong} aria-describedby="${ids}"`
}
