import cluster from 'node:cluster'
import type { Clock } from '../base/index.ts'
import type { Gathering } from './gathering.ts'
import { createGathering } from './gathering.ts'
import { cutLostConnections } from './handing-over.ts'
import type { Exit, Member } from './member.ts'
import { takeIn } from './member.ts'
import type { Task } from './messages.ts'
import type { SharedState } from './shared-state.ts'
import { keepSharedState } from './shared-state.ts'

export type Log = Readonly<Record<'info' | 'error', (facts: object, words: string) => void>>

export type CrewNeeds = { readonly log: Log; readonly clock: Clock; readonly task: Task }

/** All workers that live, and what they have in common. */
export type Crew = {
  readonly all: () => readonly Member[]
  readonly serving: () => readonly Member[]
  readonly task: () => Task
  /** What those who come from now on have to do. */
  readonly give: (task: Task) => void
  readonly spawn: (number: number) => Member
  readonly firstServing: Promise<void>
  /** One was replaced that nobody had told to end. */
  readonly countRestart: () => void
  /** Gives the exclusive jobs to one that serves, unless one has them. */
  readonly handOver: () => void
  /** From now on nobody needs the jobs, and no end is unexpected. */
  readonly disband: () => void
}

export function createCrew({ log, clock, task: first }: CrewNeeds): Crew {
  const members = new Set<Member>()
  const firstServing = Promise.withResolvers<void>()
  const serving = () => [...members].filter((member) => member.state() === 'serving')
  const counts = { restarts: 0, served: 0 }
  const gathering = createGathering({
    members: () => [...members].filter((member) => member.isReachable()),
    counts: () => ({ workers: serving().length, restarts: counts.restarts }),
  })
  const state = first.config.redis.url === '' ? keepSharedState(clock) : undefined
  const ownership = createOwnership(serving)
  let task = first
  let disbanded = false
  return {
    all: () => [...members],
    serving,
    task: () => task,
    give: (next) => {
      task = next
    },
    spawn: (number) => {
      const place = { ...task, number, offersSetup: counts.served === 0 }
      const member = hire({ state, gathering, log, isExpected: () => disbanded }, place)
      members.add(member)
      const onServing = () => {
        counts.served += 1
        firstServing.resolve()
        ownership.handOver()
      }
      const onEnd = () => {
        members.delete(member)
        ownership.handOver()
      }
      void member.started.then((came) => came && onServing())
      void member.exited.then(onEnd)
      return member
    },
    firstServing: firstServing.promise,
    countRestart: () => {
      counts.restarts += 1
    },
    handOver: ownership.handOver,
    disband: () => {
      disbanded = true
      ownership.end()
    },
  }
}

type HireNeeds = {
  readonly state: SharedState | undefined
  readonly gathering: Gathering
  readonly log: Log
  readonly isExpected: () => boolean
}
type Position = Task & { readonly number: number; readonly offersSetup: boolean }

/** Starts a worker; the log tells what becomes of it. */
function hire({ state, gathering, log, isExpected }: HireNeeds, position: Position): Member {
  const { number: worker } = position
  const child = cluster.fork()
  cutLostConnections(child)
  const member = takeIn(child, {
    ...gathering,
    place: { ...position, linked: state !== undefined },
    state,
  })
  const facts = { worker, pid: member.pid }
  void member.started.then((came) => came && log.info(facts, `worker ${worker} serves`))
  void member.silent.then(() => gathering.gone(member))
  const tellOfEnd = ({ code, signal }: Exit) => {
    const expected = isExpected() || member.state() === 'leaving'
    // Whatever is called `code` is left out of the log.
    const ended = { ...facts, exit: code, signal }
    if (expected) log.info(ended, `worker ${worker} ended`)
    else log.error(ended, `worker ${worker} ended unexpectedly`)
  }
  void member.exited.then(tellOfEnd)
  return member
}

/** The exclusive jobs are the work of one of those who serve. */
function createOwnership(serving: () => readonly Member[]) {
  let owner: Member | undefined
  let ended = false
  return {
    handOver: () => {
      const candidates = serving()
      if (ended || (owner !== undefined && candidates.includes(owner))) return
      owner?.own(false)
      owner = candidates[0]
      owner?.own(true)
    },
    end: () => {
      ended = true
      owner?.own(false)
    },
  }
}
