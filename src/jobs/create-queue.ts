import { Value } from 'typebox/value'
import { addSeconds, newId } from '../base/index.ts'
import { GiveUp } from './give-up.ts'
import { createLookout } from './lookout.ts'
import type { JobKind, Queue } from './queue.ts'
import type { Handler, QueueNeeds } from './run-queued-job.ts'
import { lease, payloadContext, runQueuedJob } from './run-queued-job.ts'
import { claimJobs, insertJob } from './store.ts'

/** How many jobs one process does at a time. */
const concurrency = 4

/** The queue of one process. Any number of processes may work at one table. */
export function createQueue(needs: QueueNeeds): Queue {
  const handlers = new Map<string, Handler>()
  const running = new Map<string, Promise<void>>()

  /** Takes what is due, as far as there is room, and begins it; the number of jobs. */
  const takeSome = async (): Promise<number> => {
    const limit = concurrency - running.size
    if (limit <= 0 || handlers.size === 0) return 0
    const now = needs.clock.now()
    const jobs = await claimJobs(needs.db, {
      kinds: [...handlers.keys()],
      now,
      leasedUntil: addSeconds(now, lease),
      limit,
      except: [...running.keys()],
    })
    for (const job of jobs) {
      const handler = handlers.get(job.kind)
      if (handler === undefined) continue
      const run = runQueuedJob(needs, handler, job).finally(() => {
        running.delete(job.id)
        lookout.look()
      })
      running.set(job.id, run)
    }
    return jobs.length
  }
  const lookout = createLookout({ takeSome, log: needs.log })

  return {
    add: async (tx, kind, payload) => {
      const id = newId<string>(needs.clock, needs.random)
      const sealed = needs.sealer.seal(JSON.stringify(payload), payloadContext(id))
      await insertJob(tx, { id, kind: kind.name, payload: sealed }, needs.clock.now())
      lookout.lookSoon()
    },
    handle: (kind, run) => {
      if (handlers.has(kind.name)) throw new Error(`${kind.name} has a handler already`)
      handlers.set(kind.name, {
        attempts: kind.attempts,
        run: async (payload, job) => {
          if (!fits(kind, payload)) throw new GiveUp('the payload is not what the kind needs')
          await run(payload, job)
        },
      })
    },
    start: lookout.start,
    stop: async () => {
      await lookout.stop()
      await Promise.all(running.values())
    },
    drain: async () => {
      let total = 0
      for (;;) {
        const taken = await takeSome()
        total += taken
        // Somebody else's jobs may hold the room, or add to what is due when they end.
        if (taken === 0 && running.size === 0) return total
        await Promise.all(running.values())
      }
    },
  }
}

function fits<Payload>(kind: JobKind<Payload>, payload: unknown): payload is Payload {
  return Value.Check(kind.schema, payload)
}
