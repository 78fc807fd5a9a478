import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, field, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage } from './account-frame.ts'

export type LeavePageProps = AccountPageProps & {
  readonly username: string
  readonly hasEmail: boolean
  /** How long a deletion can be taken back; 0 when it cannot. */
  readonly graceDays: number
}

/** What to take along, and two ways to leave: with the door left ajar, and for good. */
export function leavePage(props: LeavePageProps): Page {
  const { t, link } = props
  return accountPage(props, {
    section: '/account/leave',
    title: t('Data and deletion'),
    body: html`
<section class="room" aria-labelledby="data"><h2 id="data">${t('Your data')}</h2>
<p>${t('Everything this server has stored about you, as a file that programs can read.')}</p>
<a class="way" id="export" href="${link('/account/export')}">${t('Download your data')}</a></section>
!${pause(props)}!${deletion(props)}`,
  })
}

function pause({ t, link, hidden, hasEmail }: LeavePageProps): string {
  return html`<section class="room" aria-labelledby="pause"><h2 id="pause">${t('Deactivate your account')}</h2>
<form method="post" action="${link('/account/leave')}">
!${hiddenInputs(hidden)}
<p>${t('Every session ends and nobody can sign in, but nothing is lost.')} ${wayBack(t, hasEmail)}</p>
!${button({ id: 'deactivate-submit', label: t('Deactivate'), name: 'way', value: 'deactivate', kind: 'secondary' })}
</form></section>`
}

function wayBack(t: Translate, hasEmail: boolean): string {
  return hasEmail
    ? t('A link in a mail to you brings it back.')
    : t('As you gave no email address, only an administrator can bring it back.')
}

function wayBackUntilThen(t: Translate, hasEmail: boolean): string {
  return hasEmail ? t('Until then a link in a mail to you brings it back.') : wayBack(t, false)
}

function deletion(props: LeavePageProps): string {
  const { t, link, hidden, username, graceDays: days, hasEmail, errors = {} } = props
  const back = days === 0 ? '' : wayBackUntilThen(t, hasEmail)
  return html`<section class="room grave" aria-labelledby="delete"><h2 id="delete">${t('Delete your account')}</h2>
<form method="post" action="${link('/account/leave')}">
!${hiddenInputs(hidden)}
<p>${fate(t, days)} ${back}</p>
!${field({
    t,
    name: 'username',
    label: t('Type your username to confirm: {username}', { username }),
    autocomplete: 'off',
    error: errors.username,
  })}
!${button({ id: 'delete-submit', label: t('Delete your account'), name: 'way', value: 'delete' })}
</form></section>`
}

function fate(t: Translate, days: number): string {
  if (days === 0) return t('It is erased at once, and nobody can bring it back.')
  if (days === 1) return t('It is deactivated now and erased after one day.')
  return t('It is deactivated now and erased after {days} days.', { days })
}

export type LeftPageProps = {
  readonly t: Translate
  readonly left: 'deactivated' | 'deleting' | 'erased'
  /** When it will be erased, in words. */
  readonly after?: string
  readonly hasEmail: boolean
}

/** The last page: what has become of the account. */
export function leftPage({ t, left, after = '', hasEmail }: LeftPageProps): Page {
  const titles = {
    deactivated: t('Your account is deactivated'),
    deleting: t('Your account will be deleted on {date}', { date: after }),
    erased: t('Your account is deleted'),
  }
  return {
    lang: t.locale,
    title: titles[left],
    body: html`
<h1>${titles[left]}</h1>
<p class="sub">${t('Every session has ended.')}</p>
!${left === 'deactivated' ? html`<p>${wayBack(t, hasEmail)}</p>` : ''}
!${left === 'deleting' ? html`<p>${wayBackUntilThen(t, hasEmail)}</p>` : ''}
<a class="button secondary" href="/">${t('Go to the start page')}</a>`,
  }
}
