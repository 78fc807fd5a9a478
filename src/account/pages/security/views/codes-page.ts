import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { backupCodesBlock } from '../../../../login/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'

export type CodesPageProps = AccountPageProps & {
  readonly codes: readonly string[]
  readonly username: string
  readonly host: string
  /** In words. */
  readonly until: string
}

/** New backup codes, this once. */
export function codesPage(props: CodesPageProps): Page {
  const { t, link, codes, username, host, until } = props
  return accountPage(props, {
    section: '/account/security',
    title: t('Your backup codes'),
    body: html`<section class="room"><div class="flat-main">
!${backupCodesBlock({ t, codes, username, host, until })}
</div></section>
<p class="ways"><a class="way" id="codes-kept" href="${link('/account/security')}">${t('I have kept them')}</a>
<a class="way" href="${link('/account/sessions')}">${t('Sign out everywhere else')}</a></p>`,
  })
}
