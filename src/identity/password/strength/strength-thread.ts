import { Worker } from 'node:worker_threads'
import { createWorkQueue } from '../work-queue.ts'
import type { Judgement, Question } from './judge.ts'

export type StrengthThread = (question: Question) => Promise<Judgement>

type Options = {
  /** The thread ends after this time without a question, and gives its memory back. */
  readonly idleMs?: number
  /** How many questions may wait; one more is refused with 503. */
  readonly queueLimit?: number
}

type Waiting = { readonly resolve: (it: Judgement) => void; readonly reject: (it: Error) => void }

/**
 * Judges passwords in a thread that begins with the first question: neither loading the dictionaries nor
 * a password made to be slow holds up the server, and an idle server does not pay for their memory.
 */
export function createStrengthThread(options: Options = {}): StrengthThread {
  const { idleMs = 120_000, queueLimit = 200 } = options
  const queue = createWorkQueue({ concurrency: 8, queueLimit })
  let thread: ReturnType<typeof startThread> | undefined
  let idle: NodeJS.Timeout | undefined

  const rest = (): void => {
    thread?.stop()
    thread = undefined
  }
  return (question) =>
    queue.run(async () => {
      clearTimeout(idle)
      if (thread === undefined || thread.ended()) thread = startThread()
      const asked = thread
      try {
        return await asked.ask(question)
      } finally {
        if (asked.depth() === 0) {
          clearTimeout(idle)
          idle = setTimeout(rest, idleMs).unref()
        }
      }
    })
}

// The dictionaries take 27 MB. Without limits V8 lets the garbage of the estimates grow to 200 MB first.
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 }

function startThread() {
  const worker = new Worker(new URL('./judge-worker.ts', import.meta.url), { resourceLimits })
  const waiting = new Map<number, Waiting>()
  let ended = false
  let last = 0
  const end = (error: Error): void => {
    ended = true
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.unref()
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the thread that judges passwords has ended')))
  worker.on('message', ({ id, judgement }: { id: number; judgement: Judgement }) => {
    waiting.get(id)?.resolve(judgement)
    waiting.delete(id)
    if (waiting.size === 0) worker.unref()
  })
  return {
    ask: (question: Question): Promise<Judgement> =>
      new Promise((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        worker.ref() // whoever waits keeps the process alive
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        worker.postMessage({ id: last, question })
      }),
    depth: () => waiting.size,
    ended: () => ended,
    stop: () => void worker.terminate(),
  }
}
