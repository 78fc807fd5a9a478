import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs } from '../../http/index.ts'

export type LogoutPageProps = {
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName?: string | undefined
  readonly user?: string | undefined
}

/** Asks before signing out, so that no other site can do it behind someone's back. */
export function logoutPage(props: LogoutPageProps): Page {
  return {
    title: 'Sign out',
    body: html`
<h1>Sign out?</h1>
!${whoAsks(props)}
<p>You will need to sign in again before you can use your applications.</p>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
<a class="button secondary" href="/">Stay signed in</a>
!${button({ id: 'logout-confirm', label: 'Sign out' })}
</div>
</form>`,
  }
}

function whoAsks({ clientName, user }: LogoutPageProps): string {
  const who =
    user === undefined ? '' : html`You are signed in as <strong><bdi>${user}</bdi></strong>.`
  const asks =
    clientName === undefined
      ? ''
      : html`<strong><bdi>${clientName}</bdi></strong> asks to sign you out.`
  return who === '' && asks === '' ? '' : `<p class="sub">${[who, asks].join(' ').trim()}</p>`
}

export type LoggedOutPageProps = { readonly continueUrl?: string | undefined }

export function loggedOutPage({ continueUrl }: LoggedOutPageProps = {}): Page {
  const onward =
    continueUrl === undefined
      ? html`<a class="button secondary" href="/">Sign in again</a>`
      : html`<a class="button primary" href="${continueUrl}">Continue</a>`
  return {
    title: 'Signed out',
    body: html`
<h1>You are signed out</h1>
<p class="sub">Your session on this device has ended.</p>
<p>On a shared computer, close every browser window as well.</p>
!${onward}`,
  }
}
