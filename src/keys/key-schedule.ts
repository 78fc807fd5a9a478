import { addSeconds } from '../base/index.ts'
import type { KeyAlgorithm } from './algorithm.ts'

/** When a key may do what. The open ends are set when its successor is scheduled. */
export type Lifetime = {
  readonly kid: string
  readonly alg: KeyAlgorithm
  readonly signsFrom: Date
  readonly signsUntil: Date | null
  readonly verifyUntil: Date | null
}

/** `next` is published but does not sign yet; `verifying` no longer signs but is still published. */
export type KeyState = 'next' | 'signing' | 'verifying' | 'expired'

/**
 * A node learns of a rotation at its next refresh, so it may sign with the old key a little longer.
 * The key stays published for that much more than the tokens need.
 */
const refreshSlack = 60

export function keyState(key: Lifetime, now: Date): KeyState {
  if (key.verifyUntil && key.verifyUntil <= now) return 'expired'
  if (key.signsUntil && key.signsUntil <= now) return 'verifying'
  return key.signsFrom > now ? 'next' : 'signing'
}

/** What the JWKS document holds: also the next key, so that relying parties know it before it signs. */
export function isPublished(key: Lifetime, now: Date): boolean {
  return keyState(key, now) !== 'expired'
}

/** May this key still be asked to sign, now or later? Only then is its private half needed. */
export function maySign(key: Lifetime, now: Date): boolean {
  const state = keyState(key, now)
  return state === 'signing' || state === 'next'
}

/**
 * The newest key that signs at `now`. A node whose clock lags behind the one that made the very first
 * key finds it in the future and uses it all the same.
 */
export function signerAt<Key extends Lifetime>(
  keys: readonly Key[],
  alg: KeyAlgorithm,
  now: Date,
): Key | undefined {
  const candidates = keys.filter((key) => key.alg === alg && maySign(key, now)).sort(bySignsFrom)
  return candidates.findLast((key) => key.signsFrom <= now) ?? candidates[0]
}

/** The scheduled successor, if there is one. */
export function nextAfter<Key extends Lifetime>(
  keys: readonly Key[],
  signer: Key,
  now: Date,
): Key | undefined {
  return keys.find(
    (key) => key.kid !== signer.kid && key.alg === signer.alg && keyState(key, now) === 'next',
  )
}

export type RotationRule = { readonly publishLead: number; readonly rotateEvery: number }

/** A successor is due one publication lead before the signing key has served its term. */
export function isRotationDue(
  keys: readonly Lifetime[],
  alg: KeyAlgorithm,
  { now, rule }: { readonly now: Date; readonly rule: RotationRule },
): boolean {
  const signer = signerAt(keys, alg, now)
  if (!signer || nextAfter(keys, signer, now)) return false
  return addSeconds(signer.signsFrom, rule.rotateEvery - rule.publishLead) <= now
}

/** The end of a key whose successor takes over at `at`. */
export function retirement(at: Date, tokenLifetime: number) {
  return { signsUntil: at, verifyUntil: addSeconds(at, tokenLifetime + refreshSlack) }
}

function bySignsFrom(a: Lifetime, b: Lifetime): number {
  return a.signsFrom.getTime() - b.signsFrom.getTime() || (a.kid < b.kid ? -1 : 1)
}
