import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { button, field, hiddenInputs } from '../../../../http/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'

export type NewKeyPageProps = AccountPageProps & {
  readonly name: string
  /** As they were typed. */
  readonly scopes: string
  /** Seconds. */
  readonly lifetime: number
  /** Seconds. */
  readonly maxLifetime: number
}

const day = 86_400
const usual = [7, 30, 90, 180, 365].map((days) => days * day)

/** Asks for what a key is called, what it may do, and for how long. */
export function newKeyPage(props: NewKeyPageProps): Page {
  const { t, link, hidden, errors = {} } = props
  const fields = [
    field({
      t,
      name: 'name',
      label: t('Name'),
      hint: t('For example the program that uses it.'),
      autocomplete: 'off',
      value: props.name,
      error: errors.name,
      capitals: 'words',
    }),
    field({
      t,
      name: 'scopes',
      label: t('Permissions'),
      hint: t(
        'What it may do, separated by spaces, such as document:read or document:*. It never has more rights than you have yourself.',
      ),
      autocomplete: 'off',
      value: props.scopes,
      error: errors.scopes,
    }),
    lifetimeField(props),
  ].join('')
  return accountPage(props, {
    section: '/account/api-keys',
    title: t('Make an API key'),
    body: html`<form class="room" method="post" action="${link('/account/api-keys/new')}">
!${hiddenInputs(hidden)}
!${fields}
!${button({ id: 'key-submit', label: t('Make an API key') })}
</form>
<p class="ways"><a class="way" href="${link('/account/api-keys')}">${t('Go back')}</a></p>`,
  })
}

function lifetimeField({ t, lifetime, maxLifetime, errors = {} }: NewKeyPageProps): string {
  const within = usual.filter((seconds) => seconds <= maxLifetime)
  const chosen = Math.min(lifetime, maxLifetime)
  const lifetimes = [...new Set([...within, chosen])].sort((a, b) => a - b)
  const options = lifetimes.map((seconds) => {
    const words =
      seconds % day === 0
        ? t('{count} days', { count: seconds / day })
        : t('{count} hours', { count: Math.round(seconds / 3600) })
    return html`<option value="${seconds}"!${seconds === chosen ? ' selected' : ''}>${words}</option>`
  })
  const error = errors.expires_at
  const wrong =
    error === undefined ? '' : ' aria-invalid="true" aria-describedby="expires_at-error"'
  return html`<div class="field"><label for="expires_at">${t('Valid for')}</label>
<select id="expires_at" name="lifetime"!${wrong}>!${options.join('')}</select>
!${error === undefined ? '' : html`<p class="field-error" id="expires_at-error">${error}</p>`}</div>`
}
