import type { Failure } from '../base/index.ts'
import type { Enrolled, FactorKind } from './factor.ts'
import { mfaFailures } from './failures.ts'

/** What a person is told when a factor could not be set up. */
export function enrolFailure(
  kind: FactorKind,
  why: Extract<Enrolled, { ok: false }>['why'],
): Failure {
  const log = { log: { factor: kind, why } }
  if (why === 'attestation') return mfaFailures.attestation(log)
  if (why === 'too_many') return mfaFailures.too_many(log)
  const isPasskey = kind === 'passkey'
  // Mailed codes are there or not: a second time is one too many.
  if (why === 'duplicate') {
    return isPasskey ? mfaFailures.duplicate_passkey(log) : mfaFailures.too_many(log)
  }
  return isPasskey ? mfaFailures.invalid_passkey(log) : mfaFailures.invalid_code(log)
}
