import { hash as argonHash, verify as argonVerify, parseOptions } from '@node-rs/argon2'
import { stopwatch } from '../../base/index.ts'
import { isPossiblePassword, normalisePassword } from './policy.ts'
import { createWorkQueue } from './work-queue.ts'

export type HasherOptions = {
  readonly memoryKib: number
  readonly iterations: number
  readonly parallelism: number
  /** How many hash at once; more than the cores only costs memory. */
  readonly concurrency: number
  /** How many may wait; one more is refused with 503. */
  readonly queueLimit: number
  /** Told how long each computation took, without the wait. */
  readonly observe?: (seconds: number) => void
}

/** Argon2id (RFC 9106) with PHC strings. */
export type PasswordHasher = {
  readonly hash: (password: string) => Promise<string>
  /** Without a stored hash the same work is done against a dummy, and nothing matches. */
  readonly verify: (password: string, phc: string | undefined) => Promise<'match' | 'mismatch'>
  readonly needsRehash: (phc: string) => boolean
  /** How many wait for their turn. */
  readonly depth: () => number
}

const latestVersion = '$argon2id$v=19$' // RFC 9106 section 3.1
const outputLen = 32

/** Argon2id is the library's own default algorithm. */
export function createPasswordHasher(options: HasherOptions): PasswordHasher {
  const { memoryKib, iterations, parallelism, observe } = options
  const cost = { memoryCost: memoryKib, timeCost: iterations, parallelism, outputLen }
  const queue = createWorkQueue(options)
  const dummy = argonHash('nobody has this password', cost)
  dummy.catch(() => undefined) // whoever awaits it below is told
  const compute = <T>(work: () => Promise<T>): Promise<T> =>
    queue.run(async () => {
      const elapsed = stopwatch()
      const result = await work()
      observe?.(elapsed() / 1000)
      return result
    })

  return {
    hash: (password) => compute(() => argonHash(normalisePassword(password), cost)),
    verify: async (password, phc) => {
      const stored = phc !== undefined && isPossiblePassword(password) ? phc : undefined
      const against = stored ?? (await dummy)
      const same = await compute(() => argonVerify(against, normalisePassword(password)))
      return same && stored !== undefined ? 'match' : 'mismatch'
    },
    needsRehash: (phc) => !wasMadeWith(phc, cost),
    depth: queue.depth,
  }
}

type Cost = { memoryCost: number; timeCost: number; parallelism: number; outputLen: number }

function wasMadeWith(phc: string, cost: Cost): boolean {
  if (!phc.startsWith(latestVersion)) return false
  const made = parseOptions(phc)
  return (
    made.memoryCost === cost.memoryCost &&
    made.timeCost === cost.timeCost &&
    made.parallelism === cost.parallelism &&
    made.outputLen === cost.outputLen
  )
}
