import type { Words } from '../../../i18n/index.ts'

/** What a page may be told to say by its address, by name: no text of an address is ever shown. */
const notices: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['profile', 'Your profile is saved.'],
  ['username', 'Your username is changed.'],
  ['email', 'Your email address is confirmed.'],
  ['password', 'Your password is changed. Every other session has ended.'],
])

export function noticeNamed(name: string): Words | undefined {
  return notices.get(name)
}
