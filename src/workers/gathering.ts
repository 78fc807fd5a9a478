import type { Gathered, Merged } from './messages.ts'

/** A worker, as far as its measurements go. */
export type Measured = { readonly snapshot: () => Promise<string> }

type Needs = {
  readonly members: () => readonly Measured[]
  readonly counts: () => { readonly workers: number; readonly restarts: number }
}

export type Gathering = {
  readonly gather: () => Promise<Gathered>
  /** The last measurements of one that ends, while it still can tell. */
  readonly parting: (member: Measured, snapshot: string) => void
  /** What was counted in a worker stays counted when it is gone: sums must never fall. */
  readonly gone: (member: Measured) => void
  /** Several editions of the past were made one. */
  readonly merged: (merged: Merged) => void
}

/** Collects the measurements of all workers. What they say is for workers to read; here it is only passed on. */
export function createGathering({ members, counts }: Needs): Gathering {
  const last = new Map<Measured, string>()
  let past: readonly string[] = []
  let edition = 0
  let underWay: Promise<Gathered> | undefined

  const gather = async (): Promise<Gathered> => {
    const asked = members()
    const answers = await Promise.all(
      asked.map(async (member) => {
        const snapshot = await member.snapshot().catch(() => undefined)
        if (snapshot !== undefined) last.set(member, snapshot)
        return { member, snapshot }
      }),
    )
    // Who is gone meanwhile is in the past already.
    const live = answers.flatMap(({ member, snapshot }) =>
      snapshot !== undefined && last.has(member) ? [snapshot] : [],
    )
    // Who does not answer is left out, but not what it had counted.
    const silent = answers.flatMap(({ member, snapshot }) => {
      const known = last.get(member)
      return snapshot === undefined && known !== undefined ? [known] : []
    })
    // A past with the silent ones in it is nothing to keep.
    return {
      live,
      past: [...past, ...silent],
      ...counts(),
      edition: silent.length > 0 ? -1 : edition,
    }
  }

  return {
    gather: () => {
      underWay ??= gather().finally(() => {
        underWay = undefined
      })
      return underWay
    },
    parting: (member, snapshot) => {
      last.set(member, snapshot)
    },
    gone: (member) => {
      const known = last.get(member)
      last.delete(member)
      if (known === undefined) return
      past = [...past, known]
      edition += 1
    },
    merged: ({ past: one, edition: of }) => {
      if (of !== edition) return
      past = [one]
      edition += 1
    },
  }
}
