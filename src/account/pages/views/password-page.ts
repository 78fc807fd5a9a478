import { html } from 'ghtml'
import type { Page, PasswordScripts } from '../../../http/index.ts'
import {
  button,
  currentPasswordField,
  hiddenInputs,
  newPasswordField,
} from '../../../http/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage } from './account-frame.ts'

export type PasswordPageProps = AccountPageProps & {
  readonly username: string
  readonly minLength: number
  /** What others may know of the person, for the meter. */
  readonly context: readonly string[]
  readonly scripts: PasswordScripts | undefined
}

export function passwordPage(props: PasswordPageProps): Page {
  const { t, link, hidden, errors = {}, minLength, context, scripts: assets } = props
  return accountPage(props, {
    section: '/account/password',
    title: t('Password'),
    sub: t(
      'A new password ends every other session, and the applications there lose their access.',
    ),
    body: html`<form class="room" method="post" action="${link('/account/password')}">
!${hiddenInputs(hidden)}
<input class="unseen" type="text" name="username" value="${props.username}" autocomplete="username" tabindex="-1" aria-hidden="true" readonly>
!${currentPasswordField({
      t,
      name: 'current_password',
      label: t('Current password'),
      error: errors.current_password,
      assets,
    })}
!${newPasswordField({
      t,
      name: 'password',
      label: t('New password'),
      hint: t('At least {count} characters. A few unrelated words work well.', {
        count: minLength,
      }),
      error: errors.password,
      minLength,
      context,
      assets,
    })}
!${button({ id: 'password-submit', label: t('Change password') })}
</form>`,
  })
}
