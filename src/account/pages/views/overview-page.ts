import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, hiddenInputs } from '../../../http/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage, fact } from './account-frame.ts'

export type OverviewPageProps = AccountPageProps & {
  readonly name: string | undefined
  readonly username: string
  readonly email: string | undefined
  readonly emailVerified: boolean
  /** Whether there is a second factor that counts. */
  readonly isProtected: boolean
  /** Already in words. */
  readonly memberSince: string
}

/** All that matters of an account at a glance. */
export function overviewPage(props: OverviewPageProps): Page {
  const { t, link } = props
  return accountPage(props, {
    section: '/account',
    title: t('Overview'),
    body: html`
<section class="room" aria-labelledby="who"><h2 id="who">${t('About you')}</h2>
<dl class="facts">!${fact(t('Name'), props.name)}!${fact(t('Username'), props.username)}!${email(props)}!${fact(t('Member since'), props.memberSince)}</dl>
!${proof(props)}</section>
!${security(props)}
<section class="room" aria-labelledby="data"><h2 id="data">${t('Your data')}</h2>
<p>${t('Everything this server has stored about you, as a file that programs can read.')}</p>
<p class="ways"><a class="way" id="export" href="${link('/account/export')}">${t('Download your data')}</a>
<a class="way" href="${link('/account/leave')}">${t('Deactivate or delete your account')}</a></p></section>`,
  })
}

function security({ t, link, isProtected }: OverviewPageProps): string {
  const words = isProtected
    ? t('A second factor protects your account.')
    : t('Only your password protects this account.')
  return html`<section class="room" aria-labelledby="security"><h2 id="security">${t('Security')}</h2>
<p>${words}</p>
<a class="way" href="${link('/account/security')}">${isProtected ? t('See your second factors') : t('Protect it better')}</a></section>`
}

function email({ t, email, emailVerified }: OverviewPageProps): string {
  if (email === undefined) return fact(t('Email'), t('Not given'))
  const words = emailVerified ? t('confirmed') : t('not confirmed')
  const state = html`<span class="badge!${emailVerified ? '' : ' open'}">${words}</span>`
  return html`<div><dt>${t('Email')}</dt><dd><bdi>${email}</bdi> !${state}</dd></div>`
}

function proof({ t, link, hidden, email, emailVerified }: OverviewPageProps): string {
  if (email === undefined || emailVerified) return ''
  return html`<form method="post" action="${link('/account/email/verify')}">
!${hiddenInputs(hidden)}
<p>${t('Confirm that this address is yours.')}</p>
!${button({ id: 'verify-submit', label: t('Send the confirmation mail again'), kind: 'secondary' })}
</form>`
}
