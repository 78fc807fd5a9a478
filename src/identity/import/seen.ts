import { sha256 } from '../../base/index.ts'

const firstSlots = 2 ** 16

/**
 * A set of texts that takes 16 to 32 bytes for each, so that a million users fit: it keeps 64 bits of their
 * SHA-256. Two texts of a million are mistaken for one another once in some ten million files.
 */
export type Seen = {
  /** False when the text was there before. */
  readonly add: (text: string) => boolean
}

export function createSeen(): Seen {
  let slots = new BigUint64Array(firstSlots)
  let count = 0
  const place = (key: bigint): boolean => {
    const last = slots.length - 1
    let at = Number(key & BigInt(last))
    while (slots[at] !== 0n && slots[at] !== key) at = (at + 1) & last
    const fresh = slots[at] === 0n
    slots[at] = key
    return fresh
  }
  const grow = () => {
    const before = slots
    slots = new BigUint64Array(before.length * 2)
    for (const key of before) if (key !== 0n) place(key)
  }
  return {
    add(text) {
      // Zero marks a free slot.
      const fresh = place(sha256(text).readBigUInt64BE() || 1n)
      if (fresh) count += 1
      if (count * 2 > slots.length) grow()
      return fresh
    },
  }
}
