import { html } from 'ghtml'
import type { Page, StrengthAssets } from '../../http/index.ts'
import {
  button,
  errorSummary,
  field,
  hiddenInputs,
  newPasswordField,
  withMarkup,
} from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import type { Puzzle } from '../admission/challenge.ts'
import { challengeAttributes, challengeFields } from './challenge.ts'
import { checkbox } from './checkbox.ts'

export type RegisterPageProps = {
  readonly t: Translate
  readonly action: string
  readonly puzzle?: Puzzle | undefined
  readonly hidden: Readonly<Record<string, string>>
  /** The application that the person is on the way to. */
  readonly clientName?: string | undefined
  /** The address of the invitation, which cannot be changed. */
  readonly invitedEmail?: string | undefined
  readonly emailOptional: boolean
  readonly values: {
    readonly username?: string | undefined
    readonly email?: string | undefined
    readonly name?: string | undefined
  }
  /** Words by field name. */
  readonly errors: Readonly<Record<string, string>>
  readonly terms: {
    /** '' when none need to be accepted. */
    readonly version: string
    readonly url: string
    readonly privacyUrl: string
    readonly accepted: boolean
  }
  readonly minLength: number
  readonly assets?: StrengthAssets | undefined
  readonly loginUrl: string
}

const fieldNames = ['username', 'email', 'name', 'password', 'accepted_terms']

export function registerPage(props: RegisterPageProps): Page {
  const { t, clientName } = props
  const title = t('Create an account')
  const failed = Object.keys(props.errors).length > 0
  const client = html`<strong><bdi>${clientName ?? ''}</bdi></strong>`
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    body: html`
<h1>${title}</h1>
!${clientName === undefined ? '' : html`<p class="sub">!${withMarkup(t('to continue to {client}'), { client })}</p>`}
!${errorSummary(problems(props.errors), { title: t('The account was not created yet'), focus: true })}
<form method="post" action="${props.action}"!${challengeAttributes(t, props.puzzle)}>
!${hiddenInputs(props.hidden)}
!${emailField(props, failed)}
!${nameFields(props)}
!${newPasswordField({
      t,
      name: 'password',
      label: t('Password'),
      hint: t('At least {count} characters. A few unrelated words work well.', {
        count: props.minLength,
      }),
      error: props.errors.password,
      minLength: props.minLength,
      assets: props.assets,
    })}
!${termsField(props)}
!${challengeFields(t, props.puzzle)}
!${button({ id: 'register-submit', label: title })}
</form>
!${privacy(props)}
<nav class="ways" aria-label="${t('Other ways in')}"><a class="way" href="${props.loginUrl}">${t('I already have an account')}</a></nav>`,
  }
}

function problems(errors: RegisterPageProps['errors']): { message: string; field?: string }[] {
  return Object.entries(errors).map(([field, message]) =>
    fieldNames.includes(field) ? { message, field } : { message },
  )
}

function emailField(props: RegisterPageProps, failed: boolean): string {
  const { t, invitedEmail, emailOptional, values, errors } = props
  if (invitedEmail !== undefined) {
    return html`<dl class="facts"><div><dt>${t('Email')}</dt><dd><bdi>${invitedEmail}</bdi></dd></div></dl>`
  }
  return field({
    t,
    name: 'email',
    label: t('Email'),
    type: 'email',
    autocomplete: 'email',
    optional: emailOptional,
    value: values.email,
    error: errors.email,
    autofocus: !failed,
  })
}

function nameFields({ t, values, errors }: RegisterPageProps): string {
  return [
    field({
      t,
      name: 'username',
      label: t('Username'),
      hint: t('Others may see it. Leave it empty and one is made up for you.'),
      autocomplete: 'username',
      optional: true,
      value: values.username,
      error: errors.username,
    }),
    field({
      t,
      name: 'name',
      label: t('Name'),
      autocomplete: 'name',
      capitals: 'words',
      optional: true,
      value: values.name,
      error: errors.name,
    }),
  ].join('')
}

function termsField({ t, terms, errors }: RegisterPageProps): string {
  const { version, url, privacyUrl, accepted } = terms
  if (version === '') return ''
  const parts = {
    terms: outside(t, url, t('terms of service')),
    privacy: outside(t, privacyUrl, t('privacy policy')),
  }
  const words =
    privacyUrl === ''
      ? t('I accept the {terms}.')
      : t('I accept the {terms} and have read the {privacy}.')
  return checkbox({
    name: 'accepted_terms',
    value: version,
    label: withMarkup(words, parts),
    error: errors.accepted_terms,
    checked: accepted,
    required: true,
  })
}

/** Where nothing has to be accepted, the privacy notice can still be read. */
function privacy({ t, terms: { version, privacyUrl } }: RegisterPageProps): string {
  if (version !== '' || privacyUrl === '') return ''
  const link = outside(t, privacyUrl, t('privacy policy'))
  return html`<p class="note">!${withMarkup(t('How your data is used: {privacy}'), { privacy: link })}</p>`
}

function outside(t: Translate, address: string, label: string): string {
  if (address === '') return html`${label}`
  return html`<a href="${address}" target="_blank" rel="noopener noreferrer">${label}<span class="unseen"> (${t('opens in a new tab')})</span></a>`
}
