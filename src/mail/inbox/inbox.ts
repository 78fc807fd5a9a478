import type { Clock } from '../../base/index.ts'
import type { Mail, Transport } from '../transport.ts'

export type InboxMail = Mail & { readonly at: Date }

/** Where letters go when there is no mail server to give them to: the last ones, in memory. */
export type Inbox = Transport & {
  /** The youngest first. */
  readonly list: () => readonly InboxMail[]
  readonly find: (id: string) => InboxMail | undefined
}

const size = 100

export function createInbox({ clock }: { readonly clock: Clock }): Inbox {
  let mails: readonly InboxMail[] = []
  return {
    send: async (mail) => {
      mails = [{ ...mail, at: clock.now() }, ...mails].slice(0, size)
    },
    close: () => undefined,
    list: () => mails,
    find: (id) => mails.find((mail) => mail.id === id),
  }
}
