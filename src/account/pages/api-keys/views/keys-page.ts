import { html } from 'ghtml'
import type { ApiKey } from '../../../../api-keys/index.ts'
import { apiKeyState } from '../../../../api-keys/index.ts'
import type { Page } from '../../../../http/index.ts'
import { button, hiddenInputs } from '../../../../http/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage, fact } from '../../views/account-frame.ts'

export type KeysPageProps = AccountPageProps & {
  readonly keys: readonly ApiKey[]
  readonly now: Date
  /** The time zone of the person. */
  readonly zone: string | undefined
  readonly enabled: boolean
}

/** The keys of a person, one card each, first the ones that count. */
export function keysPage(props: KeysPageProps): Page {
  const { t, link, keys, now, enabled } = props
  const alive = keys.filter((key) => apiKeyState(key, now) === 'active')
  const make = html`<p class="ways"><a class="button secondary" id="make-key" href="${link('/account/api-keys/new')}">${t('Make an API key')}</a></p>`
  return accountPage(props, {
    section: '/account/api-keys',
    title: t('API keys'),
    sub: t('Programs act for you with an API key, as far as its permissions go.'),
    body: html`!${enabled ? make : html`<p class="notice">${t('API keys are switched off here.')}</p>`}
!${keys.length === 0 ? html`<p class="quiet">${t('You have no API keys.')}</p>` : html`<div class="rooms">!${keys.map((key) => card(props, key)).join('')}</div>`}
!${alive.length > 1 ? allOfThem(props) : ''}`,
  })
}

function card(props: KeysPageProps, key: ApiKey): string {
  const { t, zone, now } = props
  const state = apiKeyState(key, now)
  const used = key.lastUsedAt === null ? t('never') : t.time(key.lastUsedAt, zone)
  const address = key.lastIp
  const facts = [
    fact(t('Begins with'), `${key.start}...`),
    fact(t('Permissions'), key.scopes.join(', ')),
    fact(t('Made on'), t.time(key.createdAt, zone)),
    fact(
      t('Last used'),
      address === null ? used : t('{time} from {address}', { time: used, address }),
    ),
    fact(t('Valid until'), t.time(key.expiresAt, zone)),
  ].join('')
  const id = `key-${key.id}`
  return html`<section class="room" aria-labelledby="${id}">
!${state === 'active' ? '' : html`<p class="eyebrow">${t(state)}</p>`}
<h2 id="${id}"><bdi>${key.name}</bdi></h2>
<div class="flat-main"><dl class="facts">!${facts}</dl>!${state === 'active' ? revocation(props, key) : ''}</div>
</section>`
}

function revocation({ t, link, hidden }: KeysPageProps, { id }: ApiKey): string {
  return html`<form method="post" action="${link('/account/api-keys/revoke')}" aria-labelledby="key-${id}">
!${hiddenInputs({ ...hidden, key: id })}
!${button({ id: `revoke-${id}`, label: t('Revoke this key'), kind: 'secondary' })}
</form>`
}

function allOfThem({ t, link, hidden }: KeysPageProps): string {
  return html`<section class="room" aria-labelledby="all-keys"><h2 id="all-keys">${t('Revoke all keys')}</h2>
<form method="post" action="${link('/account/api-keys/revoke-all')}">
!${hiddenInputs(hidden)}
<p>${t('Programs that use them lose their access at once.')}</p>
!${button({ id: 'revoke-all', label: t('Revoke all keys'), kind: 'secondary' })}
</form></section>`
}
