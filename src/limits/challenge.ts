import type { Challenge as Puzzle } from 'altcha-lib'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { addSeconds, type Clock, deriveKey, numericDate } from '../base/index.ts'
import type { SoftState } from './state/soft-state.ts'

export type ChallengeMode = 'off' | 'suspicious' | 'always'

export type ChallengeResult = 'ok' | 'missing' | 'invalid' | 'expired' | 'used'

/** Proof of work in the format of ALTCHA: a base64 text goes out, a base64 text comes back. */
export type Challenges = {
  readonly issue: () => Promise<string>
  /** Every answer is good for one form. */
  readonly verify: (answer: string | undefined) => Promise<ChallengeResult>
}

type Needs = {
  readonly clock: Clock
  readonly store: SoftState
  readonly secret: Buffer
  /** Mean number of hashes. */
  readonly cost: number
}

const lifetime = 600
const algorithm = 'SHA-256'
const longestAnswer = 4096

/** Exactly what we issue, and a solution; no more, or the library might obey a member of a stranger. */
const Payload = Type.Object(
  {
    challenge: Type.Object(
      {
        parameters: Type.Object(
          {
            algorithm: Type.Literal(algorithm),
            nonce: Type.String(),
            salt: Type.String(),
            cost: Type.Integer(),
            keyLength: Type.Integer(),
            keyPrefix: Type.String(),
            data: Type.Object({ until: Type.Integer() }, { additionalProperties: false }),
          },
          { additionalProperties: false },
        ),
        signature: Type.String(),
      },
      { additionalProperties: false },
    ),
    solution: Type.Object({
      counter: Type.Integer(),
      derivedKey: Type.String(),
      time: Type.Optional(Type.Number()),
    }),
  },
  { additionalProperties: false },
)

/** Loaded only where challenges are asked for. */
async function loadLibrary() {
  const [library, { deriveKey: sha256Chain }] = await Promise.all([
    import('altcha-lib'),
    import('altcha-lib/algorithms/sha'),
  ])
  return { ...library, sha256Chain }
}

export function createChallenges({ clock, store, secret, cost }: Needs): Challenges {
  const hmacSignatureSecret = deriveKey(secret, 'challenge').toString('base64')
  const work = workFor(cost)
  return {
    issue: async () => {
      const { createChallenge, sha256Chain } = await loadLibrary()
      // Not its own member for this, which the library compares with the ambient time.
      const data = { until: numericDate(addSeconds(clock.now(), lifetime)) }
      const options = { ...work, algorithm, data, deriveKey: sha256Chain, hmacSignatureSecret }
      return encode(await createChallenge(options))
    },
    verify: async (answer = '') => {
      if (answer === '') return 'missing'
      const payload = decode(answer)
      if (payload === undefined) return 'invalid'
      const { nonce, data } = payload.challenge.parameters
      const { verifySolution, sha256Chain } = await loadLibrary()
      const options = { ...payload, deriveKey: sha256Chain, hmacSignatureSecret }
      const { invalidSignature, verified } = await verifySolution(options)
      if (invalidSignature !== false) return 'invalid'
      if (data.until <= numericDate(clock.now())) return 'expired'
      if (!verified) return 'invalid'
      return (await store.add(`limits:challenge:${nonce}`, '1', lifetime)) ? 'ok' : 'used'
    },
  }
}

/** Whether a form must carry an answer. */
export function challengeNeeded(mode: ChallengeMode, suspicious: boolean): boolean {
  return mode === 'always' || (mode === 'suspicious' && suspicious)
}

/**
 * A try is a chain of `cost` hashes and succeeds when the last begins with `keyPrefix`, so the mean
 * work is cost * 16^digits. Few hashes a try keep our own check cheap; four or more keep the mean
 * close to what was asked for.
 */
export function workFor(hashes: number): { readonly cost: number; readonly keyPrefix: string } {
  const digits = Math.max(1, Math.floor(Math.log2(hashes / 4) / 4))
  return { cost: Math.max(1, Math.round(hashes / 16 ** digits)), keyPrefix: '0'.repeat(digits) }
}

function encode(puzzle: Puzzle): string {
  return Buffer.from(JSON.stringify(puzzle)).toString('base64')
}

function decode(answer: string): Type.Static<typeof Payload> | undefined {
  if (answer.length > longestAnswer) return undefined
  try {
    const payload: unknown = JSON.parse(Buffer.from(answer, 'base64').toString())
    return Value.Check(Payload, payload) ? payload : undefined
  } catch {
    return undefined
  }
}
