import type { ClientId, Clock, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import { deleteConsents, selectConsent, upsertConsent } from './store.ts'

/** The scopes a person has allowed a client so far. */
export function readConsent(
  queries: Queries,
  userId: UserId,
  clientId: ClientId,
): Promise<readonly string[]> {
  return selectConsent(queries, userId, clientId)
}

/** True when nothing is asked for that was not allowed before. */
export function consentCovers(allowed: readonly string[], asked: readonly string[]): boolean {
  return asked.every((scope) => allowed.includes(scope))
}

export function rememberConsent(
  needs: { readonly clock: Clock },
  tx: Tx,
  consent: {
    readonly userId: UserId
    readonly clientId: ClientId
    readonly scopes: readonly string[]
  },
): Promise<void> {
  return upsertConsent(tx, consent.userId, consent.clientId, consent.scopes, needs.clock.now())
}

export function revokeConsents(tx: Tx, userId: UserId, clientId: ClientId): Promise<number> {
  return deleteConsents(tx, userId, clientId)
}
