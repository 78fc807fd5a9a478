import { html } from 'ghtml'
import type { Page, StrengthAssets } from '../../http/index.ts'
import {
  button,
  errorSummary,
  hiddenInputs,
  newPasswordField,
  withMarkup,
} from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { checkbox } from './checkbox.ts'

export type ResetPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly username: string
  readonly email?: string | undefined
  readonly error?: string | undefined
  readonly keepSessions: boolean
  readonly minLength: number
  readonly assets?: StrengthAssets | undefined
}

/** A new password with the link of a letter. */
export function resetPage(props: ResetPageProps): Page {
  const { t, username, email, error } = props
  const title = t('Choose a new password')
  const user = html`<strong><bdi>${username}</bdi></strong>`
  const problems = error === undefined ? [] : [{ message: error, field: 'password' }]
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">!${withMarkup(t('for the account {user}'), { user })}</p>
!${errorSummary(problems, { focus: true })}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${managerHint(username)}
!${newPasswordField({
      t,
      name: 'password',
      label: t('New password'),
      hint: t('At least {count} characters. A few unrelated words work well.', {
        count: props.minLength,
      }),
      error,
      autofocus: error === undefined,
      minLength: props.minLength,
      context: email === undefined ? [username] : [username, email],
      assets: props.assets,
    })}
!${checkbox({
      name: 'keep_sessions',
      value: 'yes',
      label: html`${t('Stay signed in on my other devices')}`,
      hint: t('Leave this empty if somebody else may know your old password.'),
      checked: props.keepSessions,
    })}
!${button({ id: 'reset-submit', label: t('Save the new password') })}
</form>`,
  }
}

/** Tells a password manager whose password it is; no person needs it. */
function managerHint(username: string): string {
  return html`<input type="text" name="username" autocomplete="username" value="${username}" readonly hidden>`
}
