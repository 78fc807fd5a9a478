import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { Impersonated } from '../impersonated.ts'
import { button, hiddenInputs } from './form.ts'
import { withMarkup } from './with-markup.ts'

export const endOfImpersonation = '/impersonation/end'

/** Says on every page whose account this is, and ends it. */
export function impersonationBanner(
  t: Translate,
  { name, until }: Impersonated,
  hidden: Readonly<Record<string, string>>,
): string {
  const strong = html`<strong><bdi>${name}</bdi></strong>`
  return html`<section class="notice impersonation" aria-label="${t('You see the account of somebody else')}">
<p>!${withMarkup(t('You see this as {name}, until {time}.'), { name: strong, time: html`${t.time(until)}` })}</p>
<form method="post" action="${endOfImpersonation}">!${hiddenInputs(hidden)}!${button({ id: 'end-impersonation', label: t('End'), kind: 'secondary' })}</form>
</section>`
}
