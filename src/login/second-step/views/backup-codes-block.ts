import { html } from 'ghtml'
import type { Translate } from '../../../i18n/index.ts'

export type BackupCodesBlockProps = {
  readonly t: Translate
  readonly codes: readonly string[]
  readonly username: string
  /** Of this server, for the name and the head of the file. */
  readonly host: string
  /** Until when they count, in words. */
  readonly until: string
}

/** New backup codes, which are never shown again, with a file of them to keep. */
export function backupCodesBlock(props: BackupCodesBlockProps): string {
  const { t, codes } = props
  const items = codes.map((code) => html`<li><code>${code}</code></li>`).join('')
  return html`<p>${t('With one of these codes you come in when your second factor is lost. Each works once.')}</p>
<ol class="backup-codes" id="backup-codes">!${items}</ol>
<p class="hint">${t('They are valid until {until} and are not shown again. Save or print them now, and keep them where nobody else looks.', { until: props.until })}</p>
<a class="button secondary" id="backup-codes-download" download="${fileName(props.host)}" href="${fileOf(props)}">${t('Download the codes')}</a>`
}

function fileName(host: string): string {
  return `backup-codes-${host.replaceAll(/[^\w.-]/g, '-')}.txt`
}

/** The file is in the page itself: the codes are never sent a second time. */
function fileOf({ t, codes, username, host, until }: BackupCodesBlockProps): string {
  const about = t('Backup codes of {user} at {host}, valid until {until}', {
    user: username,
    host,
    until,
  })
  const text = [about, '', ...codes, ''].join('\r\n')
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
}
