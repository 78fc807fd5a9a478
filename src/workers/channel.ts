import type { Worker } from 'node:cluster'
import type { Channel } from './line.ts'

/** From a worker to its supervisor. */
export function toSupervisor(): Channel {
  return {
    send: (message, left) => {
      if (!process.connected || process.send === undefined) return false
      process.send(message, undefined, undefined, left)
      return true
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.once('disconnect', listener),
  }
}

/** Milliseconds for what a worker said before it ended. */
const lastWords = 100

/** From the supervisor to one of its workers. */
export function toWorker(worker: Worker): Channel {
  return {
    send: (message, left) => {
      if (!worker.isConnected()) return false
      worker.process.send?.(message, undefined, undefined, left)
      return true
    },
    onMessage: (listener) => worker.on('message', listener),
    onClose: (listener) => {
      worker.once('disconnect', listener)
      // A channel with a connection under way does not tell that the other end died.
      worker.once('exit', () => setTimeout(listener, lastWords))
    },
  }
}
