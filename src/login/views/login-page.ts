import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, errorSummary, field, hiddenInputs, withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Puzzle } from '../admission/challenge.ts'
import { challengeAttributes, challengeFields } from './challenge.ts'
import { checkbox } from './checkbox.ts'

export type LoginPageProps = {
  readonly t: Translate
  readonly action: string
  readonly puzzle?: Puzzle | undefined
  readonly hidden: Readonly<Record<string, string>>
  readonly clientName?: string | undefined
  readonly clientHost?: string | undefined
  readonly identifier?: string | undefined
  readonly error?: string | undefined
  /** What has just happened, in words of our own. */
  readonly notice?: string | undefined
  readonly remember?: boolean
  readonly registerUrl?: string | undefined
  readonly forgotUrl?: string | undefined
  /** The way in without a password; HTML of our own views. */
  readonly passkeyForm?: string | undefined
  /** The address of passkey.js, where the page finds out whether the browser could keep passkeys. */
  readonly detect?: string | undefined
}

/** Name and password. After a refusal the cursor waits in the password, described by the error. */
export function loginPage(props: LoginPageProps): Page {
  const { t, error } = props
  const title = t('Sign in')
  return {
    lang: t.locale,
    title: error === undefined ? title : t('Error: {title}', { title }),
    body: html`
<h1>${title}</h1>
!${destination(props)}
!${said(props)}
!${errorSummary(error === undefined ? [] : [{ message: error }])}
<form method="post" action="${props.action}"!${challengeAttributes(t, props.puzzle)}>
!${hiddenInputs(props.hidden)}!${detection(props)}
!${credentials(props)}
!${checkbox({
      name: 'remember',
      value: 'yes',
      label: html`${t('Keep me signed in on this device')}`,
      checked: props.remember === true,
    })}
!${challengeFields(t, props.puzzle)}
!${button({ id: 'login-submit', label: title })}
</form>
!${props.passkeyForm ?? ''}
!${ways(props)}`,
  }
}

function said({ notice }: LoginPageProps): string {
  if (notice === undefined) return ''
  return html`<div class="notice" role="status"><p>${notice}</p></div>`
}

/** The script fills it in; the server believes it only for an offer that can be declined. */
function detection({ detect, passkeyForm }: LoginPageProps): string {
  if (detect === undefined) return ''
  const script = html`<script type="module" src="${detect}"></script>`
  const input = '<input type="hidden" name="passkeys" value="" data-passkey-capable>'
  return passkeyForm === undefined ? `${input}${script}` : input
}

function credentials({ t, identifier = '', error, passkeyForm }: LoginPageProps): string {
  const describedBy = error === undefined ? undefined : 'error-summary'
  return [
    field({
      t,
      name: 'identifier',
      label: t('Username or email'),
      // WebAuthn Level 3, section 5.1.4: the browser offers passkeys here, too.
      autocomplete: passkeyForm === undefined ? 'username' : 'username webauthn',
      value: identifier,
      describedBy,
      autofocus: identifier === '',
    }),
    field({
      t,
      name: 'password',
      label: t('Password'),
      type: 'password',
      autocomplete: 'current-password',
      describedBy,
      autofocus: identifier !== '',
    }),
  ].join('')
}

function destination({ t, clientName, clientHost }: LoginPageProps): string {
  if (clientName === undefined) return ''
  const host =
    clientHost === undefined ? '' : html` <span class="host"><bdi>${clientHost}</bdi></span>`
  const client = html`<strong><bdi>${clientName}</bdi></strong>`
  return html`<p class="sub">!${withMarkup(t('to continue to {client}'), { client })}!${host}</p>`
}

function ways({ t, forgotUrl, registerUrl }: LoginPageProps): string {
  const links = [
    forgotUrl === undefined
      ? ''
      : html`<a class="way" href="${forgotUrl}">${t('Forgot your password?')}</a>`,
    registerUrl === undefined
      ? ''
      : html`<a class="way" href="${registerUrl}">${t('Create an account')}</a>`,
  ].join('')
  return links === ''
    ? ''
    : html`<nav class="ways" aria-label="${t('Other ways in')}">!${links}</nav>`
}
