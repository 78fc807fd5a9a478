import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { ClientId, Clock, Random, UserId } from '../../base/index.ts'
import { isUuid } from '../../base/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import { rememberConsent } from '../../clients/index.ts'
import type { Db, Tx } from '../../db/index.ts'
import type { Session } from '../../session/index.ts'
import { answerDeviceRequest, selectByUserCode } from './store.ts'
import { readUserCode, userCodeDigest } from './user-code.ts'
import type { Waiting } from './waiting.ts'
import { approvalOf } from './waiting.ts'

type AuditNeeds = { readonly clock: Clock; readonly random: Random }
type Needs = AuditNeeds & {
  readonly db: Db
  readonly clients: ClientCache
  readonly deviceKey: Buffer
}

/** A device that waits, as the page where its code is typed sees it. */
export type WaitingDevice = Pick<Waiting, 'id' | 'clientId' | 'asked'> & {
  /** The code as it is shown on the device. */
  readonly code: string
}

type Answer = {
  readonly session: Session
  readonly allowed: boolean
  readonly origin: Origin
}

/** What the pages of the sign-in know of devices. */
export type Devices = {
  /** The device that waits for an answer to the code that somebody typed. */
  readonly find: (typed: string) => Promise<WaitingDevice | undefined>
  /** The answer of the person of a session; false when it was answered already, or it is too late. */
  readonly answer: (id: string, answer: Answer) => Promise<boolean>
}

export function createDevices(needs: Needs): Devices {
  return {
    async find(typed) {
      const code = readUserCode(typed)
      if (code === undefined) return undefined
      const digest = userCodeDigest(needs.deviceKey, code)
      const found = await selectByUserCode(needs.db, digest, needs.clock.now())
      return found && { id: found.id, clientId: found.clientId, asked: found.asked, code }
    },
    answer: async (id, answer) => isUuid(id) && answerDevice(needs, id, answer),
  }
}

function answerDevice(
  needs: Needs,
  id: string,
  { session, allowed, origin }: Answer,
): Promise<boolean> {
  const { userId } = session
  const approval = allowed ? approvalOf(session) : null
  return needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    const answered = await answerDeviceRequest(tx, id, { userId, approval, now })
    if (answered === undefined) return false
    await noteAnswer(needs, tx, { ...answered, kind: 'device', id, userId, allowed, origin })
    return true
  })
}

export type Answered = Pick<Waiting, 'clientId' | 'asked'> & {
  readonly kind: 'device' | 'backchannel'
  readonly id: string
  readonly userId: UserId
  readonly allowed: boolean
  readonly origin: Origin
}

/** Remembers what was allowed as a consent, where the client needs one, and writes the answer down. */
export async function noteAnswer(
  needs: AuditNeeds & { readonly clients: ClientCache },
  tx: Tx,
  { kind, id, clientId, asked, userId, allowed, origin }: Answered,
): Promise<void> {
  const { scopes, resources, details } = asked
  const consent = { userId, clientId, scopes, resources, details: details ?? undefined }
  if (allowed && (await needsConsent(needs.clients, clientId)))
    await rememberConsent(needs, tx, consent, origin)
  await appendAudit(needs, tx, {
    actor: `user:${userId}`,
    action: `${kind}_request.${allowed ? 'approve' : 'deny'}`,
    resource: `user:${userId}`,
    outcome: allowed ? 'success' : 'refused',
    origin,
    details: { client: clientId, request: id, scopes, resources },
  })
}

async function needsConsent(clients: ClientCache, clientId: ClientId): Promise<boolean> {
  return (await clients.find(clientId))?.metadata.require_consent !== false
}
