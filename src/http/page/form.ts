import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'

export type FieldProps = {
  readonly t: Translate
  /** Both the name and the id of the input. */
  readonly name: string
  readonly label: string
  readonly type?: 'text' | 'email' | 'password'
  readonly autocomplete: string
  readonly value?: string | undefined
  readonly hint?: string | undefined
  readonly error?: string | undefined
  /** The id of words elsewhere on the page that also describe this field. */
  readonly describedBy?: string | undefined
  readonly optional?: boolean
  readonly autofocus?: boolean
  readonly minLength?: number
  readonly capitals?: 'none' | 'words'
}

/** A labelled input with its hint and its error, both tied to it for screen readers. */
export function field(props: FieldProps): string {
  const { t, name, hint, error, type = 'text' } = props
  const optional =
    props.optional === true ? html` <span class="quiet">(${t('optional')})</span>` : ''
  const described = [
    props.describedBy,
    hint === undefined ? undefined : `${name}-hint`,
    error === undefined ? undefined : `${name}-error`,
  ].filter((id) => id !== undefined)
  return html`<div class="field">
<label for="${name}">${props.label}!${optional}</label>
!${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
<input id="${name}" name="${name}" type="${type}" autocomplete="${props.autocomplete}" autocapitalize="${props.capitals ?? 'none'}" spellcheck="false" dir="auto" inputmode="${type === 'email' ? 'email' : 'text'}"!${filledIn(props, type)}!${flags(props)}!${
    described.length === 0 ? '' : html` aria-describedby="${described.join(' ')}"`
  }>
!${error === undefined ? '' : html`<p class="field-error" id="${name}-error">${error}</p>`}
</div>`
}

/** A password never travels back to the page. */
function filledIn({ value }: FieldProps, type: string): string {
  return type === 'password' || value === undefined ? '' : html` value="${value}"`
}

function flags(props: FieldProps): string {
  return [
    props.optional === true ? '' : ' required',
    props.autofocus === true ? ' autofocus' : '',
    props.error === undefined ? '' : ' aria-invalid="true"',
    props.minLength === undefined ? '' : html` minlength="${props.minLength}"`,
  ].join('')
}

export type ButtonProps = {
  readonly id: string
  readonly label: string
  readonly name?: string
  readonly value?: string
  readonly kind?: 'primary' | 'secondary'
}

export function button({ id, label, name, value, kind = 'primary' }: ButtonProps): string {
  const sent = name === undefined ? '' : html` name="${name}" value="${value ?? ''}"`
  return html`<button class="button ${kind}" id="${id}" type="submit"!${sent}>${label}</button>`
}

export type FormError = { readonly message: string; readonly field?: string }

/** What went wrong, said once on top; an error that names a field leads to it. Nothing when all is well. */
export function errorSummary(
  errors: readonly FormError[],
  { title, focus = false }: { readonly title?: string; readonly focus?: boolean } = {},
): string {
  if (errors.length === 0) return ''
  const heading = title === undefined ? '' : html`<p class="alert-title">${title}</p>`
  const words =
    errors.length === 1 && title === undefined
      ? html`<p>!${errors.map(errorWords).join('')}</p>`
      : html`<ul>!${errors.map((error) => `<li>${errorWords(error)}</li>`).join('')}</ul>`
  return html`<div class="alert" id="error-summary" role="alert" tabindex="-1"!${focus ? ' autofocus' : ''}>!${heading}!${words}</div>`
}

function errorWords({ message, field }: FormError): string {
  return field === undefined ? html`${message}` : html`<a href="#${field}">${message}</a>`
}

/** Values that a form carries along unseen: the CSRF token, the flow. */
export function hiddenInputs(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
    .join('')
}
