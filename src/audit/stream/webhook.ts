import type { AuditStream } from '../follow/follower.ts'
import { recordLine } from '../record.ts'

type Needs = {
  /** Rejects unless the receiver has taken the message. */
  readonly send: (message: {
    readonly contentType: string
    readonly body: string
    readonly headers: Readonly<Record<string, string>>
  }) => Promise<void>
}

/** JSON lines to a receiver; what it did not take comes again, so it must know repeats by their numbers. */
export function webhookStream({ send }: Needs): AuditStream {
  return {
    name: 'stream.webhook',
    from: 'now',
    write: (records) =>
      send({
        contentType: 'application/x-ndjson',
        body: records.map(recordLine).join(''),
        headers: {
          'cardea-first-seq': String(records[0]?.seq ?? 0),
          'cardea-last-seq': String(records.at(-1)?.seq ?? 0),
        },
      }),
  }
}
