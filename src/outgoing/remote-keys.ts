import type { JWTVerifyGetKey } from 'jose'
import { createRemoteJWKSet, customFetch } from 'jose'
import type { Clock } from '../base/index.ts'
import type { Outgoing, OutgoingAnswer } from './outgoing.ts'

/** The keys that somebody publishes (RFC 7517), read when a signature needs them and kept for a while. */
export type RemoteKeys = {
  /** For the verifying functions of jose; a rejection with an `OutgoingError` means that they cannot be read. */
  readonly at: (uri: string) => ReturnType<typeof createRemoteJWKSet>
}

export type KeyLookup = JWTVerifyGetKey

type Needs = { readonly outgoing: Outgoing; readonly clock: Clock }

/** Milliseconds. A key that is not known leads to one new read, at most one in this time. */
const cooldownDuration = 30_000
const cacheMaxAge = 600_000
/** For which a bad answer stands: whoever signs nothing could make us ask again with each request. */
const pause = 10_000
const most = 1000

type Failed = { readonly until: number; readonly answer: Promise<OutgoingAnswer> }

export function createRemoteKeys({ outgoing, clock }: Needs): RemoteKeys {
  const sets = new Map<string, ReturnType<typeof createRemoteJWKSet>>()
  const failed = new Map<string, Failed>()
  const ask = async (url: string): Promise<OutgoingAnswer> => {
    const now = clock.now().getTime()
    const known = failed.get(url)
    if (known !== undefined && now < known.until) return known.answer
    failed.delete(url)
    const answer = outgoing.get(url, { accept: 'application/json' })
    if (!(await answer.then(hasKeys, () => false))) {
      keepNewest(failed)
      failed.set(url, { until: now + pause, answer })
    }
    return answer
  }
  const read = async (url: string) => {
    const { status, text } = await ask(url)
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
      keepNewest(sets)
      sets.set(uri, made)
      return made
    },
  }
}

/** Makes room for one more. */
function keepNewest(entries: Map<string, unknown>): void {
  const [oldest] = entries.keys()
  if (entries.size >= most && oldest !== undefined) entries.delete(oldest)
}

function hasKeys({ status, text }: OutgoingAnswer): boolean {
  try {
    return status === 200 && Array.isArray(JSON.parse(text).keys)
  } catch {
    return false
  }
}
