import { Type } from 'typebox'
import type { Clock } from '../base/index.ts'
import { hmacSha256, numericDate } from '../base/index.ts'
import type { JobKind, RunningJob } from '../jobs/index.ts'

export type WebhookBody = { readonly type: string; readonly event: object }

export const webhookJob: JobKind<WebhookBody> = {
  name: 'security.webhook',
  attempts: 10,
  schema: Type.Object({ type: Type.String(), event: Type.Object({}) }),
}

export type WebhookNeeds = {
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  /** '' for none. */
  readonly url: string
  readonly secret: string
  /** Milliseconds. */
  readonly timeout?: number
}

const defaultTimeout = 10_000

/**
 * Sends one event. A receiver answers 2xx when it has it; everything else is tried again. Redirects are not
 * followed: they could lead into a network that only the server can reach.
 */
export async function sendWebhook(
  { fetch, clock, url, secret, timeout = defaultTimeout }: WebhookNeeds,
  payload: WebhookBody,
  { id }: Pick<RunningJob, 'id'>,
): Promise<void> {
  if (url === '') return
  const body = JSON.stringify({ id, ...payload })
  const at = String(numericDate(clock.now()))
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'cardea-delivery': id,
      'cardea-timestamp': at,
      'cardea-signature': `v1=${hmacSha256(Buffer.from(secret), `${at}.${body}`).toString('hex')}`,
    },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
}
