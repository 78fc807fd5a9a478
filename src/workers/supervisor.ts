import type { Crew, CrewNeeds, Log } from './crew.ts'
import { createCrew } from './crew.ts'
import type { Member } from './member.ts'
import type { Task } from './messages.ts'
import type { Seats } from './seats.ts'
import { createSeats } from './seats.ts'

export type Supervisor = {
  /** Resolves when the first worker serves and the others are on their way. */
  readonly start: () => Promise<void>
  /** Replaces one worker after the other; a second wish is granted after the first. */
  readonly roll: (task: Task) => Promise<void>
  /** Rejects when no worker serves and none can be started. */
  readonly failure: Promise<never>
  readonly stop: () => Promise<void>
  /** Ends all at once. */
  readonly kill: () => void
}

/** Milliseconds between two looks whether workers are alive. */
const lookEvery = 10_000
const mostSilences = 3

/** Starts the workers, looks after them, and keeps what they share. */
export function createSupervisor(needs: CrewNeeds): Supervisor {
  const crew = createCrew(needs)
  const seats = createSeats(crew)
  const watch = watchOver(crew, needs.log)
  let stopping = false
  let rolling: Promise<void> = Promise.resolve()
  return {
    failure: seats.failure,
    start: async () => {
      seats.fill(1)
      // The first one makes what a first start makes; the others find it.
      await Promise.race([crew.firstServing, seats.failure])
      const { workers } = crew.task().config
      for (let number = 2; number <= workers && !stopping; number += 1) seats.fill(number)
    },
    roll: (task) => {
      rolling = rolling.then(() => rollAll({ crew, seats, log: needs.log }, task, () => stopping))
      return rolling
    },
    stop: async () => {
      stopping = true
      clearInterval(watch)
      crew.disband()
      await seats.close()
    },
    kill: () => {
      for (const member of crew.all()) member.kill()
    },
  }
}

type RollNeeds = { readonly crew: Crew; readonly seats: Seats; readonly log: Log }

async function rollAll(
  { crew, seats, log }: RollNeeds,
  task: Task,
  isStopping: () => boolean,
): Promise<void> {
  const { workers } = task.config
  const former = crew.task()
  crew.give(task)
  for (let number = 1; number <= workers; number += 1) {
    if (isStopping()) return
    if (await seats.relieve(number)) continue
    if (isStopping()) return
    // What replaces a worker that dies later had better come to serve.
    crew.give(former)
    log.error({ worker: number }, 'the rolling restart stops: a new worker did not come to serve')
    return
  }
  for (const number of seats.numbers()) if (number > workers) await seats.remove(number)
  log.info({ workers }, 'the rolling restart is over')
}

/** Ends a worker that has not answered for long, so that it is replaced like one that died. */
function watchOver({ serving }: Crew, log: Log): NodeJS.Timeout {
  const silences = new WeakMap<Member, number>()
  const look = async (member: Member) => {
    const silent = (await member.isAlive()) ? 0 : (silences.get(member) ?? 0) + 1
    silences.set(member, silent)
    if (silent < mostSilences || member.state() !== 'serving') return
    log.error({ worker: member.number, pid: member.pid }, 'a worker does not answer: it is ended')
    member.kill()
  }
  const timer = setInterval(() => {
    for (const member of serving()) void look(member)
  }, lookEvery)
  return timer.unref()
}
