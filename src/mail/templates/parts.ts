import type { Translate } from '../../i18n/index.ts'
import type { Happening } from '../letter.ts'
import type { Block, Fact } from '../render/draft.ts'

export function text(words: string): Block {
  return { kind: 'text', words }
}

export function action(label: string, url: string): Block {
  return { kind: 'action', label, url }
}

export function note(words: string, url?: string): Block {
  return url === undefined ? { kind: 'note', words } : { kind: 'note', words, url }
}

export function greeting(t: Translate, username: string): Block {
  return text(t('Hello {username},', { username }))
}

/** Everything that helps to tell whether it was oneself; what is not known is left out. */
export function facts(t: Translate, happening: Happening, more: readonly Fact[] = []): Block {
  const { username, at, device, ip } = happening
  const rows: readonly Fact[] = [
    ...more,
    [t('Account'), username],
    [t('When'), moment(t, at)],
    [t('Device'), device],
    [t('IP address'), ip],
  ]
  return { kind: 'facts', rows: rows.filter(([, value]) => value !== '') }
}

/** An ISO 8601 text in the manner of the language; what is none is shown as it is. */
export function moment(t: Translate, iso: string): string {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : t.time(at)
}
