import type { Client } from '../../clients/index.ts'
import type { Queries } from '../../db/index.ts'
import { levelOf } from '../../mfa/index.ts'
import { readFamily } from '../../session/index.ts'
import type { PresentedToken } from './presented-token.ts'

/**
 * Whether the person of a token proved enough for a client that demands a second factor: another client, which
 * the token was given to, may have asked for less.
 */
export async function provesEnough(
  { db }: { readonly db: Queries },
  { clientId, metadata }: Client,
  { subject, issuedTo, grant }: PresentedToken,
): Promise<boolean> {
  // What another issuer says was judged already, and what the client has by its own sign-in, too.
  const isJudged = issuedTo === undefined || issuedTo === clientId
  if (isJudged || metadata.mfa_policy !== 'required' || subject.type === 'client') return true
  if (grant === undefined) return false
  if (levelOf(grant.acr) > 1) return true
  const family = await readFamily(db, grant.id)
  return family?.sessionExemption != null
}
