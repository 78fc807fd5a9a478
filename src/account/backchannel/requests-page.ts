import { html } from 'ghtml'
import type { Client } from '../../clients/index.ts'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs } from '../../http/index.ts'
import { visible } from '../../login/index.ts'
import type { BackchannelRequest } from '../../oauth/index.ts'
import type { AccountPageProps } from '../pages/views/account-frame.ts'
import { accountPage, fact } from '../pages/views/account-frame.ts'

export type RequestCard = {
  readonly request: BackchannelRequest
  readonly client: Client
  /** What it would be able to do, in words. */
  readonly scopes: readonly string[]
  readonly places: readonly string[]
}

export type RequestsPageProps = AccountPageProps & {
  readonly cards: readonly RequestCard[]
  /** The time zone of the person. */
  readonly zone: string | undefined
}

/** What applications ask a person to confirm, one card each. */
export function requestsPage(props: RequestsPageProps): Page {
  const { t, cards } = props
  const rooms = cards.map((card, i) => cardOf(props, card, i)).join('')
  return accountPage(props, {
    section: '/account/applications',
    title: t('Requests'),
    sub: t(
      'What applications ask you to confirm. Allow it only if you have just started it yourself, for example on the phone or at a counter.',
    ),
    body:
      cards.length === 0
        ? html`<p>${t('No application asks you for anything now.')}</p>`
        : html`<div class="rooms">!${rooms}</div>`,
  })
}

function cardOf(props: RequestsPageProps, card: RequestCard, index: number): string {
  const { t, zone, hidden, link } = props
  const { request, client, scopes, places } = card
  const id = `request-${index}`
  const details = request.asked.details ?? []
  const facts = [
    fact(t('Website'), hostOf(client.metadata.client_uri)),
    fact(t('Message'), request.bindingMessage ?? undefined),
    fact(t('At these services'), places.length === 0 ? undefined : places.join(', ')),
    ...details.map((detail) => fact(t('In particular'), visible(JSON.stringify(detail)))),
    fact(
      t('While you are away'),
      request.asked.scopes.includes('offline_access') ? t('It may act for you') : undefined,
    ),
    fact(t('Asked at'), t.time(request.createdAt, zone)),
    fact(t('Valid until'), t.time(request.expiresAt, zone)),
  ].join('')
  const items = scopes.map((words) => html`<li><bdi>${words}</bdi></li>`).join('')
  const unverified = client.registeredBy !== 'administrator'
  return html`<section class="room" aria-labelledby="${id}">
<h2 id="${id}"><bdi>${client.name}</bdi></h2>
!${unverified ? html`<p class="notice">${t('This application registered itself. Nobody here has checked who is behind it.')}</p>` : ''}
<form method="post" action="${link('/account/applications/requests/answer')}">
!${hiddenInputs({ ...hidden, request: request.id })}
<dl class="facts">!${facts}</dl>
!${items === '' ? '' : html`<ul class="grants" aria-label="${t('It would be able to')}">!${items}</ul>`}
!${request.bindingMessage === null ? '' : html`<p class="hint">${t('The message must be the same where you started it.')}</p>`}
<div class="choices">
!${button({ id: `deny-${index}`, label: t('Deny'), name: 'decision', value: 'deny', kind: 'secondary' })}
!${button({ id: `allow-${index}`, label: t('Allow'), name: 'decision', value: 'allow' })}
</div>
</form>
</section>`
}

/** What of the address that a client gives a person can recognise. */
function hostOf(uri: string | undefined): string | undefined {
  return uri !== undefined && URL.canParse(uri) ? new URL(uri).host : undefined
}
