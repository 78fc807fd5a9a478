import { numericDate, sha256 } from '../base/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { AccessToken } from './access-token.ts'

const mostEntries = 5000

/**
 * Remembers which access tokens had a good signature, so that a resource server that asks about the same
 * token again costs no second verification. It remembers nothing else: lifetime, audience and key are
 * judged at every look, and whether a token was taken back is asked of the database as always.
 */
export type VerifiedTokens = {
  readonly get: (token: string, audience: string | undefined, now: Date) => AccessToken | undefined
  readonly put: (token: string, kid: string, verified: AccessToken) => void
}

export function createVerifiedTokens(keys: Pick<KeyRing, 'find'>): VerifiedTokens {
  const entries = new Map<string, { readonly kid: string; readonly verified: AccessToken }>()
  const keyOf = (token: string) => sha256(token).toString('base64')
  return {
    get(token, audience, now) {
      const entry = entries.get(keyOf(token))
      if (entry === undefined) return undefined
      const { kid, verified } = entry
      const meant = audience === undefined || verified.audience.includes(audience)
      const good = meant && verified.expiresAt > numericDate(now)
      return good && keys.find(kid) !== undefined ? verified : undefined
    },
    put(token, kid, verified) {
      const [oldest] = entries.keys()
      if (entries.size >= mostEntries && oldest !== undefined) entries.delete(oldest)
      entries.set(keyOf(token), { kid, verified })
    },
  }
}
