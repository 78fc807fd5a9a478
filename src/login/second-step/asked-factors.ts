import type { FactorKind } from '../../mfa/index.ts'
import { reachesOwnLevel, usableFactors } from '../../mfa/index.ts'
import type { Candidate } from '../arrival/candidate.ts'
import { backToLogin, onward } from '../arrival/candidate.ts'
import type { LoginNeeds } from '../needs.ts'
import { pathFor, withFlow } from './carry.ts'

export type Asked = {
  readonly candidate: Candidate
  /** All that would do, best first. */
  readonly kinds: readonly FactorKind[]
  /** The one to answer with. */
  readonly kind: FactorKind
}

/**
 * The factors that somebody may prove now; empty when none is asked for. Whoever has one proves it before
 * setting up another, so that a password that was found out is never enough for that (ASVS 7.5.1).
 */
export function askedFactors({ judgement, situation, proved }: Candidate): readonly FactorKind[] {
  if (judgement.do === 'factor') return judgement.kinds
  if (judgement.do !== 'enrol' || reachesOwnLevel(situation, proved)) return []
  return usableFactors(situation.standing, situation.policy)
}

/** Where somebody goes of whom this step asks nothing. */
export async function pastFactors(needs: LoginNeeds, candidate: Candidate): Promise<string> {
  const { at, flow, carried, judgement } = candidate
  if ('session' in at) return onward(needs, { flow, session: at.session, back: carried.return })
  if (judgement.do !== 'enrol') return backToLogin(flow)
  return withFlow(pathFor(candidate, '/login/enrol'), flow)
}
