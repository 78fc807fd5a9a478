import type { FamilyId } from '../../base/index.ts'
import { hmacSha256, sameBytes } from '../../base/index.ts'

/** What a refresh token says about itself before the database is asked. */
export type PresentedRefreshToken = {
  readonly familyId: FamilyId
  readonly generation: number
  readonly secret: Buffer
}

export type RefreshTokens = {
  /** The refresh token of one generation of a family: the same every time it is asked for. */
  issue: (familyId: FamilyId, seed: Buffer, generation: number) => string
  /** Splits a token; undefined when it is none of ours by form. */
  parse: (token: string) => PresentedRefreshToken | undefined
  /** True when the secret is the one we would have issued for this family and generation. */
  genuine: (token: PresentedRefreshToken, seed: Buffer) => boolean
}

const prefix = 'crt_'
const length = 16 + 4 + 32

/**
 * Refresh token n of a family is an HMAC-SHA256 over (family, n, seed) under a key that is not in the
 * database. So every generation proves itself, a lost response can be repeated with the same
 * successor, and nothing that could be used is stored. `keys` come newest first; all verify.
 */
export function createRefreshTokens(keys: readonly [Buffer, ...Buffer[]]): RefreshTokens {
  const secretOf = (key: Buffer, head: Buffer, seed: Buffer) =>
    hmacSha256(key, Buffer.concat([head, seed]))
  return {
    issue(familyId, seed, generation) {
      const head = headOf(familyId, generation)
      return prefix + Buffer.concat([head, secretOf(keys[0], head, seed)]).toString('base64url')
    },
    parse,
    genuine(token, seed) {
      const head = headOf(token.familyId, token.generation)
      return keys.some((key) => sameBytes(secretOf(key, head, seed), token.secret))
    },
  }
}

function headOf(familyId: FamilyId, generation: number): Buffer {
  const head = Buffer.alloc(20)
  Buffer.from(familyId.replaceAll('-', ''), 'hex').copy(head)
  head.writeUInt32BE(generation, 16)
  return head
}

function parse(token: string): PresentedRefreshToken | undefined {
  if (!token.startsWith(prefix)) return undefined
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  const canonical = prefix + bytes.toString('base64url') === token
  if (bytes.length !== length || !canonical) return undefined
  const hex = bytes.toString('hex', 0, 16)
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return {
    familyId: id as FamilyId,
    generation: bytes.readUInt32BE(16),
    secret: bytes.subarray(20),
  }
}
