import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, moment, note, text } from './parts.ts'

export const impersonated: Compose<'impersonated'> = (values, t) => ({
  subject: t('An administrator looked at your account'),
  blocks: [
    greeting(t, values.username),
    text(
      t(
        'An administrator, {admin}, sees your account as you do, until {until}. Passwords, email address and second factors cannot be changed that way.',
        { admin: values.admin, until: moment(t, values.until) },
      ),
    ),
    facts(t, values, [[t('Reason'), values.reason]]),
    action(t('See where you are signed in'), values.sessionsUrl),
    note(
      t(
        'You can end it there. If you do not know what this is about, ask the people who run this service.',
      ),
    ),
  ],
})
