import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { button, errorSummary, field, hiddenInputs } from '../../http/index.ts'

export type SetupPageProps = {
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
}

const fieldNames = ['username', 'email', 'name', 'password', 'confirm']

/** The very first account, which owns the server. */
export function setupPage(props: SetupPageProps): Page {
  const failed = Object.keys(props.errors).length > 0
  return {
    title: failed ? 'Error: Set up' : 'Set up',
    body: html`
<p class="eyebrow">First start</p>
<h1>Create the first administrator</h1>
<p class="sub">This account owns the server and can do everything on it.</p>
!${errorSummary(problems(props.errors), { title: 'The account was not created yet', focus: true })}
<form method="post" action="${props.action}">
!${hiddenInputs(props.hidden)}
!${whoFields(props, failed)}
!${passwordFields(props)}
!${button({ id: 'setup-submit', label: 'Create administrator' })}
</form>`,
  }
}

function problems(errors: SetupPageProps['errors']): { message: string; field?: string }[] {
  return Object.entries(errors).map(([field, message]) =>
    fieldNames.includes(field) ? { message, field } : { message },
  )
}

function whoFields({ values, errors }: SetupPageProps, failed: boolean): string {
  return [
    field({
      name: 'username',
      label: 'Username',
      autocomplete: 'username',
      value: values.username,
      error: errors.username,
      autofocus: !failed,
    }),
    field({
      name: 'email',
      label: 'Email',
      type: 'email',
      autocomplete: 'email',
      optional: true,
      value: values.email,
      error: errors.email,
    }),
    field({
      name: 'name',
      label: 'Name',
      autocomplete: 'name',
      capitals: 'words',
      optional: true,
      value: values.name,
      error: errors.name,
    }),
  ].join('')
}

function passwordFields({ errors, minLength }: SetupPageProps): string {
  const secret = { type: 'password', autocomplete: 'new-password', minLength } as const
  return [
    field({
      ...secret,
      name: 'password',
      label: 'Password',
      hint: `At least ${minLength} characters. A few unrelated words work well.`,
      error: errors.password,
    }),
    field({ ...secret, name: 'confirm', label: 'Password again', error: errors.confirm }),
  ].join('')
}

/** Shown when a setup link is used up, expired or wrong; it does not tell which. */
export function setupClosedPage(): Page {
  return {
    title: 'Setup is closed',
    body: html`
<h1>Setup is closed</h1>
<p class="sub">This server already has an administrator, or the link has expired.</p>
<h2>Nobody can sign in yet?</h2>
<p>Restart the server: as long as there is no administrator, it prints a new link. Or create one on the server itself:</p>
<pre><code>npx cardea user create \
  --role owner \
  --username ada</code></pre>
<a class="button secondary" href="/">Go to the start page</a>`,
  }
}
