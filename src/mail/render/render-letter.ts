import type { Locale } from '../../i18n/index.ts'
import { chooseLocale, translator } from '../../i18n/index.ts'
import { GiveUp } from '../../jobs/index.ts'
import type { Letter, Template } from '../letter.ts'
import { templates } from '../templates/templates.ts'
import type { Mail } from '../transport.ts'
import type { Compose } from './draft.ts'
import { renderHtml } from './render-html.ts'
import { oneLine, renderText } from './render-text.ts'

/** The service that letters come from, and the language of readers who have not named one of ours. */
export type Sender = { readonly name: string; readonly url: string; readonly locale: Locale }

/** A letter in its final words, in the language of its reader. */
export function renderLetter<T extends Template>(
  letter: Letter<T>,
  sender: Sender,
): Omit<Mail, 'id' | 'to'> {
  const locale = chooseLocale({ account: letter.locale, fallback: sender.locale })
  const t = translator(locale)
  // A job may come from another version of the server, which knew other letters.
  if (!Object.hasOwn(templates, letter.template)) throw new GiveUp('there is no such template')
  const compose: Compose<T> = templates[letter.template]
  const draft = compose(letter.values, t)
  return {
    locale,
    subject: oneLine(draft.subject),
    text: renderText(draft, t, sender),
    html: renderHtml(draft, t, sender),
  }
}
