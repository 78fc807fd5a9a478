import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, hiddenInputs } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import type { DeviceWords, Session } from '../../../session/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage, fact } from './account-frame.ts'

export type SessionCard = {
  readonly session: Session
  readonly device: DeviceWords
  readonly place: string | undefined
  readonly isCurrent: boolean
}

export type SessionsPageProps = AccountPageProps & {
  readonly cards: readonly SessionCard[]
  /** The time zone of the person. */
  readonly zone: string | undefined
}

/** Where somebody is signed in, one card each, the present one first. */
export function sessionsPage(props: SessionsPageProps): Page {
  const { t, cards } = props
  return accountPage(props, {
    section: '/account/sessions',
    title: t('Where you are signed in'),
    sub: t('End what you do not recognise, and change your password then.'),
    body: html`<div class="rooms">!${cards.map((card) => cardOf(props, card)).join('')}</div>
!${cards.some(({ isCurrent }) => !isCurrent) ? everywhereElse(props) : ''}`,
  })
}

function cardOf(props: SessionsPageProps, { session, device, place, isCurrent }: SessionCard) {
  const { t, zone, hidden, link } = props
  const id = `session-${session.id}`
  const facts = [
    fact(
      t('Kind'),
      session.kind === 'api' && device.browser !== undefined ? t('Application') : undefined,
    ),
    fact(t('Place'), place),
    fact(t('Address'), session.ipAddress ?? undefined),
    fact(t('Last used'), t.time(session.lastSeenAt, zone)),
    fact(t('Signed in on'), t.time(session.createdAt, zone)),
    fact(t('Ends'), t.time(session.expiresAt, zone)),
  ].join('')
  const label = isCurrent ? t('Sign out') : t('End this session')
  return html`<section class="room" aria-labelledby="${id}">
!${isCurrent ? html`<p class="eyebrow">${t('This device')}</p>` : ''}
!${session.impersonator === null ? '' : html`<p class="notice">${t('An administrator sees your account here')}</p>`}
<h2 id="${id}"><bdi>${deviceWords(t, session, device)}</bdi></h2>
<form method="post" action="${link('/account/sessions/end')}">
!${hiddenInputs({ ...hidden, session: session.id })}
<dl class="facts">!${facts}</dl>
!${button({ id: `end-${session.id}`, label, kind: 'secondary' })}
</form>
</section>`
}

function deviceWords(t: Translate, { kind }: Session, { browser, system }: DeviceWords): string {
  const known = browser ?? t(kind === 'api' ? 'Application' : 'Unknown browser')
  return system === undefined ? known : t('{browser} on {system}', { browser: known, system })
}

function everywhereElse({ t, hidden, link }: SessionsPageProps): string {
  return html`<section class="room" aria-labelledby="elsewhere">
<h2 id="elsewhere">${t('Everywhere else')}</h2>
<form method="post" action="${link('/account/sessions/end-others')}">
!${hiddenInputs(hidden)}
<p>${t('This ends every other session. Applications that may act for you while you are away lose that access as well.')}</p>
!${button({ id: 'end-others', label: t('Sign out everywhere else'), kind: 'secondary' })}
</form>
</section>`
}
