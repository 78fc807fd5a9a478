import type { Client, ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { VerifyNeeds } from './access-token.ts'
import { verifyAccessToken } from './access-token.ts'
import { isRevoked } from './store.ts'

type Needs = VerifyNeeds & { readonly db: Db; readonly clients: ClientCache }

/**
 * The active client that acts for itself by this token (RFC 6749 section 4.4, RFC 9068 section 2.2):
 * undefined for every other token, those of people above all.
 */
export async function verifyClientToken(needs: Needs, token: string): Promise<Client | undefined> {
  const access = await verifyAccessToken(needs, token, needs.issuer)
  if (access === undefined || access.grantId !== undefined) return undefined
  if (access.subject !== access.clientId) return undefined
  const client = await needs.clients.find(access.clientId)
  if (client === undefined || (await isRevoked(needs.db, access.jti))) return undefined
  return client
}
