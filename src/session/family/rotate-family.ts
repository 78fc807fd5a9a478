import type { Clock } from '../../base/index.ts'
import type { Tx } from '../../db/index.ts'
import type { Family, RefreshRules } from './family.ts'
import { decideRefresh } from './family.ts'
import type { PresentedRefreshToken, RefreshTokens } from './refresh-token.ts'
import { advanceGeneration, lockFamily, noteFamilyUse, revokeFamily } from './store.ts'

export type Rotation =
  | {
      readonly ok: true
      readonly family: Family
      readonly refreshToken: string
      readonly repeated: boolean
    }
  | {
      readonly ok: false
      readonly why:
        | 'unknown'
        | 'forged'
        | 'foreign'
        | 'revoked'
        | 'expired'
        | 'idle'
        | 'session_ended'
        | 'replayed'
      readonly family?: Family
    }

type Needs = {
  readonly clock: Clock
  readonly refreshTokens: RefreshTokens
  readonly rules: RefreshRules
}

/**
 * Exchanges a refresh token for its successor, or itself, inside the caller's transaction. A refusal is a value:
 * a replay has revoked the family, and that must be committed although the request fails.
 * `owns` tells whether the caller may use this family at all (its client, its kind).
 */
export async function rotateFamily(
  needs: Needs,
  tx: Tx,
  token: PresentedRefreshToken,
  owns: (family: Family) => boolean,
): Promise<Rotation> {
  const family = await lockFamily(tx, token.familyId)
  if (family?.seed == null) return { ok: false, why: 'unknown' }
  if (!needs.refreshTokens.genuine(token, family.seed)) return { ok: false, why: 'forged', family }
  if (!owns(family)) return { ok: false, why: 'foreign', family } // RFC 6749 section 6
  const now = needs.clock.now()
  const decision = decideRefresh(family, token.generation, needs.rules, now)
  switch (decision.do) {
    case 'refuse':
      return { ok: false, why: decision.why, family }
    case 'revoke':
      await revokeFamily(tx, family.id, now)
      return { ok: false, why: 'replayed', family }
    case 'repeat':
      return {
        ok: true,
        family,
        refreshToken: issue(needs, family, family.generation),
        repeated: true,
      }
    case 'keep':
      await noteFamilyUse(tx, family.id, now)
      return {
        ok: true,
        family: { ...family, rotatedAt: now },
        refreshToken: issue(needs, family, family.generation),
        repeated: false,
      }
    case 'rotate': {
      const next = { ...family, generation: family.generation + 1, rotatedAt: now }
      await advanceGeneration(tx, family.id, family.generation, now)
      return {
        ok: true,
        family: next,
        refreshToken: issue(needs, next, next.generation),
        repeated: false,
      }
    }
  }
}

function issue(needs: Needs, family: Family, generation: number): string {
  return needs.refreshTokens.issue(family.id, family.seed ?? Buffer.alloc(0), generation)
}
