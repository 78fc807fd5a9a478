import { Type } from 'typebox'
import type { JobKind, RunningJob } from '../jobs/index.ts'

export type WebhookBody = { readonly type: string; readonly event: object }

export const webhookJob: JobKind<WebhookBody> = {
  name: 'security.webhook',
  attempts: 10,
  schema: Type.Object({ type: Type.String(), event: Type.Object({}) }),
}

export type WebhookNeeds = {
  /** Rejects unless the receiver has taken the message; absent when there is none. */
  readonly send?:
    | ((message: {
        readonly contentType: string
        readonly body: string
        readonly headers: Readonly<Record<string, string>>
      }) => Promise<void>)
    | undefined
}

/** Sends one event; what was not taken is tried again by the queue, under the same delivery id. */
export async function sendWebhook(
  { send }: WebhookNeeds,
  payload: WebhookBody,
  { id }: Pick<RunningJob, 'id'>,
): Promise<void> {
  await send?.({
    contentType: 'application/json',
    body: JSON.stringify({ id, ...payload }),
    headers: { 'cardea-delivery': id },
  })
}
