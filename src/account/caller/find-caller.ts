import { claimsToBeKey } from '../../api-keys/index.ts'
import type { ClientCache } from '../../clients/index.ts'
import type { Request } from '../../http/index.ts'
import { originOf } from '../../http/index.ts'
import type { User } from '../../identity/index.ts'
import { verifyClientToken } from '../../oauth/index.ts'
import { accountFailures, unauthenticated } from '../failures.ts'
import type { AccountNeeds } from '../needs.ts'
import { bearerOf, findPrincipal, principalOf } from '../principal.ts'
import type { Caller, KeyHolder } from './caller.ts'

type KeyNeeds = Pick<AccountNeeds, 'apiKeys'>

export type CallerNeeds = KeyNeeds &
  Pick<
    AccountNeeds,
    'db' | 'clock' | 'keys' | 'visits' | 'issuer' | 'verifiedTokens' | 'tokenRows'
  > & {
    readonly clients: ClientCache
  }

/**
 * Who calls: by a token of a person or of a client, by an API key, or by the cookie of a browser. Fails
 * with 401.
 */
export async function findCaller(needs: CallerNeeds, request: Request): Promise<Caller> {
  const holder = await findKeyHolder(needs, request)
  if (holder !== undefined) return holder
  const principal = await findPrincipal(needs, request)
  if (principal !== undefined) return { kind: 'user', user: principal.user, principal }
  const token = bearerOf(request)
  const client = token === undefined ? undefined : await verifyClientToken(needs, token)
  if (client !== undefined) return { kind: 'client', client }
  throw unauthenticated()
}

/** Whose account may be read; `scopes` is what an API key may use of what the person may do. */
export type Reader = { readonly user: User; readonly scopes?: readonly string[] }

/** The person behind a request that only reads: by a session or by an API key. Fails with 401. */
export async function readerOf(
  needs: Omit<CallerNeeds, 'clients'>,
  request: Request,
): Promise<Reader> {
  const holder = await findKeyHolder(needs, request)
  return holder ?? { user: (await principalOf(needs, request)).user }
}

/** Who holds the API key of a request; undefined when it brings none, and 401 when it is not good. */
async function findKeyHolder(
  { apiKeys }: KeyNeeds,
  request: Request,
): Promise<KeyHolder | undefined> {
  const token = bearerOf(request)
  if (token === undefined || !claimsToBeKey(token)) return undefined
  const held = await apiKeys.book.find(token, originOf(request).ip)
  if (held === undefined) {
    throw accountFailures.unauthenticated({
      // RFC 6750 section 3.1.
      headers: { 'www-authenticate': 'Bearer realm="cardea", error="invalid_token"' },
    })
  }
  const { key, user } = held
  return { kind: 'api_key', user, keyId: key.id, scopes: key.scopes }
}
