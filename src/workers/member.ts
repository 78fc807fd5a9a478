import type { Worker } from 'node:cluster'
import { stopwatch } from '../base/index.ts'
import { toWorker } from './channel.ts'
import type { Line } from './line.ts'
import { openLine } from './line.ts'
import type { FromSupervisor, FromWorker, Gathered, Merged, Place } from './messages.ts'
import { protocol } from './messages.ts'
import type { SharedState } from './shared-state.ts'
import { answersFor } from './shared-state.ts'

export type Exit = { readonly code: number | null; readonly signal: string | null }

/** A worker as its supervisor sees it. */
export type Member = {
  readonly number: number
  readonly pid: number
  readonly state: () => 'starting' | 'serving' | 'leaving'
  /** Milliseconds since it serves; none before. */
  readonly served: () => number
  /** Whether it came to serve; false when it ended before. */
  readonly started: Promise<boolean>
  readonly exited: Promise<Exit>
  /** After everything that it had said was heard. */
  readonly silent: Promise<void>
  readonly isReachable: () => boolean
  readonly snapshot: () => Promise<string>
  readonly isAlive: () => Promise<boolean>
  readonly own: (mine: boolean) => void
  /** Tells it to end, and ends it when it has not after so many milliseconds. */
  readonly leave: (how: { readonly rolled: boolean; readonly within: number }) => Promise<void>
  readonly kill: () => void
}

type Needs = {
  readonly place: Place
  readonly state: SharedState | undefined
  readonly gather: () => Promise<Gathered>
  readonly merged: (merged: Merged) => void
  readonly parting: (member: Member, snapshot: string) => void
}

/** Milliseconds for measurements: whoever asked for them has some seconds. */
const snapshotPatience = 1500
/** Milliseconds: a worker that computes for longer than this takes no requests either. */
const alivePatience = 10_000

export function takeIn(worker: Worker, needs: Needs): Member {
  const { place } = needs
  const exited = Promise.withResolvers<Exit>()
  const started = Promise.withResolvers<boolean>()
  let state: ReturnType<Member['state']> = 'starting'
  let served = () => 0
  const serving = () => {
    if (state === 'starting') state = 'serving'
    served = stopwatch()
    started.resolve(true)
  }
  worker.once('exit', (code: number | null, signal: string | null) => {
    started.resolve(false)
    exited.resolve({ code, signal })
  })
  // A process that cannot even be made; what follows is the same.
  worker.on('error', () => {})
  const line = lineTo(worker, needs, { serving, member: () => member })
  const kill = () => void worker.process.kill('SIGKILL')
  const member: Member = {
    number: place.number,
    pid: worker.process.pid ?? 0,
    state: () => state,
    served: () => served(),
    started: started.promise,
    exited: exited.promise,
    silent: line.closed,
    isReachable: () => line.isOpen() && state !== 'starting',
    snapshot: () => line.ask('snapshot', undefined, { patience: snapshotPatience }),
    isAlive: () =>
      line.ask('alive', undefined, { patience: alivePatience }).catch(() => false as const),
    own: (mine) => line.tell('own', mine),
    leave: async ({ rolled, within }) => {
      state = 'leaving'
      line.tell('end', { rolled })
      const timer = setTimeout(kill, within)
      await exited.promise
      clearTimeout(timer)
    },
    kill,
  }
  return member
}

type Ends = { readonly serving: () => void; readonly member: () => Member }

function lineTo(worker: Worker, needs: Needs, ends: Ends): Line<FromSupervisor> {
  const { state, place } = needs
  const answers = state && answersFor(state, (channel, message) => tell(channel, message))
  const line: Line<FromSupervisor> = openLine<FromSupervisor, FromWorker>(toWorker(worker), {
    answers: {
      join: async (said) => {
        if (said.protocol !== protocol) throw new Error('the worker is of another version')
        return place
      },
      kv: async ({ store, call }) => {
        if (answers === undefined) throw new Error('the soft state is elsewhere')
        return answers[store].answer(...call)
      },
      count: async (call) => {
        if (state === undefined) throw new Error('counts are kept elsewhere')
        return state.count(...call)
      },
      gather: needs.gather,
    },
    listeners: {
      serving: ends.serving,
      merged: needs.merged,
      parting: (snapshot) => needs.parting(ends.member(), snapshot),
    },
  })
  const tell = (channel: string, message: string) => line.tell('published', { channel, message })
  void line.closed.then(() => Promise.all([answers?.main.close(), answers?.limits.close()]))
  return line
}
