import type { FactorKind, MfaCore, Policy } from '../../mfa/index.ts'
import { allows, graceOf, mfaFailures, reachesOwnLevel } from '../../mfa/index.ts'
import { isFresh } from '../../session/index.ts'
import type { Candidate } from '../arrival/candidate.ts'
import { onward } from '../arrival/candidate.ts'
import type { LoginNeeds } from '../needs.ts'
import { confirmPath } from '../return-path.ts'
import { askedFactors, pastFactors } from './asked-factors.ts'
import { pathFor, withFlow } from './carry.ts'

/** Somebody who may set up a factor now. */
export type Enroller = {
  readonly candidate: Candidate
  /** What they may choose from. */
  readonly kinds: readonly FactorKind[]
  /** Whether they may go on without: always, or until a moment. Undefined when it cannot be put off. */
  readonly later: { readonly until: Date | undefined } | undefined
}

/**
 * Who may set up a factor on the way in, or where they go instead. Whoever has a factor must have proved
 * one first, and an old session proves itself anew: a password that was found out, or a computer that was
 * left open, is never enough to add one (ASVS 6.4.4, 7.5.1).
 */
export async function enrollerOf(
  needs: LoginNeeds,
  candidate: Candidate,
): Promise<Enroller | string> {
  const { at, situation, proved, flow, carried, person } = candidate
  const asked = demandOn(needs, candidate)
  if (askedFactors(candidate).length > 0) return withFlow(pathFor(candidate, '/login/mfa'), flow)
  // A remembered browser is in, but has proved no factor: nothing can be added from there.
  if (asked === undefined || !reachesOwnLevel(situation, proved)) {
    return pastFactors(needs, candidate)
  }
  if ('session' in at && !isFresh(at.session, needs.freshLifetime, needs.clock.now())) {
    const isDue = candidate.judgement.do === 'enrol' && flow !== undefined
    return isDue
      ? onward(needs, { flow, session: at.session, back: carried.return })
      : confirmPath('/account/security')
  }
  const hasAddress = person.email !== null && person.emailVerified
  const kinds = asked.kinds.filter((kind) => kind !== 'email_code' || hasAddress)
  if (kinds.length > 0) return { candidate, kinds, later: asked.later }
  if (asked.later === undefined) throw mfaFailures.no_way_in()
  return pastFactors(needs, candidate)
}

/** What somebody must or may set up; undefined for who is done. */
function demandOn(
  { mfa }: LoginNeeds,
  { judgement, situation, at }: Candidate,
): Omit<Enroller, 'candidate'> | undefined {
  if (judgement.do === 'enrol') return { kinds: judgement.kinds, later: undefined }
  if (judgement.do !== 'pass' || !('session' in at)) return undefined
  const { policy, standing } = situation
  const grace = graceOf(situation)
  if (grace !== undefined) return { kinds: allowed(policy), later: { until: grace.until } }
  const isOffered = policy.passkeys.offer && standing.passkeys === 0 && canKeepPasskeys(mfa, policy)
  return isOffered ? { kinds: ['passkey'], later: { until: undefined } } : undefined
}

function canKeepPasskeys({ relyingParty }: MfaCore, policy: Policy): boolean {
  return relyingParty !== undefined && allows(policy, 'passkey')
}

function allowed(policy: Policy): FactorKind[] {
  const kinds: readonly FactorKind[] = ['passkey', 'totp', 'email_code']
  return kinds.filter((kind) => allows(policy, kind))
}
