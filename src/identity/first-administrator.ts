import type { Clock, Random } from '../base/index.ts'
import { addSeconds, randomToken, sha256 } from '../base/index.ts'
import type { Db, Queries } from '../db/index.ts'
import {
  deleteAllSetupTokens,
  deleteSetupToken,
  hasSetupToken,
  insertSetupToken,
  lockSetup,
  sweepSetupTokens,
} from './store.ts'

type Needs = { readonly db: Queries; readonly clock: Clock }

const setupTokenLifetime = 86_400
const mostSwept = 1000

/** A new link to make the first administrator with. Only for a server that has none. */
export async function issueSetupToken(
  needs: { readonly db: Db; readonly clock: Clock; readonly random: Random },
  lifetime = setupTokenLifetime,
): Promise<string> {
  const token = randomToken(needs.random)
  await sweepSetupTokens(needs.db, needs.clock.now(), mostSwept)
  await insertSetupToken(needs.db, sha256(token), addSeconds(needs.clock.now(), lifetime))
  return token
}

/** For showing the form; only `consumeSetupTokens` decides. */
export async function readSetupToken(needs: Needs, token: string): Promise<'valid' | 'invalid'> {
  const found = await hasSetupToken(needs.db, sha256(token), needs.clock.now())
  return found ? 'valid' : 'invalid'
}

/**
 * Redeems a token and kills all others. Of any number of parallel calls with any valid tokens one is
 * told true; the rest wait for its commit. Make the administrator in the same transaction: if that
 * fails, the tokens live on.
 */
export async function consumeSetupTokens(tx: Queries, token: string, at: Date): Promise<boolean> {
  await lockSetup(tx)
  if ((await deleteSetupToken(tx, sha256(token), at)) === 0) return false
  await deleteAllSetupTokens(tx)
  return true
}
