import type { Clock } from '../base/index.ts'
import { hmacSha256, numericDate } from '../base/index.ts'
import type { OutgoingMessage } from './outgoing.ts'
import { createOutgoing } from './outgoing.ts'

/** Somebody whom the operator named. Rejects unless the message was answered with 2xx. */
export type Receiver = (message: OutgoingMessage) => Promise<void>

/** Milliseconds. */
const patience = 10_000

/**
 * Tells a receiver by POSTs that it can know to be ours: `cardea-signature` is an HMAC-SHA256 over
 * `cardea-timestamp`, a point and the body. The time is signed, too, so that a receiver can refuse what
 * somebody recorded and sends again.
 */
export function createReceiver(needs: {
  readonly url: string
  readonly secret: string
  readonly clock: Clock
}): Receiver {
  const { url, secret, clock } = needs
  const key = Buffer.from(secret)
  // The operator chose the address, so it may be in the own network.
  const outgoing = createOutgoing({ allow: [new URL(url).host], patience })
  return async ({ contentType, body, headers }) => {
    const at = String(numericDate(clock.now()))
    const signature = `v1=${hmacSha256(key, `${at}.${body}`).toString('hex')}`
    const signed = { ...headers, 'cardea-timestamp': at, 'cardea-signature': signature }
    const { status } = await outgoing.post(url, { contentType, body, headers: signed })
    if (status < 200 || status > 299) throw new Error(`the receiver answered ${status}`)
  }
}
