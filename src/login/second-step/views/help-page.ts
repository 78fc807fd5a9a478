import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'

type HelpPageProps = {
  readonly t: Translate
  readonly backUrl: string
  /** Where a sign-in begins anew; absent for who is signed in. */
  readonly startUrl: string | undefined
}

/** For who has no factor at hand. The same for everybody: it tells nothing of an account. */
export function helpPage({ t, backUrl, startUrl }: HelpPageProps): Page {
  const start =
    startUrl === undefined
      ? ''
      : html`<a class="button secondary" href="${startUrl}">${t('Start over')}</a>`
  return {
    lang: t.locale,
    title: t('No second factor at hand?'),
    body: html`
<h1>${t('No second factor at hand?')}</h1>
<ul class="grants">
<li>${t('Look for another one: a passkey may be on your other devices, an app on your old phone.')}</li>
<li>${t('Use one of the backup codes that you were shown when you set your factor up.')}</li>
<li>${t('Ask an administrator of this server for a link with which you replace your factors, or for emergency access. Expect to be asked who you are.')}</li>
</ul>
<p class="note">${t('Nobody who helps you needs your password or a code of yours.')}</p>
<a class="button primary" href="${backUrl}">${t('Go back')}</a>
!${start}`,
  }
}
