import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Milliseconds after the start, when nobody waits for its end any more. */
const pause = 800
/** Share of that time. Where more is done already, the memory is needed again, and the stop would be felt. */
const busy = 0.5

/**
 * Gives back the memory that only the start needed, about a quarter of all. V8 would keep it for good in a process
 * that has little to do, and has no other way to be told than this one. It stops everything for 0.1 seconds, once.
 */
export function releaseStartMemory(): void {
  const began = performance.eventLoopUtilization()
  const timer = setTimeout(() => {
    if (performance.eventLoopUtilization(began).utilization < busy) collect()
  }, pause)
  timer.unref()
}

function collect(): void {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  // `last-resort` is the kind that gives memory back to the system.
  if (typeof gc === 'function') gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
