import { html } from 'ghtml'

export type CheckboxProps = {
  /** Both the name and the id of the input. */
  readonly name: string
  /** What is sent when it is ticked. */
  readonly value: string
  /** HTML of our own views. */
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly checked?: boolean
  readonly required?: boolean
}

/** A box to tick, with its words beside it. */
export function checkbox(props: CheckboxProps): string {
  const { name, value, hint, error } = props
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const flags = [
    props.checked === true ? ' checked' : '',
    props.required === true ? ' required' : '',
    error === undefined ? '' : ' aria-invalid="true"',
    described === '' ? '' : html` aria-describedby="${described}"`,
  ].join('')
  return html`<div class="field">
<div class="tick"><input id="${name}" name="${name}" type="checkbox" value="${value}"!${flags}><label for="${name}">!${props.label}</label></div>
!${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
!${error === undefined ? '' : html`<p class="field-error" id="${name}-error">${error}</p>`}
</div>`
}
