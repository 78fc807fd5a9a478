import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, note, text } from './parts.ts'

export const confirmEmail: Compose<'confirm-email'> = (values, t) => ({
  subject: t('Confirm your email address'),
  blocks: [
    greeting(t, values.username),
    text(t('This email address was entered for your account. Confirm that it is yours.')),
    action(t('Confirm the address'), values.link),
    { kind: 'code', words: t('Or enter this code where you began:'), code: values.code },
    note(
      t(
        'If you did not ask for this, ignore this letter: without your confirmation the address is not used.',
      ),
    ),
  ],
})

export const emailChangeRequested: Compose<'email-change-requested'> = (values, t) => ({
  subject: t('A new email address was requested'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody who is signed in to your account wants to replace this email address by {newEmail}. The change happens when the new address is confirmed.',
        { newEmail: values.newEmail },
      ),
    ),
    facts(t, values),
    note(
      t(
        'If it was not you, change your password at once and end all other sessions of your account.',
      ),
    ),
  ],
})

export const emailChanged: Compose<'email-changed'> = (values, t) => ({
  subject: t('Your email address was changed'),
  blocks: [
    greeting(t, values.username),
    text(
      values.newEmail === ''
        ? t('Your account no longer has an email address.')
        : t('The email address of your account is now {newEmail}.', { newEmail: values.newEmail }),
    ),
    facts(t, values),
    note(
      t(
        'If it was not you, tell the people who run this service at once: somebody else may have taken over your account.',
      ),
    ),
  ],
})

export const usernameChanged: Compose<'username-changed'> = (values, t) => ({
  subject: t('Your username was changed'),
  blocks: [
    greeting(t, values.username),
    text(
      t('The username of your account is now {newUsername}. Use it from now on to sign in.', {
        newUsername: values.newUsername,
      }),
    ),
    facts(t, values),
    note(
      t(
        'If it was not you, change your password at once and end all other sessions of your account.',
      ),
    ),
  ],
})
