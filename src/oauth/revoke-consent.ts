import type { Origin } from '../audit/index.ts'
import { appendAudit } from '../audit/index.ts'
import type { ClientId, Clock, Random, UserId } from '../base/index.ts'
import { clientFailures, removeConsents } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import { revokeClientFamilies, revokeOauthFamilies } from '../session/index.ts'
import { denyOpenRequests } from './ciba/store.ts'
import { denyOpenDevices } from './device/store.ts'
import { deleteOpenCodes } from './store.ts'

type Needs = { readonly db: Db; readonly clock: Clock; readonly random: Random }
type By = { readonly actor: string; readonly origin: Origin }

/**
 * Takes back what a person allowed a client: it is asked for again, and what the client holds ends in the same
 * transaction (ASVS 10.7.3). Fails with 404 when there is nothing to take back.
 */
export async function revokeConsent(
  needs: Needs,
  { userId, clientId }: { readonly userId: UserId; readonly clientId: ClientId },
  { actor, origin }: By,
): Promise<void> {
  await needs.db.transaction(async (tx) => {
    // The codes first: who redeems one at this moment is waited for, and the family then found.
    await deleteOpenCodes(tx, userId, clientId)
    await denyOpenDevices(tx, userId, clientId)
    await denyOpenRequests(tx, userId, clientId)
    const consents = await removeConsents(tx, userId, clientId)
    const grants = await revokeClientFamilies(tx, { userId, clientId }, needs.clock.now())
    if (consents + grants === 0) throw clientFailures.unknown_consent()
    await appendAudit(needs, tx, {
      actor,
      action: 'consent.revoke',
      resource: `user:${userId}`,
      outcome: 'success',
      origin,
      details: { client: clientId, grants },
    })
  })
}

/** The same for every client; tells how many consents and grants that were. */
export function revokeConsents(
  needs: Needs,
  userId: UserId,
  { actor, origin }: By,
): Promise<{ consents: number; grants: number }> {
  return needs.db.transaction(async (tx) => {
    await deleteOpenCodes(tx, userId, undefined)
    await denyOpenDevices(tx, userId, undefined)
    await denyOpenRequests(tx, userId, undefined)
    const consents = await removeConsents(tx, userId, undefined)
    const grants = await revokeOauthFamilies(tx, userId, needs.clock.now())
    await appendAudit(needs, tx, {
      actor,
      action: 'consent.revoke_all',
      resource: `user:${userId}`,
      outcome: 'success',
      origin,
      details: { consents, grants },
    })
    return { consents, grants }
  })
}
