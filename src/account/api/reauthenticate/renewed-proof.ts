import type { Assurance, FactorKind, Proof, Situation } from '../../../mfa/index.ts'
import { combine, reachesOwnLevel } from '../../../mfa/index.ts'

type Proofs = {
  /** What the session stands for, if that is recent. */
  readonly recent: Assurance | undefined
  /** What was proved now, the password first. */
  readonly now: readonly Proof[]
}

/**
 * What a session stands for after new proofs: for these alone where they are enough, because they are
 * the newest, otherwise for them together with what is still recent. Undefined when that is too little.
 */
export function renewedProof(
  situation: Pick<Situation, 'standing' | 'policy'>,
  { recent, now }: Proofs,
): Assurance | undefined {
  for (const before of [undefined, recent]) {
    const proved = now.reduce<Assurance | undefined>(combine, before)
    if (proved !== undefined && reachesOwnLevel(situation, proved)) return proved
  }
  return undefined
}

/** The most that a factor could prove: a code that cannot be enough must not be used up in vain. */
export function bestProof(kind: FactorKind, now: Date): Proof {
  const at = now.getTime()
  return kind === 'passkey' ? { kind, at, userVerified: true, deviceBound: true } : { kind, at }
}
