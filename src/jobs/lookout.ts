type Needs = {
  readonly takeSome: () => Promise<number>
  readonly log: { readonly error: (facts: object, words: string) => void }
}

/** Decides when to look for jobs. */
export type Lookout = {
  readonly start: () => void
  readonly look: () => void
  readonly lookSoon: () => void
  /** Looks no more and waits for a look under way. */
  readonly stop: () => Promise<void>
}

const idlePollMs = 2000
/** After a job was added, whose transaction commits a moment later. */
const soonMs = [20, 100, 400]

export function createLookout({ takeSome, log }: Needs): Lookout {
  const hints = new Map<number, NodeJS.Timeout>()
  let poll: NodeJS.Timeout | undefined
  let underWay: Promise<void> | undefined
  let again = false
  let failing = false

  const lookUntilNothing = async () => {
    do {
      again = false
      await takeSome()
      failing = false
    } while (again)
  }
  const look = () => {
    if (poll === undefined) return
    // A look under way may have missed what this one is about.
    if (underWay !== undefined) {
      again = true
      return
    }
    underWay = lookUntilNothing()
      .catch((err: unknown) => {
        // One line for a database that is away, and not one every two seconds.
        if (!failing) log.error({ err }, 'looking for jobs failed')
        failing = true
      })
      .finally(() => {
        underWay = undefined
      })
  }
  return {
    look,
    start: () => {
      poll ??= setInterval(look, idlePollMs).unref()
      look()
    },
    lookSoon: () => {
      if (poll === undefined) return
      for (const ms of soonMs) {
        if (hints.has(ms)) continue
        const timer = setTimeout(() => {
          hints.delete(ms)
          look()
        }, ms)
        hints.set(ms, timer.unref())
      }
    },
    stop: async () => {
      clearInterval(poll)
      poll = undefined
      for (const timer of hints.values()) clearTimeout(timer)
      hints.clear()
      again = false
      await underWay
    },
  }
}
