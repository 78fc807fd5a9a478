import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { Clock, Random, SessionId, UserId } from '../base/index.ts'
import { isUuid } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { EndNeeds } from './clients/announce-end.ts'
import { announceEnd } from './clients/announce-end.ts'
import { endUserSessions } from './end-session.ts'
import { sessionFailures } from './failures.ts'
import { revokeSessionFamilies } from './family/store.ts'
import { markOwnSessionEnded } from './store.ts'

type Needs = EndNeeds & { readonly db: Db; readonly clock: Clock; readonly random: Random }

type EndOne = {
  readonly userId: UserId
  readonly id: string
  /** Who ends it; the person, unless said otherwise. */
  readonly actor?: string
  readonly origin: Origin
}

type EndOthers = {
  readonly userId: UserId
  /** Who ends them; the person, unless said otherwise. */
  readonly actor?: string
  /** The session that goes on; without it none does. */
  readonly keep?: SessionId | undefined
  readonly origin: Origin
}

/** Ends one of a person's own sessions; that of somebody else is as unknown as one that never was. */
export async function endOneSession(
  needs: Needs,
  { userId, id, origin, actor = `user:${userId}` }: EndOne,
): Promise<void> {
  if (!isUuid(id)) throw sessionFailures.unknown_session()
  await needs.db.transaction(async (tx) => {
    const now = needs.clock.now()
    const ended = await markOwnSessionEnded(tx, userId, id, now)
    if (ended === undefined) throw sessionFailures.unknown_session()
    await revokeSessionFamilies(tx, ended.id, now)
    await announceEnd(needs, tx, [ended.id])
    await appendAudit(needs, tx, {
      actor,
      action: 'session.end',
      resource: `session:${ended.id}`,
      outcome: 'success',
      origin,
      ...(actor !== `user:${userId}` && { details: { user: userId } }),
    })
  })
}

/** Logs a person out everywhere else, and tells how many sessions that ended (ASVS 7.4.5). */
export function endOtherSessions(
  needs: Needs,
  { userId, keep, origin, actor = `user:${userId}` }: EndOthers,
): Promise<number> {
  return needs.db.transaction(async (tx) => {
    const count = await endUserSessions(needs, tx, userId, {
      now: needs.clock.now(),
      except: keep,
    })
    await appendAudit(needs, tx, {
      actor,
      action: 'session.end_others',
      resource: `user:${userId}`,
      outcome: 'success',
      origin,
      details: { count },
    })
    return count
  })
}
