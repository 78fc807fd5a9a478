import type { Logger } from 'pino'

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(log: Logger, atOnce = () => process.exit(1)): Promise<'stop'> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) {
        atOnce()
        return
      }
      asked = true
      log.info({ signal }, 'stopping: finishing the requests in progress')
      resolve('stop')
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}
