import type { ClientCache } from '../../clients/index.ts'
import type { Request } from '../../http/index.ts'
import { verifyClientToken } from '../../oauth/index.ts'
import { unauthenticated } from '../failures.ts'
import type { AccountNeeds } from '../needs.ts'
import { bearerOf, findPrincipal } from '../principal.ts'
import type { Caller } from './caller.ts'

export type CallerNeeds = Pick<
  AccountNeeds,
  'db' | 'clock' | 'keys' | 'visits' | 'issuer' | 'verifiedTokens'
> & { readonly clients: ClientCache }

/** Who calls: by a token of a person or of a client, or by the cookie of a browser. Fails with 401. */
export async function findCaller(needs: CallerNeeds, request: Request): Promise<Caller> {
  const principal = await findPrincipal(needs, request)
  if (principal !== undefined) return { kind: 'user', user: principal.user, principal }
  const token = bearerOf(request)
  const client = token === undefined ? undefined : await verifyClientToken(needs, token)
  if (client !== undefined) return { kind: 'client', client }
  throw unauthenticated()
}
