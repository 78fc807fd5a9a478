import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage, fact } from '../../views/account-frame.ts'

export type ShownKeyPageProps = AccountPageProps & {
  readonly name: string
  /** The key itself. */
  readonly text: string
  /** In words. */
  readonly until: string
}

/** A new key, this once. */
export function shownKeyPage(props: ShownKeyPageProps): Page {
  const { t, link, name, text, until } = props
  return accountPage(props, {
    section: '/account/api-keys',
    title: t('Your new API key'),
    body: html`<section class="room" aria-labelledby="new-key"><h2 id="new-key"><bdi>${name}</bdi></h2>
<div class="flat-main"><p class="alert">${t('Copy it now. It is not shown again, and whoever has it can act for you.')}</p>
<div class="field"><label for="api-key">${t('API key')}</label>
<input id="api-key" type="text" value="${text}" readonly autocomplete="off" spellcheck="false"></div>
<dl class="facts">!${fact(t('Valid until'), until)}</dl></div></section>
<p class="ways"><a class="way" id="key-kept" href="${link('/account/api-keys')}">${t('I have copied it')}</a></p>`,
  })
}
