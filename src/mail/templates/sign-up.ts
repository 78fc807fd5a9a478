import type { Compose } from '../render/draft.ts'
import { action, greeting, moment, note, text } from './parts.ts'

export const confirmRegistration: Compose<'confirm-registration'> = (values, t) => ({
  subject: t('Confirm your email address'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Somebody, hopefully you, entered this email address to create an account. Confirm that it is yours, and the account will be ready.',
      ),
    ),
    action(t('Confirm and create the account'), values.link),
    { kind: 'code', words: t('Or enter this code where you began:'), code: values.code },
    note(
      t(
        'If you did not ask for this, ignore this letter: without your confirmation there will be no account.',
      ),
    ),
  ],
})

export const accountExists: Compose<'account-exists'> = (values, t) => ({
  subject: t('You already have an account'),
  blocks: [
    text(
      t(
        'Somebody, hopefully you, wanted to use this email address for an account. It already belongs to one, so nothing was changed.',
      ),
    ),
    action(t('Sign in'), values.loginUrl),
    note(t('If you have forgotten your password, choose a new one:'), values.forgotUrl),
    note(
      t(
        'If it was not you, there is nothing to do. Whoever asked has not learned that you have an account.',
      ),
    ),
  ],
})

export const welcome: Compose<'welcome'> = (values, t) => ({
  subject: t('Your account is ready'),
  blocks: [
    greeting(t, values.username),
    text(t('Welcome! Your account is ready. You can sign in with your username or this address.')),
    action(t('Open your account'), values.accountUrl),
    note(
      t(
        'If you did not create this account, please tell the people who run this service about it.',
      ),
    ),
  ],
})

export const invitation: Compose<'invitation'> = (values, t) => ({
  subject: t('You are invited to create an account'),
  blocks: [
    text(
      values.invitedBy === ''
        ? t('You are invited to create an account.')
        : t('{invitedBy} invites you to create an account.', { invitedBy: values.invitedBy }),
    ),
    action(t('Accept the invitation'), values.link),
    text(t('The invitation is valid until {until}.', { until: moment(t, values.until) })),
    note(t('If you do not know what this is about, ignore this letter. Nothing happens then.')),
  ],
})
