/**
 * registration: clients register themselves (RFC 7591) and manage that (RFC 7592).
 * Owns `registration_tokens`. Reads what comes over the wire and applies what is not up to a client (`policy.ts`);
 * what metadata must obey is in `clients`, for everybody.
 */

import type { Random } from '../../base/index.ts'
import { addSeconds, randomToken, sha256 } from '../../base/index.ts'
import type { RegistrationLimits } from '../../clients/index.ts'
import {
  clientFailures,
  completeMetadata,
  createClient,
  newClientId,
  requireSector,
} from '../../clients/index.ts'
import type { Db } from '../../db/index.ts'
import type { Origin } from '../../http/index.ts'
import type { Sealer } from '../../keys/index.ts'
import type { Limits } from '../../limits/index.ts'
import type { Outgoing } from '../../outgoing/index.ts'
import type { Told } from './answer.ts'
import { registrationFailures } from './failures.ts'
import { exempted, limitsOf, narrowed, refusedGrants, refusedSector } from './policy.ts'
import type { Raw } from './read-metadata.ts'
import { readMetadata } from './read-metadata.ts'
import type { StatementNeeds } from './software-statement.ts'
import { withStatement } from './software-statement.ts'
import type { InitialAccessToken } from './store.ts'
import { findToken, takeUse } from './store.ts'

export type RegisterNeeds = StatementNeeds & {
  readonly db: Db
  readonly random: Random
  readonly sealer: Sealer
  readonly limits: Limits
  readonly outgoing: Outgoing
  readonly outgoingHosts: readonly string[]
  readonly issuer: string
}

export type Asked = {
  readonly raw: Raw
  /** The initial access token, where one was sent. */
  readonly bearer: string | undefined
  readonly origin: Origin
}

/** Registers the client that asks (RFC 7591 section 3). */
export async function register(needs: RegisterNeeds, asked: Asked): Promise<Told> {
  const token = await admitted(needs, asked)
  const given = token && { scopes: token.scopes, grantTypes: token.grantTypes }
  const input = await acceptable(needs, asked.raw, given ?? null)
  const clientId = newClientId(needs.random)
  const registrationToken = newRegistrationToken(needs.random)
  const now = needs.clock.now()
  const { client, secret } = await createClient(
    needs,
    input,
    { actor: `client:${clientId}`, origin: asked.origin },
    {
      registeredBy: 'itself',
      clientId,
      digest: sha256(registrationToken),
      // Who had a token was let in by an administrator, whose clients stay.
      expiresAt: token ? null : addSeconds(now, needs.protocol.registrationLifetime),
      ...(given && { limits: given }),
      ...(token && {
        details: { registration_token: token.id },
        first: async (tx) => {
          if (!(await takeUse(tx, token.id, now)))
            throw registrationFailures.token_needed(challenge)
        },
      }),
    },
  )
  const { software_statement: statement } = asked.raw
  const used = needs.protocol.softwareStatementIssuers.length > 0 && typeof statement === 'string'
  return { client, secret, registrationToken, ...(used && { statement }) }
}

export function newRegistrationToken(random: Random): string {
  return `crt_${randomToken(random)}`
}

export const challenge = {
  headers: { 'www-authenticate': 'Bearer realm="cardea", error="invalid_token"' }, // RFC 6750 section 3
}

/** Whether somebody may register at all, and by which token. */
async function admitted(
  { db, clock, limits, protocol }: RegisterNeeds,
  { bearer, origin }: Asked,
): Promise<InitialAccessToken | undefined> {
  if (protocol.clientRegistration === 'closed') throw registrationFailures.closed()
  const token = bearer === undefined ? undefined : await findToken(db, sha256(bearer), clock.now())
  if (token !== undefined) return token
  await limits.admit(['public', { ip: origin.ip }])
  const open = protocol.clientRegistration === 'open' && bearer === undefined
  if (!open) throw registrationFailures.token_needed(challenge)
  return undefined
}

/** What may be registered of what a client says; everything outside is asked before a transaction begins. */
export async function acceptable(
  needs: RegisterNeeds,
  raw: Raw,
  given: RegistrationLimits | null,
): Promise<ReturnType<typeof readMetadata>> {
  const most = limitsOf(needs.protocol, given)
  const said = readMetadata(await withStatement(needs, raw))
  const input = exempted(narrowed(said, most), needs.protocol)
  const members = [...refusedGrants(input, most), ...refusedSector(input)]
  if (members.length > 0) throw clientFailures.invalid_client_metadata({ members })
  await requireSector(needs, completeMetadata(input))
  return input
}
