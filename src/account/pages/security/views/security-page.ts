import { html } from 'ghtml'
import type { Page } from '../../../../http/index.ts'
import { button, hiddenInputs } from '../../../../http/index.ts'
import type { Words } from '../../../../i18n/index.ts'
import type { FactorEntry, FactorKind } from '../../../../mfa/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { accountPage, fact } from '../../views/account-frame.ts'
import type { CodesProps } from './backup-codes-room.ts'
import { backupCodesRoom } from './backup-codes-room.ts'
import { kindWords } from './kind-words.ts'

export type SecurityPageProps = AccountPageProps &
  CodesProps & {
    readonly entries: readonly FactorEntry[]
    readonly isProtected: boolean
    /** Whether a second factor is asked of this account, and from when on, if that is still to come. */
    readonly demand: { readonly until?: Date } | undefined
    /** What the policy lets count. */
    readonly accepted: readonly FactorKind[]
    /** What may be set up, best first. */
    readonly addable: readonly FactorKind[]
    /** How many browsers are not asked for a second factor. */
    readonly remembered: number
    /** Administrators who saw the account as its person does, the last ones first. */
    readonly visits?: readonly Visit[]
  }

export type Visit = {
  readonly adminName: string
  readonly reason: string
  readonly startedAt: Date | null
}

/** What protects an account beside the password, one card each, and what else could. */
export function securityPage(props: SecurityPageProps): Page {
  const { t, entries, isProtected, link } = props
  return accountPage(props, {
    section: '/account/security',
    title: t('Security'),
    sub: isProtected
      ? t('A second factor protects your account.')
      : t('Only your password protects this account.'),
    body: html`!${demand(props)}
!${entries.length === 0 ? '' : html`<div class="rooms">!${entries.map((entry, i) => card(props, entry, `factor-${i + 1}`)).join('')}</div>`}
!${additions(props)}
!${backupCodesRoom(props)}
!${remembered(props)}
!${visitsOf(props)}
<p class="ways"><a class="way" href="${link('/account/sessions')}">${t('Sign out everywhere else')}</a></p>`,
  })
}

function demand({ t, zone, demand: asked }: SecurityPageProps): string {
  if (asked === undefined) return ''
  const words =
    asked.until === undefined
      ? t('This account must have a second factor.')
      : t('This account must have a second factor from {date} on.', {
          date: t.time(asked.until, zone),
        })
  return html`<p class="notice">${words}</p>`
}

function card(props: SecurityPageProps, entry: FactorEntry, heading: string): string {
  const { t, link, zone } = props
  const { kind, id, name, createdAt, lastUsedAt } = entry
  const used = lastUsedAt === null ? t('never') : t.time(lastUsedAt, zone)
  const words = kind === 'email_code' ? t('Turn off') : t('Rename or remove')
  const more = link(`/account/security/factor?${new URLSearchParams({ kind, id })}`)
  return html`<section class="room" aria-labelledby="${heading}">
<p class="eyebrow">${t(kindWords[kind])}</p>
<h2 id="${heading}"><bdi>${name}</bdi></h2>
<div class="flat-main">!${worthless(props, entry)}
<dl class="facts">!${fact(t('Added on'), t.time(createdAt, zone))}!${fact(t('Last used'), used)}!${where(t, entry)}</dl>
<p class="ways"><a class="way" href="${more}" aria-describedby="${heading}">${words}</a></p></div>
</section>`
}

/** Why a factor that is there does not count. */
function worthless({ t, accepted }: SecurityPageProps, { kind, passkey }: FactorEntry): string {
  if (passkey?.suspended === true) {
    return html`<p class="alert">${t('This passkey may have been copied, so it does not count any more. Remove it.')}</p>`
  }
  if (accepted.includes(kind)) return ''
  return html`<p class="alert">${t('It does not count: it is not accepted here any more.')}</p>`
}

/** Whether losing the device loses the passkey. */
function where(t: SecurityPageProps['t'], { passkey }: FactorEntry): string {
  if (passkey === undefined) return ''
  const state: Words = passkey.backedUp
    ? 'synced'
    : passkey.backupEligible
      ? 'can be synced'
      : 'on one device'
  return html`<div><dt>${t('Copies')}</dt><dd><span class="badge">${t(state)}</span></dd></div>`
}

function additions(props: SecurityPageProps): string {
  const { t, addable } = props
  if (addable.length === 0) return ''
  return html`<section class="room" aria-labelledby="add"><h2 id="add">${t('Add a second factor')}</h2>
<div class="flat-main">!${addable.map((kind) => addition(props, kind)).join('')}</div></section>`
}

function addition({ t, link, hidden }: SecurityPageProps, kind: FactorKind): string {
  if (kind === 'passkey') {
    return html`<p>${t('A passkey is kept by your device or your password manager. No website can coax it out of you.')}</p>
<a class="button secondary" id="add-passkey" href="${link('/account/security/passkeys')}">${t('Add a passkey')}</a>`
  }
  const [path, words, label] =
    kind === 'totp'
      ? ([
          'authenticator',
          'An authenticator app shows a new code every 30 seconds.',
          'Add an authenticator app',
        ] as const)
      : ([
          'email-code',
          'A code by email is better than nothing: whoever reads your mail can read it as well.',
          'Turn on codes by email',
        ] as const)
  return html`<form method="post" action="${link(`/account/security/${path}`)}">
!${hiddenInputs(hidden)}
<p>${t(words)}</p>
!${button({ id: `add-${path}`, label: t(label), kind: 'secondary' })}
</form>`
}

function remembered({ t, link, hidden, remembered: count }: SecurityPageProps): string {
  if (count === 0) return ''
  const words =
    count === 1
      ? t('One browser is not asked for a second factor.')
      : t('{count} browsers are not asked for a second factor.', { count })
  return html`<section class="room" aria-labelledby="remembered"><h2 id="remembered">${t('Remembered browsers')}</h2>
<form method="post" action="${link('/account/security/forget-devices')}">
!${hiddenInputs(hidden)}
<p>${words}</p>
!${button({ id: 'forget-devices', label: t('Forget all'), kind: 'secondary' })}
</form></section>`
}

function visitsOf({ t, zone, visits = [] }: SecurityPageProps): string {
  if (visits.length === 0) return ''
  const items = visits.map(({ adminName: admin, reason, startedAt }) => {
    const date = startedAt === null ? '' : t.time(startedAt, zone)
    return html`<li><bdi>${t('{admin} saw your account on {date}: {reason}', { admin, date, reason })}</bdi></li>`
  })
  return html`<section class="room" aria-labelledby="visits"><h2 id="visits">${t('Seen by an administrator')}</h2>
<ul class="flat-main">!${items.join('')}</ul></section>`
}
