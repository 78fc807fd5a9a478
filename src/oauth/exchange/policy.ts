/**
 * exchange: what token exchange (RFC 8693) stands on. Reads tokens of every type, and decides who may exchange
 * whose, for which targets, with which scopes, and who is named as acting. `token/token-exchange.ts` puts that
 * together. Owns no table.
 */

import type { Client } from '../../clients/index.ts'
import type { Actor } from '../access-token.ts'
import type { PresentedToken } from './presented-token.ts'

/** As many may act one for another; a chain that grows without end is a loop (RFC 8693 section 4.1). */
const longestChain = 10

/**
 * Whether a client may exchange a token at all. `serves` are the resources whose servers ask about tokens by
 * this client. What its registration names replaces the rule: tokens of its own, and tokens meant for it.
 */
export function mayExchange(
  { clientId, metadata }: Client,
  { issuedTo, audience }: Pick<PresentedToken, 'issuedTo' | 'audience'>,
  serves: readonly string[],
): boolean {
  if (issuedTo === undefined) return true
  const named = metadata.token_exchange?.subject_clients
  if (named !== undefined) return named.includes(issuedTo)
  return issuedTo === clientId || audience.some((one) => one === clientId || serves.includes(one))
}

/** The `act` claim: who acts from now on, with whoever acted before inside (RFC 8693 section 4.1). */
export function chainOf(actor: Actor, before: Actor | undefined): Actor {
  if (before === undefined) return actor
  return isSame(actor, before) ? before : { ...actor, act: before }
}

export function isTooLong(chain: Actor | undefined): boolean {
  let length = 0
  for (let at = chain; at !== undefined; at = at.act) length += 1
  return length > longestChain
}

/** RFC 8693 section 4.4: a token that says who may act lets nobody else. */
export function mayActAs(mayAct: unknown, actor: Actor, issuer: string): boolean {
  if (mayAct === undefined) return true
  if (typeof mayAct !== 'object' || mayAct === null) return false
  const { sub, iss = issuer, client_id: client }: Readonly<Record<string, unknown>> = { ...mayAct }
  if (sub === undefined && client === undefined) return false
  const fits = (said: unknown, own: string | undefined) => said === undefined || said === own
  return fits(sub, actor.sub) && fits(client, actor.client_id ?? actor.sub) && iss === issuer
}

function isSame(one: Actor, other: Actor): boolean {
  return one.sub === other.sub && one.client_id === other.client_id
}
