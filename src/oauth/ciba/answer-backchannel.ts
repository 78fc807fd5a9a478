import type { Origin } from '../../audit/index.ts'
import type { Clock, Random, UserId } from '../../base/index.ts'
import { isUuid } from '../../base/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Queue } from '../../jobs/index.ts'
import type { Assurance } from '../../mfa/index.ts'
import { meets } from '../../mfa/index.ts'
import { noteAnswer } from '../device/answer-device.ts'
import type { Approval, AskedElsewhere } from '../device/waiting.ts'
import { cibaFailures } from './failures.ts'
import { backchannelPingJob } from './jobs.ts'
import type { BackchannelRequest } from './store.ts'
import { answerRequest, selectBackchannelRequest } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly clients: ClientCache
  readonly queue: Queue
}

/** The request of this id that waits for this person; fails with 404 otherwise. */
export async function findOpenRequest(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  userId: UserId,
  id: string,
): Promise<BackchannelRequest> {
  const found = isUuid(id) ? await selectBackchannelRequest(db, id) : undefined
  const open = found?.status === 'pending' && clock.now() < found.expiresAt
  if (found === undefined || found.userId !== userId || !open) throw cibaFailures.unknown_request()
  return found
}

type Answer = {
  readonly userId: UserId
  /** What the person proved and where; null denies the request. */
  readonly approval: Approval | null
  readonly origin: Origin
}

/** The answer of the person who was asked, once; fails with 404 when there was one, or it comes too late. */
export async function answerBackchannel(
  needs: Needs,
  id: string,
  { userId, approval, origin }: Answer,
): Promise<void> {
  const taken = await needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    const answered = await answerRequest(tx, id, { userId, approval, now })
    if (answered === undefined) return false
    const allowed = approval !== null
    const { clientId, asked } = answered
    const kind = 'backchannel'
    await noteAnswer(needs, tx, { kind, id, clientId, asked, userId, allowed, origin })
    if (answered.sealedNotification !== null) await needs.queue.add(tx, backchannelPingJob, { id })
    return true
  })
  if (!taken) throw cibaFailures.unknown_request()
}

type Proof = Pick<Approval, 'sessionId' | 'sessionEnds'> & { readonly proved: Assurance }

/** What a session stands for, in the words of the client where it wished for some (OIDC Core section 2). */
export function approvalFor(
  { acr: wish }: AskedElsewhere,
  { sessionId, sessionEnds, proved }: Proof,
): Approval {
  const acr = wish?.values.find((value) => meets(proved, value)) ?? proved.acr
  return { sessionId, sessionEnds, acr, amr: proved.amr, authTime: proved.authTime }
}
