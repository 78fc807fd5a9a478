import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, errorSummary, field, hiddenInputs } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Puzzle } from '../admission/challenge.ts'
import { challengeAttributes, challengeFields } from './challenge.ts'

export type ForgotPageProps = {
  readonly t: Translate
  readonly action: string
  readonly puzzle?: Puzzle | undefined
  readonly hidden: Readonly<Record<string, string>>
  readonly identifier?: string | undefined
  readonly error?: string | undefined
  readonly loginUrl: string
}

export function forgotPage(props: ForgotPageProps): Page {
  const { t, error } = props
  const title = t('Forgot your password?')
  const problems = error === undefined ? [] : [{ message: error, field: 'identifier' }]
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">${t('We send a link to the email address of your account. It lets you choose a new password.')}</p>
!${errorSummary(problems, { focus: true })}
<form method="post" action="${props.action}"!${challengeAttributes(t, props.puzzle)}>
!${hiddenInputs(props.hidden)}
!${field({
      t,
      name: 'identifier',
      label: t('Username or email'),
      autocomplete: 'username',
      value: props.identifier,
      error,
      autofocus: error === undefined,
    })}
!${challengeFields(t, props.puzzle)}
!${button({ id: 'forgot-submit', label: t('Send the link') })}
</form>
!${back(t, props.loginUrl)}`,
  }
}

export type ForgotSentPageProps = {
  readonly t: Translate
  readonly minutes: number
  readonly forgotUrl: string
  readonly loginUrl: string
}

/** The same words for everybody, so that nobody learns whether there is an account. */
export function forgotSentPage({ t, minutes, forgotUrl, loginUrl }: ForgotSentPageProps): Page {
  const title = t('Check your mail')
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
<p class="sub">${t('If there is such an account, a mail with a link is on its way to its address. The link works for {minutes} minutes.', { minutes })}</p>
<h2>${t('No mail yet?')}</h2>
<p>${t('It can take a few minutes, and it may be in the folder for spam. If it does not come, check what you typed and ask again.')}</p>
<a class="button secondary" href="${forgotUrl}">${t('Ask again')}</a>
!${back(t, loginUrl)}`,
  }
}

function back(t: Translate, loginUrl: string): string {
  return html`<nav class="ways" aria-label="${t('Other ways in')}"><a class="way" href="${loginUrl}">${t('Back to the sign-in')}</a></nav>`
}
