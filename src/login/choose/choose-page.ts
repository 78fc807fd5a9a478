import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type ChoosePageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName?: string | undefined
  readonly user: { readonly name: string; readonly username: string }
}

/** The account that is signed in here, or another one; the person decides. */
export function choosePage({ t, action, hidden, clientName, user }: ChoosePageProps): Page {
  const title = t('Choose an account')
  const client = html`<strong><bdi>${clientName ?? ''}</bdi></strong>`
  const destination =
    clientName === undefined ? '' : withMarkup(t('to continue to {client}'), { client })
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<p class="sub">!${destination}</p>
<div class="person">
<span class="initial" aria-hidden="true">${Array.from(user.name)[0] ?? ''}</span>
<p><span class="person-name"><bdi>${user.name}</bdi></span> <span class="quiet"><bdi>${user.username}</bdi></span></p>
</div>
<form method="post" action="${action}">
!${hiddenInputs(hidden)}
<div class="choices">
!${button({ id: 'choose-other', label: t('Use another account'), name: 'account', value: 'other', kind: 'secondary' })}
!${button({ id: 'choose-this', label: t('Continue as {name}', { name: user.name }), name: 'account', value: 'this' })}
</div>
</form>`,
  }
}
