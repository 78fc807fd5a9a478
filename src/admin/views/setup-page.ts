import { html } from 'ghtml'
import type { Page, StrengthAssets } from '../../http/index.ts'
import { button, errorSummary, field, hiddenInputs, newPasswordField } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type SetupPageProps = {
  readonly t: Translate
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly values: {
    readonly username?: string | undefined
    readonly email?: string | undefined
    readonly name?: string | undefined
  }
  /** Words by field name; the words of any other name stand in the summary only. */
  readonly errors: Readonly<Record<string, string>>
  readonly minLength: number
  /** With the scripts of password fields; the page works as well without. */
  readonly strength?: StrengthAssets | undefined
}

const fieldNames = ['username', 'email', 'name', 'password', 'confirm']

/** The very first account, which owns the server. */
export function setupPage(props: SetupPageProps): Page {
  const { t } = props
  const title = t('Set up')
  const failed = Object.keys(props.errors).length > 0
  return {
    lang: t.locale,
    title: failed ? t('Error: {title}', { title }) : title,
    body: html`
<p class="eyebrow">${t('First start')}</p>
<h1>${t('Create the first administrator')}</h1>
<p class="sub">${t('This account owns the server and can do everything on it.')}</p>
!${errorSummary(problems(props.errors), { title: t('The account was not created yet'), focus: true })}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${whoFields(props, failed)}
!${passwordFields(props)}
!${button({ id: 'setup-submit', label: t('Create administrator') })}
</form>`,
  }
}

function problems(errors: SetupPageProps['errors']): { message: string; field?: string }[] {
  return Object.entries(errors).map(([field, message]) =>
    fieldNames.includes(field) ? { message, field } : { message },
  )
}

function whoFields({ t, values, errors }: SetupPageProps, failed: boolean): string {
  return [
    field({
      t,
      name: 'username',
      label: t('Username'),
      autocomplete: 'username',
      value: values.username,
      error: errors.username,
      autofocus: !failed,
    }),
    field({
      t,
      name: 'email',
      label: t('Email'),
      type: 'email',
      autocomplete: 'email',
      optional: true,
      value: values.email,
      error: errors.email,
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

function passwordFields({ t, errors, minLength, strength }: SetupPageProps): string {
  const again = { type: 'password', autocomplete: 'new-password', minLength } as const
  return [
    newPasswordField({
      t,
      assets: strength,
      minLength,
      name: 'password',
      label: t('Password'),
      hint: t('At least {count} characters. A few unrelated words work well.', {
        count: minLength,
      }),
      error: errors.password,
    }),
    field({ t, ...again, name: 'confirm', label: t('Password again'), error: errors.confirm }),
  ].join('')
}

/** Shown when a setup link is used up, expired or wrong; it does not tell which. */
export function setupClosedPage(t: Translate): Page {
  return {
    lang: t.locale,
    title: t('Setup is closed'),
    body: html`
<h1>${t('Setup is closed')}</h1>
<p class="sub">${t('This server already has an administrator, or the link has expired.')}</p>
<h2>${t('Nobody can sign in yet?')}</h2>
<p>${t('Restart the server: as long as there is no administrator, it prints a new link. Or create one on the server itself:')}</p>
<pre><code>npx cardea user create \
  --role owner \
  --username ada</code></pre>
<a class="button secondary" href="/">${t('Go to the start page')}</a>`,
  }
}
