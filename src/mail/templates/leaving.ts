import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, moment, note, text } from './parts.ts'

export const accountDeactivated: Compose<'account-deactivated'> = (values, t) => ({
  subject: t('Your account is deactivated'),
  blocks: [
    greeting(t, values.username),
    text(t('Your account is deactivated. Nobody can sign in to it, and its data is kept.')),
    facts(t, values),
    ...(values.link === ''
      ? []
      : [
          text(t('If you want to use it again, activate it with this link:')),
          action(t('Activate the account'), values.link),
        ]),
    note(
      t(
        'If you did not want this, activate the account and change its password, or tell the people who run this service.',
      ),
    ),
  ],
})

export const deletionScheduled: Compose<'deletion-scheduled'> = (values, t) => ({
  subject: t('Your account will be deleted'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'Your account is closed and will be deleted with all its data. You can change your mind until {until}.',
        { until: moment(t, values.until) },
      ),
    ),
    ...(values.link === '' ? [] : [action(t('Keep the account'), values.link)]),
    facts(t, values),
    note(t('If it was not you, keep the account with the link and change its password at once.')),
  ],
})

export const accountDeleted: Compose<'account-deleted'> = (values, t) => ({
  subject: t('Your account was deleted'),
  blocks: [
    greeting(t, values.username),
    text(
      t('Your account and its data were deleted on {at}. This cannot be undone.', {
        at: moment(t, values.at),
      }),
    ),
    note(t('If you did not want this, please tell the people who run this service about it.')),
  ],
})
