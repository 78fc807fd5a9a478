import type { Logger } from 'pino'

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1)
      asked = true
      log.info({ signal }, 'stopping: finishing the requests in progress')
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
