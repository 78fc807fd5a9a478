import type { JWTVerifyGetKey } from 'jose'
import { createRemoteJWKSet, customFetch } from 'jose'
import type { Outgoing } from './outgoing.ts'

/** The keys that somebody publishes (RFC 7517), read when a signature needs them and kept for a while. */
export type RemoteKeys = {
  /** For the verifying functions of jose; a rejection with an `OutgoingError` means that they cannot be read. */
  readonly at: (uri: string) => ReturnType<typeof createRemoteJWKSet>
}

export type KeyLookup = JWTVerifyGetKey

/** Milliseconds. A key that is not known leads to one new read, at most one in this time. */
const cooldownDuration = 30_000
const cacheMaxAge = 600_000
const most = 1000

export function createRemoteKeys({ outgoing }: { readonly outgoing: Outgoing }): RemoteKeys {
  const sets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()
  const read = async (url: string) => {
    const { status, text } = await outgoing.get(url, { accept: 'application/json' })
    return new Response(text, { status })
  }
  return {
    at(uri) {
      const known = sets.get(uri)
      if (known !== undefined) return known
      const made = createRemoteJWKSet(new URL(uri), {
        [customFetch]: read,
        cooldownDuration,
        cacheMaxAge,
      })
      const [oldest] = sets.keys()
      if (sets.size >= most && oldest !== undefined) sets.delete(oldest)
      sets.set(uri, made)
      return made
    },
  }
}
