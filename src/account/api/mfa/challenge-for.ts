import type { Static } from 'typebox'
import type { FactorKind, MfaCore, Subject } from '../../../mfa/index.ts'
import { factorOf } from '../../../mfa/index.ts'
import type { Challenged } from './schemas.ts'

/** Shows or sends what a factor needs before it can answer. */
export async function challengeFor(
  core: MfaCore,
  subject: Subject,
  kind: FactorKind,
): Promise<Static<typeof Challenged>> {
  const { options, sentTo } = await factorOf(kind).challenge(core, subject)
  return {
    factor: kind,
    ...(options !== undefined && { options: { ...options } }),
    ...(sentTo !== undefined && { sent_to: sentTo }),
  }
}
