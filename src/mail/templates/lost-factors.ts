import type { Translate } from '../../i18n/index.ts'
import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, moment, note, text } from './parts.ts'

export const recoverFactors: Compose<'recover-factors'> = (values, t) => ({
  subject: t('Replace your second factors'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'An administrator lets you replace the second factors of your account, because they are lost. The link works once, for {minutes} minutes.',
        { minutes: values.minutes },
      ),
    ),
    action(t('Replace the second factors'), values.link),
    facts(t, values),
    note(
      t(
        'If you did not ask for this, do not follow the link, and tell the people who run this service.',
      ),
    ),
  ],
})

export const factorsReset: Compose<'factors-reset'> = (values, t) => ({
  subject: t('Your second factors were removed'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'All second factors of your account were removed. At the next sign-in you will be asked to set up a new one.',
      ),
    ),
    facts(t, values),
    action(t('Sign in'), values.loginUrl),
    note(t('If you did not ask for this, tell the people who run this service at once.')),
  ],
})

export const factorRequired: Compose<'factor-required'> = (values, t) => ({
  subject: t('Your account needs a second factor'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Your account must be protected by a second factor, such as a passkey or an authenticator app. You will be asked to set one up at the next sign-in.',
      ),
    ),
    action(t('Sign in'), values.loginUrl),
    note(t('If you do not know what this is about, ask the people who run this service.')),
  ],
})

export const emergencyAccess: Compose<'emergency-access'> = (values, t) => {
  const isOpen = values.step === 'requested' || values.step === 'approved'
  return {
    subject: t('Emergency access to your account'),
    blocks: [
      greeting(t, values.username),
      text(emergencyWords(t, values.step)),
      facts(t, values, [
        [t('Reason'), values.reason],
        [t('Valid until'), isOpen ? moment(t, values.until) : ''],
      ]),
      note(t('If you did not ask for this, tell the people who run this service at once.')),
    ],
  }
}

function emergencyWords(t: Translate, step: string): string {
  switch (step) {
    case 'requested':
      return t(
        'An administrator asked for emergency access to your account. Another one must approve it first.',
      )
    case 'approved':
      return t(
        'Emergency access to your account was approved: there is a code that replaces your second factor once.',
      )
    case 'cancelled':
      return t('The emergency access to your account was cancelled.')
    default:
      return t('The emergency access to your account was used to sign in.')
  }
}
