import type { Clock, FamilyId, Random } from '../../base/index.ts'
import { newId } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { Family, FamilyStart } from './family.ts'
import type { RefreshTokens } from './refresh-token.ts'
import { insertFamily } from './store.ts'

type Needs = {
  readonly clock: Clock
  readonly random: Random
  readonly refreshTokens: RefreshTokens
}

/**
 * Records a grant and returns its first refresh token, where one is wanted; undefined when the session
 * ended meanwhile.
 */
export async function startFamily(
  needs: Needs,
  tx: Tx,
  start: FamilyStart,
): Promise<{ family: Family; refreshToken: string | undefined } | undefined> {
  const now = needs.clock.now()
  const { withRefreshToken, ...given } = start
  const seed = withRefreshToken ? needs.random.bytes(16) : null
  const family: Family = {
    binding: null,
    resources: [],
    details: null,
    ...given,
    id: newId<FamilyId>(needs.clock, needs.random),
    seed,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    revokedAt: null,
  }
  if ((await insertFamily(tx, family)) === 0) return undefined
  const refreshToken = seed === null ? undefined : needs.refreshTokens.issue(family.id, seed, 0)
  return { family, refreshToken }
}
