import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import { button, errorSummary, field, hiddenInputs, withMarkup } from '../../../http/index.ts'
import type { Translate } from '../../../i18n/index.ts'

export type ConfirmPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly user: string
  readonly backUrl: string
  readonly failed: boolean
}

/** Asks who is signed in for the password once more. */
export function confirmPage({ t, failed, ...props }: ConfirmPageProps): Page {
  const title = t('Confirm your password')
  const user = html`<strong><bdi>${props.user}</bdi></strong>`
  const errors = failed ? [{ message: t('The password is not correct.') }] : []
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    body: html`
<h1>${title}</h1>
<p class="sub">!${withMarkup(t('You are signed in as {user}.'), { user })} ${t('What comes next needs your password once more.')}</p>
!${errorSummary(errors)}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${field({
      t,
      name: 'password',
      label: t('Password'),
      type: 'password',
      autocomplete: 'current-password',
      describedBy: failed ? 'error-summary' : undefined,
      autofocus: true,
    })}
!${button({ id: 'confirm-submit', label: t('Confirm') })}
</form>
<a class="way" href="${props.backUrl}">${t('Go back')}</a>`,
  }
}
