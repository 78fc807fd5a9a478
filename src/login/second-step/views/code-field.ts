import { html } from 'ghtml'
import type { Translate } from '../../../i18n/index.ts'

type CodeFieldProps = {
  readonly t: Translate
  readonly hint: string
  readonly error?: string | undefined
  /** Digits that a browser may fill in by itself; otherwise letters and digits. */
  readonly numeric: boolean
}

/** The one field for codes of every sort; `code` is its stable handle. The error is in the summary above. */
export function codeField({ t, hint, error, numeric }: CodeFieldProps): string {
  const kind = numeric
    ? ' inputmode="numeric" autocomplete="one-time-code" maxlength="12"'
    : ' autocomplete="off" maxlength="64"'
  const state =
    error === undefined
      ? ' aria-describedby="code-hint"'
      : ' aria-invalid="true" aria-describedby="code-hint error-summary"'
  return html`<div class="field">
<label for="code">${t('Code')}</label>
<p class="hint" id="code-hint">${hint}</p>
<input id="code" name="code" type="text" class="code"!${kind} autocapitalize="none" autocorrect="off" spellcheck="false" required autofocus!${state}>
</div>`
}
