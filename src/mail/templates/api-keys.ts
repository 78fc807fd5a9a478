import type { Compose } from '../render/draft.ts'
import { action, facts, greeting, moment, note, text } from './parts.ts'

export const apiKeyCreated: Compose<'api-key-created'> = (values, t) => ({
  subject: t('An API key was made for your account'),
  blocks: [
    greeting(t, values.username),
    text(t('Your account has a new API key. Programs that know it can act for you.')),
    facts(t, values, [
      [t('Name'), values.name],
      [t('Permissions'), values.scopes],
      [t('Valid until'), moment(t, values.until)],
    ]),
    action(t('See your API keys'), values.keysUrl),
    note(
      t(
        'If it was not you, somebody else is in your account. Revoke the key, change your password at once and end all other sessions.',
      ),
    ),
  ],
})

export const apiKeyExpiring: Compose<'api-key-expiring'> = (values, t) => ({
  subject: t('An API key expires soon'),
  blocks: [
    greeting(t, values.username),
    text(
      t('Your API key "{name}" is valid until {until}. What uses it needs a new one by then.', {
        name: values.name,
        until: moment(t, values.until),
      }),
    ),
    action(t('See your API keys'), values.keysUrl),
    note(
      t('If nothing uses it any more, there is nothing to do. If you do not know it, revoke it.'),
    ),
  ],
})
