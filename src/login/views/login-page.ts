import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, errorSummary, field, hiddenInputs } from '../../http/index.ts'

export type LoginPageProps = {
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName?: string | undefined
  readonly clientHost?: string | undefined
  readonly identifier?: string | undefined
  readonly error?: string | undefined
  readonly registerUrl?: string | undefined
  readonly forgotUrl?: string | undefined
}

/** Name and password. After a refusal the cursor waits in the password, described by the error. */
export function loginPage(props: LoginPageProps): Page {
  const { identifier = '', error } = props
  const describedBy = error === undefined ? undefined : 'error-summary'
  return {
    title: error === undefined ? 'Sign in' : 'Error: Sign in',
    body: html`
<h1>Sign in</h1>
!${destination(props)}
!${errorSummary(error === undefined ? [] : [{ message: error }])}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${field({
      name: 'identifier',
      label: 'Username or email',
      autocomplete: 'username',
      value: identifier,
      describedBy,
      autofocus: identifier === '',
    })}
!${field({
      name: 'password',
      label: 'Password',
      type: 'password',
      autocomplete: 'current-password',
      describedBy,
      autofocus: identifier !== '',
    })}
!${button({ id: 'login-submit', label: 'Sign in' })}
</form>
!${ways(props)}`,
  }
}

function destination({ clientName, clientHost }: LoginPageProps): string {
  if (clientName === undefined) return ''
  const host =
    clientHost === undefined ? '' : html` <span class="host"><bdi>${clientHost}</bdi></span>`
  return html`<p class="sub">to continue to <strong><bdi>${clientName}</bdi></strong>!${host}</p>`
}

function ways({ forgotUrl, registerUrl }: LoginPageProps): string {
  const links = [
    forgotUrl === undefined
      ? ''
      : html`<a class="way" href="${forgotUrl}">Forgot your password?</a>`,
    registerUrl === undefined
      ? ''
      : html`<a class="way" href="${registerUrl}">Create an account</a>`,
  ].join('')
  return links === '' ? '' : `<nav class="ways" aria-label="Other ways in">${links}</nav>`
}
