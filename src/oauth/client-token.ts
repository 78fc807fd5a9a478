import type { Client } from '../clients/index.ts'
import type { ActiveNeeds } from './active-token.ts'
import { readActiveToken } from './active-token.ts'

/**
 * The active client that acts for itself by this token (RFC 6749 section 4.4, RFC 9068 section 2.2):
 * undefined for every other token, those of people above all. What is bound to a key is worth nothing
 * without it (RFC 9449 section 7.2).
 */
export async function verifyClientToken(
  needs: ActiveNeeds,
  text: string,
): Promise<Client | undefined> {
  const found = await readActiveToken(needs, text, needs.issuer)
  if (!found.ok || found.person !== undefined) return undefined
  const { token, client } = found
  const forItself = token.grantId === undefined && token.subject === token.clientId
  return forItself && token.binding === undefined ? client : undefined
}
