import type { ClientId, Clock, UserId } from '../base/index.ts'
import type { Queries, Tx } from '../db/index.ts'
import type { Client } from './client.ts'
import { selectConsent, upsertConsent } from './store.ts'

/** Whether a client must have a person's consent, and whether it has it for all that is asked. */
export type ConsentState = { readonly needed: boolean; readonly covered: boolean }

/** The one rule on remembered consent; nobody signed in (`userId` undefined) has consented to nothing. */
export async function consentState(
  queries: Queries,
  client: Client,
  userId: UserId | undefined,
  asked: readonly string[],
): Promise<ConsentState> {
  if (!client.metadata.require_consent) return { needed: false, covered: true }
  if (userId === undefined) return { needed: true, covered: false }
  const allowed = await selectConsent(queries, userId, client.clientId)
  // A person who was never asked has not even consented to a request without scopes.
  const covered = allowed !== undefined && asked.every((scope) => allowed.includes(scope))
  return { needed: true, covered }
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
