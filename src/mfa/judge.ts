import { addSeconds } from '../base/index.ts'
import type { Assurance, Level } from './assurance.ts'
import { levelOf, meaningOf, meets } from './assurance.ts'
import type { FactorKind } from './factor.ts'
import type { Mode, Policy } from './policy/policy.ts'
import { allows } from './policy/policy.ts'
import type { Standing } from './standing.ts'
import { countedFactors, isProtected, usableFactors } from './standing.ts'

/** What an application asks for by `acr_values` or the `claims` parameter (OIDC Core 5.5.1.1). */
export type AcrWish = {
  /** In order of preference. */
  readonly values: readonly string[]
  /** Whether nothing less will do. */
  readonly essential: boolean
}

/** All that decides whether somebody has proved enough. */
export type Situation = {
  readonly policy: Policy
  /** The strictest of installation, roles and client. */
  readonly mode: Mode
  readonly standing: Standing
  readonly now: Date
}

export type Judgement =
  | { readonly do: 'pass' }
  /** One of these factors is missing. */
  | { readonly do: 'factor'; readonly kinds: readonly FactorKind[] }
  /** There is none yet, and it cannot be put off. */
  | { readonly do: 'enrol'; readonly kinds: readonly FactorKind[] }
  /** Nothing that this person could do would be enough. */
  | { readonly do: 'refuse' }

/** The one rule on whether what was proved is enough; pure. */
export function judge(situation: Situation, proved: Assurance, wish?: AcrWish): Judgement {
  const byPolicy = judgePolicy(situation, proved)
  return byPolicy.do === 'pass' && wish !== undefined
    ? judgeWish(situation, proved, wish)
    : byPolicy
}

function judgePolicy(situation: Situation, proved: Assurance): Judgement {
  const { policy, mode, standing } = situation
  if (proved.exemption === 'emergency') return { do: 'pass' }
  if (mode !== 'off' && isProtected(standing, policy)) {
    const enough = levelOf(proved.acr) > 1 || proved.exemption !== undefined
    return enough ? { do: 'pass' } : { do: 'factor', kinds: usableFactors(standing, policy) }
  }
  if (isProtected(standing, policy)) return { do: 'pass' }
  const due = standing.mustEnrol || (mode === 'required' && !inGrace(situation))
  if (!due) return { do: 'pass' }
  const kinds = enrollable(policy)
  if (kinds.length > 0) return { do: 'enrol', kinds }
  // An administrator's wish for a factor cannot be met where there is none; a required one stays required.
  return mode === 'required' ? { do: 'refuse' } : { do: 'pass' }
}

/** The first wish that can be met is; a voluntary one that cannot be met is passed over. */
function judgeWish(situation: Situation, proved: Assurance, wish: AcrWish): Judgement {
  const { values, essential } = wish
  if (values.length === 0 || values.some((value) => meets(proved, value))) return { do: 'pass' }
  const { policy, standing } = situation
  for (const value of values) {
    const kinds = usableFactors(standing, policy).filter((kind) =>
      reaches(value, kind, standing.deviceBoundPasskeys > 0),
    )
    if (kinds.length > 0) return { do: 'factor', kinds }
  }
  if (!essential) return { do: 'pass' }
  for (const value of values) {
    const kinds = enrollable(policy).filter((kind) => reaches(value, kind, true))
    if (kinds.length === 0) continue
    // Whoever has a factor shows it before another one is set up (ASVS 7.5.1).
    if (reachesOwnLevel(situation, proved)) return { do: 'enrol', kinds }
    return { do: 'factor', kinds: usableFactors(standing, policy) }
  }
  return { do: 'refuse' }
}

/** Whether a password with this factor can satisfy a value. */
function reaches(value: string, kind: FactorKind, deviceBound: boolean): boolean {
  const meaning = meaningOf(value)
  if (meaning === undefined || kind === 'emergency_code') return false
  const highest: Level = kind === 'passkey' && deviceBound ? 3 : 2
  const resistant = kind === 'passkey' || meaning.phishingResistant !== true
  return resistant && meaning.level <= highest
}

function enrollable(policy: Policy): FactorKind[] {
  const kinds: readonly FactorKind[] = ['passkey', 'totp', 'email_code']
  return kinds.filter((kind) => allows(policy, kind))
}

/** Whether a required factor may still be put off; the time begins with the first sign-in that asks. */
export function inGrace({ policy, standing, now }: Situation): boolean {
  if (standing.mustEnrol || policy.enrolment_grace === 0) return false
  return standing.graceUntil === null || now < standing.graceUntil
}

/** Whether somebody owes a factor that may be put off: until when, and whether the time must be noted first. */
export function graceOf(situation: Situation): { until: Date; isNew: boolean } | undefined {
  const { policy, mode, standing, now } = situation
  if (mode !== 'required' || isProtected(standing, policy) || !inGrace(situation)) return undefined
  const until = standing.graceUntil ?? addSeconds(now, policy.enrolment_grace)
  return { until, isNew: standing.graceUntil === null }
}

/** The level that changes of the account itself ask for: two factors of whoever has two (ASVS 7.5.1). */
export function ownLevel({ standing, policy }: Pick<Situation, 'standing' | 'policy'>): Level {
  return countedFactors(standing, policy).length > 0 ? 2 : 1
}

/** Whether what was proved is enough for changes of the account itself. */
export function reachesOwnLevel(
  situation: Pick<Situation, 'standing' | 'policy'>,
  proved: Pick<Assurance, 'acr' | 'exemption'>,
): boolean {
  return levelOf(proved.acr) >= ownLevel(situation) || proved.exemption === 'emergency'
}
