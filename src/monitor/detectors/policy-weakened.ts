import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

type Members = Readonly<Record<string, unknown>>

const strictness: Readonly<Record<string, number>> = { off: 0, optional: 1, required: 2 }

/** The policy of second factors asks for less than before. */
export const policyWeakened = spotting('mfa_policy_weakened', ['mfa.change_policy'], (record) => {
  const { before, after } = record.details
  const weaker = weakened(membersOf(before), membersOf(after))
  if (record.outcome !== 'success' || weaker.length === 0) return undefined
  return finding(record, 'mfa_policy_weakened', { details: { weaker } })
})

/** The members in which a policy is weaker than another one. */
export function weakened(before: Members, after: Members): string[] {
  const [pass, passAfter] = [membersOf(before.passkeys), membersOf(after.passkeys)]
  const rules: Readonly<Record<string, boolean>> = {
    mode: isLess(before.mode, after.mode),
    roles: isLessForSome(before, after),
    factors: gained(before.factors, after.factors),
    enrolment_grace: isMore(before.enrolment_grace, after.enrolment_grace),
    remember_device: isMore(before.remember_device, after.remember_device),
    trusted_networks: gained(before.trusted_networks, after.trusted_networks),
    'passkeys.user_verification':
      pass.user_verification === 'required' && passAfter.user_verification === 'preferred',
    'passkeys.attestation': pass.attestation === 'required' && passAfter.attestation === 'none',
  }
  return Object.keys(rules).filter((name) => rules[name])
}

function strictnessOf(mode: unknown): number {
  return typeof mode === 'string' ? (strictness[mode] ?? 0) : 0
}

function isLess(before: unknown, after: unknown): boolean {
  return strictnessOf(after) < strictnessOf(before)
}

/** A role that is not named any more falls back to the mode of all. */
function isLessForSome(before: Members, after: Members): boolean {
  const [were, are] = [membersOf(before.roles), membersOf(after.roles)]
  const floor = strictnessOf(after.mode)
  return Object.keys(were).some(
    (role) => Math.max(strictnessOf(are[role]), floor) < strictnessOf(were[role]),
  )
}

function isMore(before: unknown, after: unknown): boolean {
  return Number(after) > Number(before)
}

function gained(before: unknown, after: unknown): boolean {
  const had = new Set(Array.isArray(before) ? before : [])
  return Array.isArray(after) && after.some((item) => !had.has(item))
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
