import type { Clock } from '../../base/index.ts'
import { hmacSha256, numericDate, sameText } from '../../base/index.ts'

/** Nonces of ours for DPoP proofs (RFC 9449 section 8): nothing of them is kept anywhere. */
export type Nonces = {
  readonly current: () => string
  readonly accepts: (nonce: unknown) => boolean
}

/** Seconds. A nonce is good for its slot and the next one. */
const slot = 120

/** `keys` are derived from the master keys: the first makes nonces, all of them recognise theirs. */
export function createNonces({
  clock,
  keys,
}: {
  readonly clock: Clock
  readonly keys: readonly [Buffer, ...Buffer[]]
}): Nonces {
  const now = () => Math.floor(numericDate(clock.now()) / slot)
  const made = (key: Buffer, at: number) =>
    hmacSha256(key, String(at)).subarray(0, 16).toString('base64url')
  return {
    current: () => made(keys[0], now()),
    accepts(nonce) {
      if (typeof nonce !== 'string') return false
      // The next one as well: another node, whose clock is a little ahead, may have given it.
      const slots = [now(), now() - 1, now() + 1]
      return keys.some((key) => slots.some((at) => sameText(made(key, at), nonce)))
    },
  }
}
