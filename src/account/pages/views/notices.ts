import type { Words } from '../../../i18n/index.ts'

/** What a page may be told to say by its address, by name: no text of an address is ever shown. */
const notices: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['profile', 'Your profile is saved.'],
  ['username', 'Your username is changed.'],
  ['email', 'Your email address is confirmed.'],
  ['password', 'Your password is changed. Every other session has ended.'],
  ['passkey-added', 'Your passkey is registered.'],
  ['authenticator-added', 'Your authenticator app is set up.'],
  ['email-code-added', 'Codes by email are turned on.'],
  ['factor-renamed', 'The new name is saved.'],
  ['factor-removed', 'It is removed and cannot be used any more.'],
  ['api-key-revoked', 'The key is revoked.'],
  ['api-keys-revoked', 'All your API keys are revoked.'],
  ['access-revoked', 'The application has no access any more.'],
  ['request-allowed', 'It is confirmed. The application continues by itself.'],
  ['request-denied', 'It is refused. The application gets no access.'],
  ['request-over', 'This request was answered already, or has expired.'],
  ['devices-forgotten', 'Every browser is asked for a second factor again.'],
])

export function noticeNamed(name: string): Words | undefined {
  return notices.get(name)
}
