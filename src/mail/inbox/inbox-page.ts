import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { InboxMail } from './inbox.ts'

/** All letters, for whoever develops. */
export function inboxPage(t: Translate, mails: readonly InboxMail[]): Page {
  const items = mails.map(
    ({ id, to, subject, at }) =>
      html`<li><a href="/dev/mail/${id}"><bdi>${subject}</bdi></a><p class="hint"><bdi>${to}</bdi> · ${t.time(at)}</p></li>`,
  )
  const body =
    items.length === 0
      ? html`<p>${t('No mail has been sent yet.')}</p>`
      : html`<ul class="doors">!${items.join('\n')}</ul>`
  return {
    lang: t.locale,
    title: t('Sent mails'),
    wide: true,
    body: html`
<h1>${t('Sent mails')}</h1>
<p class="sub">${t('There is no mail server, so mails are shown here. Only while you develop.')}</p>
!${body}`,
  }
}

/** One letter: its text with links that work, and its HTML as a document that can do nothing. */
export function mailPage(t: Translate, mail: InboxMail): Page {
  return {
    lang: t.locale,
    title: mail.subject,
    wide: true,
    body: html`
<p><a href="/dev/mail">${t('Sent mails')}</a></p>
<h1><bdi>${mail.subject}</bdi></h1>
<p class="sub"><bdi>${mail.to}</bdi> · ${t.time(mail.at)}</p>
<h2>${t('As text')}</h2>
<pre lang="${mail.locale}">!${linked(mail.text)}</pre>
<h2>${t('As HTML')}</h2>
<iframe sandbox src="/dev/mail/${mail.id}/html" title="${t('As HTML')}" width="100%" height="760"></iframe>`,
  }
}

function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,])/)
    .map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
    .join('')
}
