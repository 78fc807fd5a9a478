import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, note, text } from './parts.ts'

export const resetPassword: Compose<'reset-password'> = (values, t) => ({
  subject: t('Reset your password'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody, hopefully you, wants to choose a new password for your account. The link works once, for {minutes} minutes.',
        { minutes: values.minutes },
      ),
    ),
    action(t('Choose a new password'), values.link),
    facts(t, values),
    note(t('If it was not you, ignore this letter: your password stays as it is.')),
  ],
})

export const passwordChanged: Compose<'password-changed'> = (values, t) => ({
  subject: t('Your password was changed'),
  blocks: [
    greeting(t, values.username),
    text(t('The password of your account was changed.')),
    facts(t, values),
    note(
      t(
        'If it was not you, somebody else has taken over your account. Reset the password at once:',
      ),
      values.forgotUrl,
    ),
  ],
})

export const newDevice: Compose<'new-device'> = (values, t) => ({
  subject: t('Sign-in on a new device'),
  blocks: [
    greeting(t, values.username),
    text(t('Somebody signed in to your account on a device that it was not used on before.')),
    facts(t, values),
    action(t('See where you are signed in'), values.sessionsUrl),
    note(
      t('If it was not you, somebody else knows your password. Choose a new one at once:'),
      values.forgotUrl,
    ),
  ],
})

export const signInAttempts: Compose<'sign-in-attempts'> = (values, t) => ({
  subject: t('Many failed attempts to sign in'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody tried to sign in to your account and entered a wrong password {count} times. Further attempts are slowed down, but not on devices that you have used before.',
        { count: values.count },
      ),
    ),
    text(t('This was the last attempt:')),
    facts(t, values),
    note(
      t(
        'If it was not you, there is nothing to do as long as your password is hard to guess and used nowhere else. If you doubt that, or have forgotten it, choose a new one:',
      ),
      values.forgotUrl,
    ),
  ],
})
