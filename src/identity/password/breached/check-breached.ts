import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { isInBreachedFile } from './breached-file.ts'
import type { Fetch } from './breached-range.ts'
import { isInBreachedRange } from './breached-range.ts'

export type BreachSource = 'file' | 'range'
export type BreachOutcome = 'breached' | 'unknown' | 'failed'

type Needs = {
  readonly log: Pick<Logger, 'warn'>
  readonly fetch: Fetch
  /** Empty when there is none. */
  readonly file: string
  readonly url: string
  readonly timeoutMs: number
  /** Told of every lookup. */
  readonly observe?: ((source: BreachSource, outcome: BreachOutcome) => void) | undefined
}

/**
 * Is the password in a list of stolen ones? The own file is asked before the service. A source that
 * fails knows nothing: people can still sign up while it is down, and the log tells of it.
 */
export function createBreachCheck(needs: Needs): (password: string) => Promise<boolean> {
  const { file, url } = needs
  const lookups: (readonly [BreachSource, (digest: string) => Promise<boolean>])[] = []
  if (file !== '') lookups.push(['file', (digest) => isInBreachedFile(file, digest)])
  if (url !== '') lookups.push(['range', (digest) => isInBreachedRange(needs, digest)])
  return async (password) => {
    if (lookups.length === 0) return false
    // The lists are made with SHA-1; nothing here rests on its strength.
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase()
    for (const [source, lookup] of lookups) {
      const outcome = await attempt(needs, source, () => lookup(digest))
      needs.observe?.(source, outcome)
      if (outcome === 'breached') return true
    }
    return false
  }
}

async function attempt(
  { log }: Needs,
  source: BreachSource,
  lookup: () => Promise<boolean>,
): Promise<BreachOutcome> {
  try {
    return (await lookup()) ? 'breached' : 'unknown'
  } catch (err) {
    log.warn({ err, source }, 'a password was not compared with breached ones')
    return 'failed'
  }
}
