import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { ClientWords } from '../describe-client.ts'
import type { DetailWords } from '../detail-lines.ts'
import type { ResourceWords } from '../resource-words.ts'
import { hostOfResource } from '../resource-words.ts'

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
  readonly client: ClientWords
  readonly clientUri?: string | undefined
  readonly policyUri?: string | undefined
  readonly tosUri?: string | undefined
  readonly user: { readonly name: string; readonly username: string }
  readonly scopes: readonly ConsentScope[]
  readonly offline: boolean
  readonly resources: readonly ResourceWords[]
  readonly details: readonly DetailWords[]
  readonly switchUrl?: string | undefined
}

export type WishesProps = Pick<
  ConsentPageProps,
  't' | 'user' | 'switchUrl' | 'scopes' | 'offline' | 'resources' | 'details'
>

/** Asks whether a client may have what it wants; neither answer is dressed up as the only one. */
export function consentPage(props: ConsentPageProps): Page {
  const { t } = props
  const client = html`<strong><bdi>${props.clientName}</bdi></strong>`
  const { host, onDevice, unverified } = props.client
  return {
    lang: t.locale,
    title: t('Allow access'),
    body: html`
!${logo(props)}<h1>${t('Allow access?')}</h1>
<p class="sub">!${withMarkup(t('{client} wants to use your account.'), { client })} <span class="host">${onDevice ? `${t('On this device')} ` : ''}<bdi>${host}</bdi></span></p>
!${unverified ? html`<p class="notice">${t('This application registered itself. Nobody here has checked who is behind it.')}</p>` : ''}
!${wishes(props)}<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
!${button({ id: 'consent-deny', label: t('Deny'), name: 'decision', value: 'deny', kind: 'secondary' })}
!${button({ id: 'consent-allow', label: t('Allow'), name: 'decision', value: 'allow' })}
</div>
</form>
<p class="note">!${whereItEnds(props)}</p>
!${aboutClient(props)}`,
  }
}

/** Whose account it is about, and all that is asked. */
export function wishes(props: WishesProps): string {
  return html`!${account(props)}
<h2 id="wants">${props.t('It would be able to')}</h2>
<ul class="grants" aria-labelledby="wants">!${grants(props)}</ul>
!${places(props)}!${details(props)}`
}

/** The host of the redirect URI is the one thing about a client that it cannot make up; a device has no host. */
function whereItEnds({ t, client: { host, onDevice } }: ConsentPageProps): string {
  if (onDevice) {
    return t(
      'Either way you return to an application on this device. Allow it only if you have just started it yourself.',
    )
  }
  const words = t(
    'Either way you return to {host}. Allow it only if you know and trust this address.',
  )
  return withMarkup(words, { host: html`<bdi>${host}</bdi>` })
}

/** Who serves the image learns neither the page nor its address. */
function logo({ client }: ConsentPageProps): string {
  if (client.logo === undefined) return ''
  return html`<img class="client-logo" src="${client.logo}" alt="" width="64" height="64" referrerpolicy="no-referrer">
`
}

function places({ t, resources }: WishesProps): string {
  if (resources.length === 0) return ''
  const items = resources.map(({ identifier, name }) => {
    const host = hostOfResource(identifier)
    return html`<li data-resource="${identifier}"><bdi>${name}</bdi> <span class="quiet"><bdi>${host}</bdi></span></li>`
  })
  return html`<h2 id="places">${t('At these services')}</h2>
<ul class="grants" aria-labelledby="places">!${items.join('')}</ul>
`
}

function details({ t, details: all }: WishesProps): string {
  if (all.length === 0) return ''
  const items = all.map(({ type, lines }) => {
    const facts = lines.map(
      ([name, value]) => html`<div><dt><bdi>${name}</bdi></dt><dd><bdi>${value}</bdi></dd></div>`,
    )
    return html`<li data-detail="${type}"><bdi>${type}</bdi><dl class="facts">!${facts.join('')}</dl></li>`
  })
  return html`<h2 id="details">${t('In particular')}</h2>
<ul class="grants" aria-labelledby="details">!${items.join('')}</ul>
`
}

function account({ t, user, switchUrl }: WishesProps): string {
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

function grants({ t, scopes, offline }: WishesProps): string {
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
