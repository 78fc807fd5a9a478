import { html } from 'ghtml'
import { button, hiddenInputs } from '../../../../http/index.ts'
import type { DeviceWords } from '../../../../session/index.ts'
import type { AccountPageProps } from '../../views/account-frame.ts'
import { fact } from '../../views/account-frame.ts'

/** A code that was used: when, and by whom as far as that can be told. */
export type UsedCode = {
  readonly at: Date
  readonly device: DeviceWords
  readonly ip: string | undefined
  readonly place: string | undefined
}

export type CodesProps = {
  readonly codes: {
    readonly remaining: number
    readonly total: number
    readonly expiresAt: Date | null
    readonly used: readonly UsedCode[]
  }
  readonly canRenew: boolean
  /** The time zone of the person. */
  readonly zone: string | undefined
}

/** With so many left it is time for new ones. */
const few = 3

type Props = AccountPageProps & CodesProps

/** How many backup codes are left, and what became of the others. */
export function backupCodesRoom(props: Props): string {
  const { t, link, hidden, zone, canRenew, codes } = props
  const { remaining, total, expiresAt } = codes
  if (!canRenew && total === 0) return ''
  const left = total === 0 ? t('none') : t('{remaining} of {total}', { remaining, total })
  const until = expiresAt === null ? undefined : t.time(expiresAt, zone)
  return html`<section class="room" aria-labelledby="codes"><h2 id="codes">${t('Backup codes')}</h2>
<div class="flat-main">
!${remaining <= few ? html`<p class="alert">${warning(props)}</p>` : ''}
<dl class="facts">!${fact(t('Codes that are left'), left)}!${fact(t('Valid until'), until)}</dl>
!${used(props)}
!${
    canRenew
      ? html`<form method="post" action="${link('/account/security/backup-codes')}">
!${hiddenInputs(hidden)}
<p class="hint">${t('New codes make all earlier ones worthless.')}</p>
!${button({ id: 'renew-codes', label: t('Make new backup codes'), kind: 'secondary' })}
</form>`
      : ''
  }</div></section>`
}

function warning({ t, codes }: Props): string {
  return codes.remaining === 0
    ? t('Without backup codes you are locked out when your second factor is lost.')
    : t('You have few codes left. Make new ones before there are none.')
}

function used({ t, zone, codes }: Props): string {
  if (codes.used.length === 0) return ''
  const items = codes.used.map(({ at, device, ip, place }) => {
    const { browser = t('Unknown browser'), system } = device
    const known = system === undefined ? browser : t('{browser} on {system}', { browser, system })
    const where = [known, place ?? ip].filter((one) => one !== undefined)
    return html`<li>${t.time(at, zone)}<span class="quiet"><bdi>${where.join(', ')}</bdi></span></li>`
  })
  return html`<h3 id="used">${t('Used codes')}</h3><ul class="grants" aria-labelledby="used">!${items.join('')}</ul>`
}
