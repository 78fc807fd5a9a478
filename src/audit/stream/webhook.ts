import type { Clock } from '../../base/index.ts'
import { hmacSha256, numericDate } from '../../base/index.ts'
import type { AuditStream } from '../follow/follower.ts'
import { recordLine } from '../record.ts'

type Needs = {
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly url: string
  readonly secret: string
  /** Milliseconds. */
  readonly timeout?: number
}

const defaultTimeout = 10_000

/**
 * POSTs JSON lines. A receiver answers 2xx when it has them; everything else is a failure, after which the
 * same records come again. Redirects are not followed: they would carry the log to somebody else.
 */
export function webhookStream({ fetch, clock, url, secret, ...needs }: Needs): AuditStream {
  const key = Buffer.from(secret)
  return {
    name: 'stream.webhook',
    from: 'now',
    write: async (records) => {
      const body = records.map(recordLine).join('')
      const at = String(numericDate(clock.now()))
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          'cardea-timestamp': at,
          'cardea-signature': signature(key, at, body),
          'cardea-first-seq': String(records[0]?.seq ?? 0),
          'cardea-last-seq': String(records.at(-1)?.seq ?? 0),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(needs.timeout ?? defaultTimeout),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
    },
  }
}

/** The time is signed, too, so that a receiver can refuse what somebody recorded and sends again. */
function signature(key: Buffer, at: string, body: string): string {
  return `v1=${hmacSha256(key, `${at}.${body}`).toString('hex')}`
}
