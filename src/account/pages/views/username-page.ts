import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, field, hiddenInputs } from '../../../http/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage } from './account-frame.ts'

export type UsernamePageProps = AccountPageProps & { readonly username: string }

export function usernamePage(props: UsernamePageProps): Page {
  const { t, link, hidden, errors = {} } = props
  return accountPage(props, {
    section: '/account/username',
    title: t('Username'),
    sub: t('You sign in with it, and others may see it. The old one becomes free for anybody.'),
    body: html`<form class="room" method="post" action="${link('/account/username')}">
!${hiddenInputs(hidden)}
!${field({
      t,
      name: 'username',
      label: t('Username'),
      autocomplete: 'username',
      value: props.username,
      hint: t('Up to 64 characters, without @. Capital letters make no difference.'),
      error: errors.username,
    })}
!${button({ id: 'username-submit', label: t('Change username') })}
</form>`,
  })
}
