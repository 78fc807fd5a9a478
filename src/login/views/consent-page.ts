import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, hiddenInputs } from '../../http/index.ts'

export type ConsentScope = {
  readonly name: string
  readonly words: string
  readonly detail?: string | undefined
}

export type ConsentPageProps = {
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
  return {
    title: 'Allow access',
    body: html`
<h1>Allow access?</h1>
<p class="sub"><strong><bdi>${props.clientName}</bdi></strong> wants to use your account. <span class="host"><bdi>${props.clientHost}</bdi></span></p>
!${account(props)}
<h2 id="wants">It would be able to</h2>
<ul class="grants" aria-labelledby="wants">!${grants(props)}</ul>
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
!${button({ id: 'consent-deny', label: 'Deny', name: 'decision', value: 'deny', kind: 'secondary' })}
!${button({ id: 'consent-allow', label: 'Allow', name: 'decision', value: 'allow' })}
</div>
</form>
<p class="note">Either way you return to <bdi>${props.clientHost}</bdi>. Allow it only if you know and trust this address.</p>
!${aboutClient(props)}`,
  }
}

function account({ user, switchUrl }: ConsentPageProps): string {
  const change =
    switchUrl === undefined
      ? ''
      : html`<a class="way" href="${switchUrl}">Switch<span class="unseen"> account</span></a>`
  return html`<div class="person">
<span class="initial" aria-hidden="true">${Array.from(user.name)[0] ?? ''}</span>
<p><span class="person-name"><bdi>${user.name}</bdi></span> <span class="quiet"><bdi>${user.username}</bdi></span></p>
!${change}
</div>`
}

const whileAway: ConsentScope = {
  name: 'offline_access',
  words: 'Keep this access while you are away',
  detail: 'It lasts until you or the application end it.',
}

function grants({ scopes, offline }: ConsentPageProps): string {
  const asked = offline
    ? [...scopes.filter(({ name }) => name !== whileAway.name), whileAway]
    : scopes
  return asked.map(grant).join('')
}

function grant({ name, words, detail }: ConsentScope): string {
  const more = detail === undefined ? '' : html` <span class="quiet"><bdi>${detail}</bdi></span>`
  return html`<li data-scope="${name}"><bdi>${words}</bdi>!${more}</li>`
}

function aboutClient({ clientUri, policyUri, tosUri }: ConsentPageProps): string {
  const links = [
    outside(clientUri, 'Website'),
    outside(policyUri, 'Privacy policy'),
    outside(tosUri, 'Terms of service'),
  ].join('')
  return links === '' ? '' : `<nav class="ways" aria-label="About the application">${links}</nav>`
}

/** A client writes its own metadata, so only an address of the web becomes a link. */
function outside(address: string | undefined, label: string): string {
  if (address === undefined || !/^https?:\/\//i.test(address)) return ''
  return html`<a class="way" href="${address}" target="_blank" rel="noopener noreferrer nofollow">${label}<span class="unseen"> (opens in a new tab)</span></a>`
}
