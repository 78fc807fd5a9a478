import type { Translate } from '../../i18n/index.ts'
import type { Letters } from '../letter.ts'
import type { Compose, Fact } from '../render/draft.ts'
import { action, facts, greeting, moment, note, text } from './parts.ts'

/** So few backup codes are left that it is time for new ones. */
const fewCodes = 3

/** What people call a kind of factor; a kind of another version of the server is shown as it is. */
function factorWords(t: Translate, kind: string): string {
  switch (kind) {
    case 'passkey':
      return t('Passkey')
    case 'totp':
      return t('Authenticator app')
    case 'email_code':
      return t('Code by email')
    case 'backup_code':
      return t('Backup code')
    case 'emergency_code':
      return t('Emergency code')
    default:
      return kind
  }
}

function factorFacts(
  t: Translate,
  { factor, name }: Pick<Letters['factor-added'], 'factor' | 'name'>,
): Fact[] {
  return [
    [t('Second factor'), factorWords(t, factor)],
    [t('Name'), name],
  ]
}

export const factorAdded: Compose<'factor-added'> = (values, t) => ({
  subject: t('A second factor was added to your account'),
  blocks: [
    greeting(t, values.username),
    text(t('Your account has a new second factor, which is asked for when somebody signs in.')),
    facts(t, values, factorFacts(t, values)),
    action(t('See your second factors'), values.securityUrl),
    note(
      t(
        'If it was not you, somebody else is in your account. Remove the factor, change your password at once and end all other sessions.',
      ),
    ),
  ],
})

export const factorRemoved: Compose<'factor-removed'> = (values, t) => ({
  subject: t('A second factor was removed from your account'),
  blocks: [
    greeting(t, values.username),
    text(t('This second factor cannot be used any more to sign in to your account.')),
    facts(t, values, factorFacts(t, values)),
    action(t('See your second factors'), values.securityUrl),
    note(
      t(
        'If it was not you, change your password at once and end all other sessions of your account.',
      ),
    ),
  ],
})

export const passkeySuspended: Compose<'passkey-suspended'> = (values, t) => ({
  subject: t('A passkey of your account does not count any more'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'It was used in a way that a single device would not use it, so somebody may have a copy. It signs nobody in any more.',
      ),
    ),
    facts(t, values, factorFacts(t, values)),
    action(t('See your second factors'), values.securityUrl),
    note(
      t(
        'If it was not you, change your password at once and end all other sessions of your account.',
      ),
    ),
  ],
})

export const backupCodeUsed: Compose<'backup-code-used'> = (values, t) => ({
  subject: t('A backup code was used'),
  blocks: [
    greeting(t, values.username),
    text(t('A backup code of your account was used in place of a second factor.')),
    facts(t, values, [[t('Codes that are left'), values.left]]),
    ...(Number(values.left) > fewCodes
      ? []
      : [text(t('You have few codes left. Make new ones before there are none.'))]),
    action(t('See your second factors'), values.securityUrl),
    note(
      t(
        'If it was not you, somebody else has your password and your backup codes. Change your password at once and make new codes.',
      ),
    ),
  ],
})

export const backupCodesRenewed: Compose<'backup-codes-renewed'> = (values, t) => ({
  subject: t('You have new backup codes'),
  blocks: [
    greeting(t, values.username),
    text(t('New backup codes were made for your account. All earlier ones are worthless now.')),
    facts(t, values),
    action(t('See your second factors'), values.securityUrl),
    note(
      t(
        'If it was not you, change your password at once and end all other sessions of your account.',
      ),
    ),
  ],
})

export const backupCodesExpiring: Compose<'backup-codes-expiring'> = (values, t) => ({
  subject: t('Your backup codes expire soon'),
  blocks: [
    greeting(t, values.username),
    text(
      t('Your backup codes are valid until {until}. Make new ones before then.', {
        until: moment(t, values.until),
      }),
    ),
    action(t('Make new backup codes'), values.securityUrl),
    note(
      t(
        'If you did not make any backup codes, change your password at once and look at the second factors of your account.',
      ),
    ),
  ],
})

export const signInCode: Compose<'sign-in-code'> = (values, t) => ({
  subject: t('Your code'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody, hopefully you, asked for this code to confirm who they are. It works once, for {minutes} minutes, and only where it was asked for.',
        { minutes: values.minutes },
      ),
    ),
    { kind: 'code', words: t('Enter this code where you began:'), code: values.code },
    facts(t, values),
    note(
      t(
        'If it was not you, somebody else knows your password. Tell nobody this code, and change your password at once.',
      ),
    ),
  ],
})

export const factorAttempts: Compose<'factor-attempts'> = (values, t) => ({
  subject: t('Somebody may know your password'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody entered the right password of your account, and then a wrong second factor {count} times. Only the second factor keeps them out.',
        { count: values.count },
      ),
    ),
    text(t('This was the last attempt:')),
    facts(t, values, [[t('Second factor'), factorWords(t, values.factor)]]),
    note(
      t('If it was not you, somebody else knows your password. Choose a new one at once:'),
      values.forgotUrl,
    ),
  ],
})
