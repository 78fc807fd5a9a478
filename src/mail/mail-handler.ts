import type { RunningJob } from '../jobs/index.ts'
import type { Letter } from './letter.ts'
import type { Sender } from './render/render-letter.ts'
import { renderLetter } from './render/render-letter.ts'
import type { Transport } from './transport.ts'

export type MailOutcome = 'sent' | 'dropped' | 'failed'

type Needs = {
  readonly transport: Transport
  /** Who the letters come from. */
  readonly sender: Sender
  /** Whether this recipient may get another letter now. */
  readonly allow: (recipient: string) => Promise<boolean>
  readonly onMail: (outcome: MailOutcome) => void
  readonly log: { readonly warn: (facts: object, words: string) => void }
}

/** Does `letterJob`: puts a letter into words and hands it over. */
export function mailHandler(needs: Needs): (letter: Letter, job: RunningJob) => Promise<void> {
  const { transport, sender, allow, onMail, log } = needs
  return async (letter, { id, attempt }) => {
    // A further attempt is the same letter and has been counted.
    if (attempt === 1 && !(await allow(letter.to))) {
      onMail('dropped')
      log.warn({ job: id, template: letter.template }, 'a mail too many for one recipient: dropped')
      return
    }
    try {
      await transport.send({ id, to: letter.to, ...renderLetter(letter, sender) })
    } catch (error) {
      onMail('failed')
      throw error
    }
    onMail('sent')
  }
}
