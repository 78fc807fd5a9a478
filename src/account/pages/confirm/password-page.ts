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
import type { Translate } from '../../../i18n/index.ts'

export type ConfirmProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly user: string
  readonly backUrl: string
  readonly error: string | undefined
  /** The address of passkey.js. */
  readonly script: string
  /** For a passkey; undefined where none may answer. */
  readonly options: object | undefined
}

/** Asks who is signed in for the password once more, or for a passkey in its place. */
export function passwordPage({ t, error, ...props }: ConfirmProps): Page {
  const title = t('Confirm your password')
  const user = html`<strong><bdi>${props.user}</bdi></strong>`
  const errors = error === undefined ? [] : [{ message: error }]
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">!${withMarkup(t('You are signed in as {user}.'), { user })} ${t('What comes next needs your password once more.')}</p>
!${errorSummary(errors)}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${field({
      t,
      name: 'password',
      label: t('Password'),
      type: 'password',
      autocomplete: 'current-password',
      describedBy: error === undefined ? undefined : 'error-summary',
      autofocus: true,
    })}
!${button({ id: 'confirm-submit', label: t('Confirm') })}
</form>
!${passkeyButton({ t, error, ...props }, 'secondary')}
<a class="way" href="${props.backUrl}">${t('Go back')}</a>`,
  }
}

/** The form of a passkey; nothing where none may answer. */
export function passkeyButton(
  { t, action, hidden, options, script }: ConfirmProps,
  kind: 'primary' | 'secondary',
): string {
  if (options === undefined) return ''
  return passkeyForm({
    t,
    mode: 'get',
    action,
    hidden: { ...hidden, factor: 'passkey' },
    options,
    label: t('Use a passkey'),
    id: 'passkey-submit',
    kind,
    script,
  })
}
