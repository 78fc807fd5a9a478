import { HOTP, Secret } from 'otpauth'
import { sameBytes } from '../../base/index.ts'

/** Seconds that a code is shown for (RFC 6238 section 5.2). */
export const period = 30
export const digits = 6
/** What every authenticator app can do; SHA-1 is sound as the hash of an HMAC (RFC 6238 section 1.2). */
export const algorithm = 'SHA1'

/** Steps before and after now whose codes count: clocks differ and people type slowly (RFC 6238 section 5.2). */
const window = [-1, 0, 1] as const

/** The number of the step that a moment lies in: T of RFC 6238 section 4.2. */
export function stepAt(at: Date): number {
  return Math.floor(at.getTime() / 1000 / period)
}

/** The code of a step: HOTP of RFC 4226 section 5.3 with the step as its counter. */
export function codeOf(secret: Buffer, step: number): string {
  return HOTP.generate({ secret: secretOf(secret), algorithm, digits, counter: step })
}

/**
 * The step that a code belongs to, at a moment; undefined when none of those that count has it. The latest
 * one, should two steps have the same code: it would count again later otherwise.
 */
export function matchStep(secret: Buffer, code: string, at: Date): number | undefined {
  const given = Buffer.from(code)
  const now = stepAt(at)
  const steps = window.map((drift) => now + drift).filter((step) => step >= 0)
  return steps.filter((step) => sameBytes(given, Buffer.from(codeOf(secret, step)))).at(-1)
}

/** The secret as the library wants it; a copy, for a Buffer may share its memory with others. */
export function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer })
}
