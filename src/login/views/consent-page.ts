import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type ConsentScope = {
  readonly name: string
  readonly words: string
  readonly detail?: string | undefined
}

export type ConsentPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName: string
  /** The host of the redirect URI: the one thing about a client that it cannot make up. */
  readonly clientHost: string
  readonly clientUri?: string | undefined
  readonly policyUri?: string | undefined
  readonly tosUri?: string | undefined
  readonly user: { readonly name: string; readonly username: string }
  readonly scopes: readonly ConsentScope[]
  readonly offline: boolean
  readonly switchUrl?: string | undefined
}

/** Asks whether a client may have what it wants; neither answer is dressed up as the only one. */
export function consentPage(props: ConsentPageProps): Page {
  const { t } = props
  const client = html`<strong><bdi>${props.clientName}</bdi></strong>`
  const host = html`<bdi>${props.clientHost}</bdi>`
  return {
    lang: t.locale,
    title: t('Allow access'),
    body: html`
<h1>${t('Allow access?')}</h1>
<p class="sub">!${withMarkup(t('{client} wants to use your account.'), { client })} <span class="host">!${host}</span></p>
!${account(props)}
<h2 id="wants">${t('It would be able to')}</h2>
<ul class="grants" aria-labelledby="wants">!${grants(props)}</ul>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
!${button({ id: 'consent-deny', label: t('Deny'), name: 'decision', value: 'deny', kind: 'secondary' })}
!${button({ id: 'consent-allow', label: t('Allow'), name: 'decision', value: 'allow' })}
</div>
</form>
<p class="note">!${withMarkup(t('Either way you return to {host}. Allow it only if you know and trust this address.'), { host })}</p>
!${aboutClient(props)}`,
  }
}

function account({ t, user, switchUrl }: ConsentPageProps): string {
  const change =
    switchUrl === undefined
      ? ''
      : html`<a class="way" href="${switchUrl}" aria-label="${t('Switch account')}">${t('Switch')}</a>`
  return html`<div class="person">
<span class="initial" aria-hidden="true">${Array.from(user.name)[0] ?? ''}</span>
<p><span class="person-name"><bdi>${user.name}</bdi></span> <span class="quiet"><bdi>${user.username}</bdi></span></p>
!${change}
</div>`
}

function grants({ t, scopes, offline }: ConsentPageProps): string {
  const whileAway: ConsentScope = {
    name: 'offline_access',
    words: t('Keep this access while you are away'),
    detail: t('It lasts until you or the application end it.'),
  }
  const asked = offline
    ? [...scopes.filter(({ name }) => name !== whileAway.name), whileAway]
    : scopes
  return asked.map(grant).join('')
}

function grant({ name, words, detail }: ConsentScope): string {
  const more = detail === undefined ? '' : html` <span class="quiet"><bdi>${detail}</bdi></span>`
  return html`<li data-scope="${name}"><bdi>${words}</bdi>!${more}</li>`
}

function aboutClient({ t, clientUri, policyUri, tosUri }: ConsentPageProps): string {
  const links = [
    outside(t, clientUri, t('Website')),
    outside(t, policyUri, t('Privacy policy')),
    outside(t, tosUri, t('Terms of service')),
  ].join('')
  return links === ''
    ? ''
    : html`<nav class="ways" aria-label="${t('About the application')}">!${links}</nav>`
}

/** A client writes its own metadata, so only an address of the web becomes a link. */
function outside(t: Translate, address: string | undefined, label: string): string {
  if (address === undefined || !/^https?:\/\//i.test(address)) return ''
  return html`<a class="way" href="${address}" target="_blank" rel="noopener noreferrer nofollow">${label}<span class="unseen"> (${t('opens in a new tab')})</span></a>`
}
