import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { button, field, hiddenInputs } from '../../../../http/index.ts'
import type { FactorEntry } from '../../../../mfa/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage } from '../../views/account-frame.ts'

export type FactorPageProps = AccountPageProps & {
  readonly entry: FactorEntry
  /** As it is, or as it was typed. */
  readonly name: string
  /** Whether no other factor is left without it. */
  readonly isLast: boolean
}

/** One factor: another name for it, and what its removal means before it is removed. */
export function factorPage(props: FactorPageProps): Page {
  const { t, link, entry } = props
  return accountPage(props, {
    section: '/account/security',
    title: t('Change {name}', { name: entry.name }),
    body: html`!${entry.kind === 'email_code' ? '' : renaming(props)}
!${removal(props)}
<p class="ways"><a class="way" href="${link('/account/security')}">${t('Go back')}</a></p>`,
  })
}

function renaming({ t, link, hidden, name, errors = {} }: FactorPageProps): string {
  return html`<form class="room" method="post" action="${link('/account/security/rename')}">
!${hiddenInputs(hidden)}
!${field({ t, name: 'name', label: t('Name'), autocomplete: 'off', value: name, error: errors.name, capitals: 'words' })}
!${button({ id: 'rename-submit', label: t('Save'), kind: 'secondary' })}
</form>`
}

function removal({ t, link, hidden, entry, isLast }: FactorPageProps): string {
  const label = entry.kind === 'email_code' ? t('Turn off') : t('Remove')
  return html`<section class="room grave" aria-labelledby="remove"><h2 id="remove">${label}</h2>
<form method="post" action="${link('/account/security/remove')}">
!${hiddenInputs(hidden)}
<p>${t('It cannot be used any more to sign in, and every browser is asked for a second factor again.')}</p>
!${isLast ? html`<p><strong>${t('It is your last second factor. Your backup codes go with it, and only your password protects your account then.')}</strong></p>` : ''}
!${button({ id: 'remove-submit', label })}
</form></section>`
}
