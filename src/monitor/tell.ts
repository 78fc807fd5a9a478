import { Type } from 'typebox'
import type { Clock } from '../base/index.ts'
import { addSeconds } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { JobKind, Queue } from '../jobs/index.ts'
import { writeLetter } from '../mail/index.ts'
import type { SecurityEvent, Severity } from './event.ts'
import { severities } from './event.ts'
import { eventJson } from './event-json.ts'
import { markTold, selectEvent, takeNotice } from './store.ts'
import { webhookJob } from './webhook.ts'

/** A new event is to be told of. */
export const tellJob: JobKind<{ readonly id: string }> = {
  name: 'security.tell',
  attempts: 8,
  schema: Type.Object({ id: Type.String() }),
}

export type Recipient = { readonly to: string; readonly locale: string; readonly username: string }

export type TellNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly queue: Queue
  readonly issuer: string
  readonly log: { readonly warn: (facts: object, words: string) => void }
  readonly count: (kind: string, severity: string) => void
  /** Who gets letters: asked when one is due. */
  readonly recipients: () => Promise<readonly Recipient[]>
  readonly notifyFrom: Severity
  /** Seconds within which there is one letter for each kind. */
  readonly window: number
  readonly hasWebhook: boolean
}

/** Tells of a new event once: the log, the metric, the webhook, and letters where they are due. */
export async function tellOfEvent(needs: TellNeeds, id: string): Promise<void> {
  const { db, clock, queue, log } = needs
  const stored = await selectEvent(db, id)
  if (stored === undefined) return
  const recipients = isGrave(needs, stored) ? await needs.recipients() : []
  const event = await db.transaction(async (tx) => {
    const now = clock.now()
    const found = await markTold(tx, id, now)
    if (found === undefined) return undefined
    if (needs.hasWebhook) {
      await queue.add(tx, webhookJob, { type: 'security_event', event: eventJson(found) })
    }
    const until = addSeconds(now, needs.window)
    if (recipients.length > 0 && (await takeNotice(tx, found.kind, { now, until }))) {
      for (const recipient of recipients)
        await writeLetter(needs, tx, letter(needs, found, recipient))
    }
    return found
  })
  if (event === undefined) return
  const { kind, severity, subject, actor, details } = event
  needs.count(kind, severity)
  log.warn({ securityEvent: id, kind, severity, subject, actor, details }, 'security event')
}

function isGrave({ notifyFrom }: TellNeeds, { severity }: SecurityEvent): boolean {
  return severities.indexOf(severity) >= severities.indexOf(notifyFrom)
}

function letter({ issuer }: TellNeeds, event: SecurityEvent, { username, ...to }: Recipient) {
  const { kind, severity, subject, actor, details } = event
  const ip = typeof details.ip_address === 'string' ? details.ip_address : ''
  const values = {
    username,
    kind,
    severity,
    subject,
    actor,
    ip,
    event: event.id,
    at: event.firstSeen.toISOString(),
    issuer,
  }
  return { ...to, template: 'security-event', values } as const
}
