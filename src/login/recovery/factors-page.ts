import { html } from 'ghtml'
import type { Page, StrengthAssets } from '../../http/index.ts'
import {
  button,
  currentPasswordField,
  errorSummary,
  hiddenInputs,
  withMarkup,
} from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Puzzle } from '../admission/challenge.ts'
import { challengeAttributes, challengeFields } from '../views/challenge.ts'

export type RecoverFactorsPageProps = {
  readonly t: Translate
  readonly puzzle?: Puzzle | undefined
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly username: string
  readonly error?: string | undefined
  readonly forgotUrl: string
  readonly assets?: StrengthAssets | undefined
}

/** The link of a letter for who has lost all second factors; the password stays the other half. */
export function recoverFactorsPage(props: RecoverFactorsPageProps): Page {
  const { t, error, puzzle } = props
  const title = t('Replace your second factors')
  const user = html`<strong><bdi>${props.username}</bdi></strong>`
  const problems = error === undefined ? [] : [{ message: error, field: 'password' }]
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
<p class="sub">!${withMarkup(t('for the account {user}'), { user })}</p>
<p>${t('All passkeys, authenticator apps and backup codes of the account are removed, and it is signed out everywhere. You set up a new factor when you sign in next.')}</p>
!${errorSummary(problems, { focus: true })}
<form method="post" action="${props.action}"!${challengeAttributes(t, puzzle)}>
!${hiddenInputs(props.hidden)}
!${currentPasswordField({
      t,
      name: 'password',
      label: t('Password'),
      error,
      autofocus: error === undefined,
      assets: props.assets,
    })}
!${challengeFields(t, puzzle)}
!${button({ id: 'recover-submit', label: t('Remove the factors') })}
</form>
<p class="note">${t('No password, or you do not know it? Choose a new one first; this link stays as it is meanwhile.')}</p>
<nav class="ways" aria-label="${t('Other ways in')}"><a class="way" href="${props.forgotUrl}">${t('Forgot your password?')}</a></nav>
<p class="note">${t('If you did not ask for this, close this page: nothing happens.')}</p>`,
  }
}
