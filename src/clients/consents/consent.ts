import type { Origin } from '../../audit/index.ts'
import { appendAudit } from '../../audit/index.ts'
import type { ClientId, Clock, Random, UserId } from '../../base/index.ts'
import type { Queries, Tx } from '../../db/index.ts'
import type { Client } from '../client.ts'
import { selectConsent, upsertConsent } from './store.ts'

/** Whether a client must have a person's consent, and whether it has it for all that is asked. */
export type ConsentState = { readonly needed: boolean; readonly covered: boolean }

/** What a client asks a person for. */
export type Asked = {
  readonly scopes: readonly string[]
  /** Registered resources (RFC 8707) that the scopes are to be used at. */
  readonly resources: readonly string[]
  /** Authorization details (RFC 9396): each is one matter, and is not allowed in advance. */
  readonly details?: readonly unknown[] | undefined
}

/**
 * The one rule on remembered consent; nobody signed in (`userId` undefined) has consented to nothing. A first
 * party need not ask: the operator answers for it, for offline access too (OIDC Core 11).
 */
export async function consentState(
  queries: Queries,
  client: Client,
  userId: UserId | undefined,
  asked: Asked,
): Promise<ConsentState> {
  if (!client.metadata.require_consent) return { needed: false, covered: true }
  if (userId === undefined || (asked.details ?? []).length > 0) {
    return { needed: true, covered: false }
  }
  const allowed = await selectConsent(queries, userId, client.clientId)
  // A person who was never asked has not even consented to a request without scopes.
  const covered =
    allowed !== undefined &&
    asked.scopes.every((scope) => allowed.scopes.includes(scope)) &&
    asked.resources.every((resource) => allowed.resources.includes(resource))
  return { needed: true, covered }
}

type Consent = Asked & { readonly userId: UserId; readonly clientId: ClientId }

export async function rememberConsent(
  needs: { readonly clock: Clock; readonly random: Random },
  tx: Tx,
  { userId, clientId, scopes, resources, details = [] }: Consent,
  origin: Origin,
): Promise<void> {
  await upsertConsent(tx, { userId, clientId }, { scopes, resources }, needs.clock.now())
  await appendAudit(needs, tx, {
    actor: `user:${userId}`,
    action: 'consent.allow',
    resource: `user:${userId}`,
    outcome: 'success',
    origin,
    details: { client: clientId, scopes, resources, authorization_details: details },
  })
}
