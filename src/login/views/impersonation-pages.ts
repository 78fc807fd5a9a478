import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type ImpersonationPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly name: string
  readonly username: string
  readonly minutes: number
  readonly reason: string
}

/** Asks an administrator before the account of somebody else is opened. */
export function impersonationPage(props: ImpersonationPageProps): Page {
  const { t, name, username, reason } = props
  const words = t(
    'You will see everything as {name} does, for {minutes} minutes. The person gets a letter about it, with your name and the reason.',
    { name: '{name}', minutes: props.minutes },
  )
  return {
    lang: t.locale,
    title: t('See this account?'),
    body: html`
<h1>${t('See this account?')}</h1>
<p>!${withMarkup(words, { name: html`<strong><bdi>${name}</bdi></strong>` })}</p>
<dl class="facts"><div><dt>${t('Username')}</dt><dd><bdi>${username}</bdi></dd></div>
<div><dt>${t('Reason')}</dt><dd><bdi>${reason}</bdi></dd></div></dl>
<p class="quiet">${t('If you are signed in with this browser yourself, that session ends.')}</p>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${button({ id: 'see-account', label: t('See the account') })}
</form>`,
  }
}

export function impersonationOverPage(t: Translate): Page {
  return {
    lang: t.locale,
    title: t('It is over'),
    body: html`
<h1>${t('It is over')}</h1>
<p class="sub">${t('You do not see the account of somebody else any more.')}</p>
<a class="button secondary" href="/login">${t('Sign in')}</a>`,
  }
}
