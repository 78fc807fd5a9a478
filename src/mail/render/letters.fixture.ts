import type { Happening, Letters } from '../letter.ts'

const link = 'https://id.example.com/go?token=t-1&x=2'
const forgotUrl = 'https://id.example.com/forgot-password'
const until = '2026-03-08T12:34:00.000Z'

/** One set of values for each letter; `make` makes a value for a member of this name. */
export function sampleLetters(make: (name: string) => string): Letters {
  const at = '2026-03-01T12:34:00.000Z'
  const happening: Happening = {
    username: make('username'),
    at,
    device: make('device'),
    ip: make('ip'),
  }
  const username = make('username')
  return {
    'confirm-registration': { username, link, code: '123456' },
    'account-exists': { loginUrl: link, forgotUrl },
    welcome: { username, accountUrl: link },
    invitation: { link, invitedBy: make('invitedBy'), until },
    'confirm-email': { username, link, code: '123456' },
    'email-change-requested': { ...happening, newEmail: make('newEmail') },
    'email-changed': { ...happening, newEmail: make('newEmail') },
    'username-changed': { ...happening, newUsername: make('newUsername') },
    'reset-password': { ...happening, link, minutes: '30' },
    'password-changed': { ...happening, forgotUrl },
    'new-device': { ...happening, sessionsUrl: link, forgotUrl },
    'sign-in-attempts': { ...happening, count: '12', forgotUrl },
    ...factorLetters(make, happening),
    ...keyLetters(make, happening),
    'backchannel-request': {
      username,
      application: make('application'),
      message: make('message'),
      until,
      link,
    },
    'security-event': {
      username,
      kind: 'owner_given',
      severity: 'critical',
      subject: make('subject'),
      actor: make('actor'),
      ip: '198.51.100.7',
      event: make('event'),
      at,
      issuer: make('issuer'),
    },
    impersonated: {
      ...happening,
      admin: make('admin'),
      reason: make('reason'),
      until,
      sessionsUrl: link,
    },
    'account-deactivated': { ...happening, link },
    'deletion-scheduled': { ...happening, link, until },
    'account-deleted': { username, at },
  }
}

function keyLetters(make: (name: string) => string, happening: Happening) {
  const username = make('username')
  const name = make('name')
  return {
    'api-key-created': { ...happening, name, scopes: make('scopes'), until, keysUrl: link },
    'api-key-expiring': { username, name, until, keysUrl: link },
  }
}

function factorLetters(make: (name: string) => string, happening: Happening) {
  const username = make('username')
  const securityUrl = link
  const factor = 'passkey'
  const news = { ...happening, factor, name: make('name'), securityUrl }
  return {
    'factor-added': news,
    'factor-removed': news,
    'passkey-suspended': news,
    'backup-code-used': { ...happening, left: '7', securityUrl },
    'backup-codes-renewed': { ...happening, securityUrl },
    'backup-codes-expiring': { username, until, securityUrl },
    'sign-in-code': { ...happening, code: '123456', minutes: '10' },
    'factor-attempts': { ...happening, factor, count: '12', forgotUrl },
    'recover-factors': { ...happening, link, minutes: '30' },
    'factors-reset': { ...happening, loginUrl: link },
    'factor-required': { username, loginUrl: link },
    'emergency-access': { ...happening, step: 'approved', reason: make('reason'), until },
  } satisfies Partial<Letters>
}
