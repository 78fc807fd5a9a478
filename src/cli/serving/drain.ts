import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { App } from '../../app.ts'
import type { Config } from '../../config.ts'

/**
 * Says at /health/ready that no more requests should come, goes on taking them for the shutdown delay, until
 * whoever sends them has looked there, and then lets them finish, but not longer than the drain timeout.
 */
export async function drain(config: Config, app: App, log: Logger): Promise<void> {
  app.drain()
  await sleep(config.http.shutdownDelay * 1000)
  const timer = setTimeout(() => {
    log.warn({}, 'requests still in progress are cut off')
    app.http.server.closeAllConnections()
  }, config.http.drainTimeout * 1000)
  await app.close()
  clearTimeout(timer)
}
