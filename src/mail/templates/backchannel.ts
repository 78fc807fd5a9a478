import type { Compose } from '../render/draft.ts'
import { action, greeting, moment, note, text } from './parts.ts'

export const backchannelRequest: Compose<'backchannel-request'> = (values, t) => ({
  subject: t('An application asks you to confirm something'),
  blocks: [
    greeting(t, values.username),
    text(
      t('{application} asks you to confirm that it is you, until {until}.', {
        application: values.application,
        until: moment(t, values.until),
      }),
    ),
    ...(values.message === ''
      ? []
      : [{ kind: 'facts', rows: [[t('Message'), values.message]] } as const]),
    action(t('See what it asks'), values.link),
    note(
      t(
        'If you did not start this, ignore this letter or deny the request: without your answer nothing happens.',
      ),
    ),
  ],
})
