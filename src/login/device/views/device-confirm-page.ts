import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, hiddenInputs, withMarkup } from '../../../http/index.ts'
import type { ClientWords } from '../../describe-client.ts'
import type { ConsentPageProps } from '../../views/consent-page.ts'
import { wishes } from '../../views/consent-page.ts'

export type DeviceConfirmPageProps = Pick<
  ConsentPageProps,
  't' | 'action' | 'hidden' | 'clientName' | 'user' | 'scopes' | 'offline' | 'resources' | 'details'
> & {
  readonly client: Pick<ClientWords, 'host' | 'unverified'>
  readonly code: string
}

/**
 * Asks whether a device may have what it wants. Somebody else may have sent the code (RFC 8628 section 5.4), so
 * the page shows it to be compared, and says what it would mean.
 */
export function deviceConfirmPage(props: DeviceConfirmPageProps): Page {
  const { t, code } = props
  const client = html`<strong><bdi>${props.clientName}</bdi></strong>`
  const { host, unverified } = props.client
  return {
    lang: t.locale,
    title: t('Connect a device'),
    body: html`
<h1>${t('Connect this device?')}</h1>
<p class="sub">!${withMarkup(t('{client} on another device wants to use your account.'), { client })}!${host === '' ? '' : html` <span class="host"><bdi>${host}</bdi></span>`}</p>
!${unverified ? html`<p class="notice">${t('This application registered itself. Nobody here has checked who is behind it.')}</p>` : ''}
<p>!${withMarkup(t('The device must show this code: {code}'), { code: html`<strong id="device-code">${code}</strong>` })}</p>
<p class="notice">${t('Allow it only if you have just started this yourself and the device is in front of you. If somebody sent you the code or asked you to type it, deny it: they would get into your account.')}</p>
!${wishes(props)}<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
<div class="choices">
!${button({ id: 'device-deny', label: t('Deny'), name: 'decision', value: 'deny', kind: 'secondary' })}
!${button({ id: 'device-allow', label: t('Allow'), name: 'decision', value: 'allow' })}
</div>
</form>`,
  }
}
