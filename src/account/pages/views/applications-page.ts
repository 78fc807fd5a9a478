import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, hiddenInputs } from '../../../http/index.ts'
import type { Application } from '../../../oauth/index.ts'
import type { AccountPageProps } from './account-frame.ts'
import { accountPage, fact } from './account-frame.ts'

export type ApplicationCard = {
  readonly application: Application
  /** What it may do, in words. */
  readonly allowed: readonly string[]
  /** The names of the resources that it may do that at. */
  readonly places: readonly string[]
  /** Where it signs the person in. */
  readonly opens: string | undefined
}

export type ApplicationsPageProps = AccountPageProps & {
  readonly cards: readonly ApplicationCard[]
  /** The time zone of the person. */
  readonly zone: string | undefined
}

/** The applications that may act for somebody, one card each. */
export function applicationsPage(props: ApplicationsPageProps): Page {
  const { t, cards } = props
  const rooms = cards.map((card, i) => cardOf(props, card, i)).join('')
  return accountPage(props, {
    section: '/account/applications',
    title: t('Applications'),
    sub: t('What you allowed applications. Take back what you do not use any more.'),
    body:
      cards.length === 0
        ? html`<p>${t('No application may act for you.')}</p>`
        : html`<div class="rooms">!${rooms}</div>`,
  })
}

function cardOf(
  props: ApplicationsPageProps,
  { application, allowed, places, opens }: ApplicationCard,
  index: number,
): string {
  const { t, zone, hidden, link } = props
  const { clientId, name, grantedAt, lastUsedAt, offline } = application
  const id = `application-${index}`
  const time = (at: Date | null) => (at === null ? undefined : t.time(at, zone))
  const facts = [
    fact(t('At these services'), places.length === 0 ? undefined : places.join(', ')),
    fact(t('Allowed on'), time(grantedAt)),
    fact(t('Last used'), time(lastUsedAt)),
    fact(t('While you are away'), offline ? t('It may act for you') : undefined),
  ].join('')
  const items = allowed.map((words) => html`<li><bdi>${words}</bdi></li>`).join('')
  return html`<section class="room" aria-labelledby="${id}">
<h2 id="${id}"><bdi>${name}</bdi></h2>
!${items === '' ? '' : html`<ul class="grants">!${items}</ul>`}
!${opens === undefined ? '' : html`<p><a href="${opens}" rel="noopener noreferrer">${t('Open this application')}</a></p>`}
<form method="post" action="${link('/account/applications/revoke')}">
!${hiddenInputs({ ...hidden, client: clientId })}
!${facts === '' ? '' : html`<dl class="facts">!${facts}</dl>`}
!${button({ id: `revoke-${index}`, label: t('Take back access'), kind: 'secondary' })}
</form>
</section>`
}
