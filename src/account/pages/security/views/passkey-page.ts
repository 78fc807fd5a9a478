import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { field, passkeyForm } from '../../../../http/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'

export type PasskeyPageProps = AccountPageProps & {
  readonly options: object
  /** The address of passkey.js. */
  readonly script: string
}

/** Makes a passkey. */
export function passkeyPage(props: PasskeyPageProps): Page {
  const { t, link, hidden, options, script } = props
  const name = field({
    t,
    name: 'name',
    label: t('Name'),
    hint: t('For example the device it is on. Without one it is named for you.'),
    autocomplete: 'off',
    optional: true,
    capitals: 'words',
  })
  const form = passkeyForm({
    t,
    hidden,
    options,
    script,
    mode: 'create',
    action: link('/account/security/passkeys'),
    label: t('Add a passkey'),
    id: 'passkey-submit',
    extra: name,
  })
  return accountPage(props, {
    section: '/account/security',
    title: t('Add a passkey'),
    sub: t(
      'Your browser asks you next where to keep it: on this device, in a password manager or on a security key.',
    ),
    body: html`<div class="room">!${form}</div>
<p class="ways"><a class="way" href="${link('/account/security')}">${t('Go back')}</a></p>`,
  })
}
