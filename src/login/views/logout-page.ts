import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type LogoutPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName?: string | undefined
  readonly user?: string | undefined
}

/** Asks before signing out, so that no other site can do it behind someone's back. */
export function logoutPage(props: LogoutPageProps): Page {
  const { t } = props
  return {
    lang: t.locale,
    title: t('Sign out'),
    body: html`
<h1>${t('Sign out?')}</h1>
!${whoAsks(props)}
<p>${t('You will need to sign in again before you can use your applications.')}</p>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
<a class="button secondary" href="/">${t('Stay signed in')}</a>
!${button({ id: 'logout-confirm', label: t('Sign out') })}
</div>
</form>`,
  }
}

function whoAsks({ t, clientName, user }: LogoutPageProps): string {
  const strong = (name: string) => html`<strong><bdi>${name}</bdi></strong>`
  const who =
    user === undefined ? '' : withMarkup(t('You are signed in as {user}.'), { user: strong(user) })
  const asks =
    clientName === undefined
      ? ''
      : withMarkup(t('{client} asks to sign you out.'), { client: strong(clientName) })
  return who === '' && asks === '' ? '' : `<p class="sub">${[who, asks].join(' ').trim()}</p>`
}

export type LoggedOutPageProps = {
  readonly t: Translate
  readonly continueUrl?: string | undefined
  /** Addresses that sign the browser out of applications when they are loaded. */
  readonly frames?: readonly string[]
  /** Milliseconds that are given to them. */
  readonly patience?: number
}

export function loggedOutPage(props: LoggedOutPageProps): Page {
  const { t, continueUrl, frames = [], patience = 0 } = props
  const onward =
    continueUrl === undefined
      ? html`<a class="button secondary" href="/">${t('Sign in again')}</a>`
      : html`<a class="button primary" href="${continueUrl}" data-onward data-patience="${patience}">${t('Continue')}</a>`
  return {
    lang: t.locale,
    title: t('Signed out'),
    body: html`
<h1>${t('You are signed out')}</h1>
<p class="sub">${t('Your session on this device has ended.')}</p>
<p>${t('On a shared computer, close every browser window as well.')}</p>
!${onward}
!${frames.length === 0 ? '' : framesOf(frames)}`,
  }
}

/** Hidden, and without the right to take the whole window elsewhere. */
function framesOf(frames: readonly string[]): string {
  const hidden = frames.map(
    (address) => html`<iframe src="${address}" sandbox="allow-scripts allow-same-origin"></iframe>`,
  )
  return `<div hidden>${hidden.join('')}</div>
<script type="module" src="/assets/farewell.js"></script>`
}
