import { html } from 'ghtml'
import type { Page } from '../../../http/index.ts'
import type { BackupCodesBlockProps } from './backup-codes-block.ts'
import { backupCodesBlock } from './backup-codes-block.ts'

/** Right after the first factor: the codes that stand in for it. */
export function codesPage(props: BackupCodesBlockProps & { readonly nextUrl: string }): Page {
  const { t, nextUrl } = props
  const title = t('Keep your backup codes')
  return {
    lang: t.locale,
    title,
    body: html`
<h1>${title}</h1>
!${backupCodesBlock(props)}
<a class="button primary" id="codes-continue" href="${nextUrl}">${t('Continue')}</a>`,
  }
}
