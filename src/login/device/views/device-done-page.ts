import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import type { Translate, Words } from '../../../i18n/index.ts'

type Ending = { readonly title: Words; readonly words: Words }

const endings: ReadonlyMap<string | undefined, Ending> = new Map([
  [
    'allowed',
    {
      title: 'Your device is connected',
      words: 'Go back to it: it continues by itself in a few seconds. You can close this page.',
    },
  ],
  [
    'denied',
    {
      title: 'The device was not connected',
      words: 'It has no access to your account. You can close this page.',
    },
  ],
])
const late: Ending = {
  title: 'This took too long',
  words: 'The code has expired or was used already. Let the device show a new one.',
}

/** How it ended. The words are ours whatever the address says. */
export function deviceDonePage(t: Translate, answer: string | undefined): Page {
  const { title, words } = endings.get(answer) ?? late
  return {
    lang: t.locale,
    title: t(title),
    body: html`
<h1>${t(title)}</h1>
<p class="sub">${t(words)}</p>
<nav class="ways" aria-label="${t('Your account')}"><a class="way" href="/account/applications">${t('Your applications')}</a></nav>`,
  }
}
