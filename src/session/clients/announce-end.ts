import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { ClientId, SessionId, UserId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { JobKind, Queue } from '../../jobs/index.ts'
import type { TouchedClient } from './store.ts'
import { selectTouchedClients } from './store.ts'

const Payload = Type.Object({
  userId: Type.Unsafe<UserId>(Type.String()),
  clientId: Type.Unsafe<ClientId>(Type.String()),
  sid: Type.Unsafe<SessionId>(Type.String()),
})

/** What a client that gets a logout token is told of: who was signed out of which session. */
export type EndedSession = Static<typeof Payload>

/** One client is told that one session ended; whoever speaks the protocol handles it. */
export const backchannelLogoutJob: JobKind<EndedSession> = {
  name: 'oauth.backchannel_logout',
  schema: Payload,
  attempts: 8,
}

export type EndNeeds = { readonly queue: Pick<Queue, 'add'> }

/**
 * Whoever ends sessions says so here, in the same transaction and after the rows were changed. Tells which clients
 * the browser must be sent by to be signed out of them.
 */
export async function announceEnd(
  { queue }: EndNeeds,
  tx: Tx,
  sessionIds: readonly SessionId[],
): Promise<readonly TouchedClient[]> {
  if (sessionIds.length === 0) return []
  const touched = await selectTouchedClients(tx, sessionIds)
  const told = touched.filter(({ backChannel }) => backChannel)
  await Promise.all(
    told.map(({ userId, clientId, sid }) =>
      queue.add(tx, backchannelLogoutJob, { userId, clientId, sid }),
    ),
  )
  return touched.filter(({ frontChannel }) => frontChannel)
}
