import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import type { TotpSetupProps } from '../../../../login/index.ts'
import { totpSetup } from '../../../../login/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'

export type AuthenticatorPageProps = AccountPageProps &
  Pick<TotpSetupProps, 'offer' | 'error' | 'name'>

/** Sets up an authenticator app. */
export function authenticatorPage({ offer, error, name, ...props }: AuthenticatorPageProps): Page {
  const { t, link, hidden } = props
  const action = link('/account/security/authenticator/confirm')
  const setup = totpSetup({ t, action, hidden, offer, error, ...(name !== undefined && { name }) })
  return accountPage(props, {
    section: '/account/security',
    title: t('Add an authenticator app'),
    failed: error !== undefined,
    body: html`<section class="room"><div class="flat-main">!${setup}</div></section>
<p class="ways"><a class="way" href="${link('/account/security')}">${t('Go back')}</a></p>`,
  })
}
