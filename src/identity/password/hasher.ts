import { hash as argonHash, verify as argonVerify, parseOptions } from '@node-rs/argon2'
import { stopwatch } from '../../base/index.ts'
import { usableScheme, verifyForeign } from '../foreign-hash/index.ts'
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

/** Argon2id (RFC 9106) with PHC strings; hashes that were imported are only verified. */
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
/** The largest cost that can be configured: nothing beyond it was made here. */
const most = { memoryCost: 4_194_304, timeCost: 100, parallelism: 64 }

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
    verify: async (password, stored) => {
      const possible = stored !== undefined && isPossiblePassword(password) ? stored : undefined
      const check = possible === undefined ? undefined : checkOf(possible)
      const noMatch = async (form: string) => argonVerify(await dummy, form)
      const same = await compute(() => anyForm(password, check ?? noMatch))
      return same && check !== undefined ? 'match' : 'mismatch'
    },
    needsRehash: (phc) => !wasMadeWith(phc, cost),
    depth: queue.depth,
  }
}

/** How a stored text is compared; undefined when it is of no kind that we know. */
function checkOf(stored: string): ((password: string) => Promise<boolean>) | undefined {
  if (isOwn(stored)) return (password) => argonVerify(stored, password)
  const scheme = usableScheme(stored)
  return scheme && ((password) => verifyForeign(scheme, password, stored))
}

/** Of the kind that is made here, at whatever cost; a text that only begins like it is not. */
function isOwn(stored: string): boolean {
  if (!stored.startsWith(latestVersion)) return false
  try {
    const { memoryCost, timeCost, parallelism } = parseOptions(stored)
    return (
      memoryCost <= most.memoryCost && timeCost <= most.timeCost && parallelism <= most.parallelism
    )
  } catch {
    return false
  }
}

/**
 * Ours are hashes of the composed form; systems that do not normalise hashed the very characters that were
 * typed. What is typed in another form therefore counts in both, also where nothing can match.
 */
async function anyForm(
  password: string,
  check: (form: string) => Promise<boolean>,
): Promise<boolean> {
  const composed = normalisePassword(password)
  return (await check(composed)) || (composed !== password && (await check(password)))
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
