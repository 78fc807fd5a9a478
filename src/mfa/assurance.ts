import type { Clock } from '../base/index.ts'
import type { FactorKind } from './factor.ts'

/** Levels after NIST SP 800-63B-4: one factor, two factors, two of which one is hardware and phishing-resistant. */
export type Level = 1 | 2 | 3

/** The `acr` value of each level (OIDC Core section 2). */
export const levels = {
  1: 'urn:cardea:aal1',
  2: 'urn:cardea:aal2',
  3: 'urn:cardea:aal3',
} as const satisfies Readonly<Record<Level, string>>

/** Why somebody is in without the second factor that the policy asks for. */
export type Exemption = 'remembered_device' | 'trusted_network' | 'emergency'

/** Something that a person has just proved. `at` is milliseconds since 1970. */
export type Proof =
  | { readonly kind: 'password'; readonly at: number }
  | { readonly kind: Exclude<FactorKind, 'passkey'>; readonly at: number }
  | {
      readonly kind: 'passkey'
      readonly at: number
      /** UV: the authenticator knew its owner by PIN, finger or face. */
      readonly userVerified: boolean
      /** Not BE: the key cannot leave its authenticator. */
      readonly deviceBound: boolean
    }

/** How sure we are of who somebody is. Plain data, so that it can wait in the soft state. */
export type Assurance = {
  readonly acr: string
  /** Methods after RFC 8176. */
  readonly amr: readonly string[]
  /** The oldest of the proofs, in milliseconds since 1970. */
  readonly authTime: number
  readonly exemption?: Exemption | undefined
}

/** The level of an `acr` of ours; 1 for anything else. */
export function levelOf(acr: string): Level {
  if (acr === levels[3]) return 3
  return acr === levels[2] ? 2 : 1
}

/** One-time codes of every sort are `otp`: RFC 8176 has no value of their own for mailed and backup codes. */
const methods: Readonly<Record<Exclude<Proof['kind'], 'passkey' | 'emergency_code'>, string>> = {
  password: 'pwd',
  totp: 'otp',
  email_code: 'otp',
  backup_code: 'otp',
}

/** What one proof alone is worth. */
export function assuranceOf(proof: Proof): Assurance {
  // An emergency code stands in for a factor of who has proved another one; alone it proves nothing.
  if (proof.kind === 'emergency_code') return { acr: levels[1], amr: [], authTime: proof.at }
  if (proof.kind !== 'passkey') {
    return { acr: levels[1], amr: [methods[proof.kind]], authTime: proof.at }
  }
  // RFC 8176: hwk is a key secured by hardware, swk one that software may copy; `user` is its touch.
  const key = proof.deviceBound ? 'hwk' : 'swk'
  if (!proof.userVerified) return { acr: levels[1], amr: [key, 'user'], authTime: proof.at }
  const acr = proof.deviceBound ? levels[3] : levels[2]
  return { acr, amr: [key, 'user', 'mfa'], authTime: proof.at }
}

/** The right password, now. */
export function passwordProof(clock: Clock): Assurance {
  return assuranceOf({ kind: 'password', at: clock.now().getTime() })
}

/** What somebody had proved before, and one more proof. Two proofs of the same sort are still one factor. */
export function combine(before: Assurance | undefined, proof: Proof): Assurance {
  const alone = assuranceOf(proof)
  if (before === undefined) return alone
  const amr = [...new Set([...before.amr, ...alone.amr])]
  const level = Math.max(levelOf(before.acr), levelOf(alone.acr), levelOfMethods(amr))
  const authTime = Math.min(before.authTime, alone.authTime)
  const standsIn = proof.kind === 'emergency_code' && before.amr.length > 0
  const exempt = standsIn ? 'emergency' : before.exemption
  const exemption = level === 1 ? exempt : undefined
  const twoFactors = level > 1 && !amr.includes('mfa') ? ['mfa'] : []
  return {
    acr: levels[asLevel(level)],
    amr: [...amr, ...twoFactors],
    authTime,
    ...(exemption !== undefined && { exemption }),
  }
}

/** Something known with something owned. */
function levelOfMethods(amr: readonly string[]): Level {
  if (!amr.includes('pwd')) return 1
  if (amr.includes('hwk')) return 3
  return amr.includes('otp') || amr.includes('swk') ? 2 : 1
}

function asLevel(level: number): Level {
  if (level >= 3) return 3
  return level === 2 ? 2 : 1
}

/** What a value of `acr_values` asks for. */
type Meaning = { readonly level: Level; readonly phishingResistant?: boolean }

/** Our own values and what other servers and profiles call the same. */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  [levels[1], { level: 1 }],
  [levels[2], { level: 2 }],
  [levels[3], { level: 3 }],
  ['aal1', { level: 1 }],
  ['aal2', { level: 2 }],
  ['aal3', { level: 3 }],
  ['http://idmanagement.gov/ns/assurance/aal/1', { level: 1 }],
  ['http://idmanagement.gov/ns/assurance/aal/2', { level: 2 }],
  ['http://idmanagement.gov/ns/assurance/aal/3', { level: 3 }],
  ['https://refeds.org/profile/sfa', { level: 1 }],
  ['https://refeds.org/profile/mfa', { level: 2 }],
  ['http://schemas.openid.net/pape/policies/2007/06/multi-factor', { level: 2 }],
  // OpenID Connect Extended Authentication Profile (EAP) ACR Values 1.0
  ['phr', { level: 1, phishingResistant: true }],
  ['phrh', { level: 3, phishingResistant: true }],
])

/** Every value that is understood, our own first (`acr_values_supported`). */
export const acrValues: readonly string[] = [...meanings.keys()]

/** What an `acr` value asks for; undefined when it is none of `acrValues`. */
export function meaningOf(acr: string): Meaning | undefined {
  return meanings.get(acr)
}

/** Whether what was proved satisfies an `acr` value. */
export function meets({ acr, amr }: Pick<Assurance, 'acr' | 'amr'>, wanted: string): boolean {
  const meaning = meanings.get(wanted)
  if (meaning === undefined || levelOf(acr) < meaning.level) return false
  return meaning.phishingResistant !== true || amr.includes('hwk') || amr.includes('swk')
}
