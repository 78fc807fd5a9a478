import type { Logger } from 'pino'
import type { App, AppOptions } from '../../app.ts'
import { createApp } from '../../app.ts'
import { stopwatch } from '../../base/index.ts'
import type { Config } from '../../config.ts'
import { dataDirOf, ownDatabase, prepareSchema } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { drain } from './drain.ts'
import { offerSetup } from './offer-setup.ts'
import { releaseStartMemory } from './release-memory.ts'
import { stopSignal } from './stop-signal.ts'

/** The whole server in this one process, until it is told to stop. */
export async function serveAlone(config: Config, log: Logger): Promise<void> {
  const sinceStart = stopwatch()
  const stop = stopSignal(log)
  const database = await ownDatabase(config, (line) => log.info({}, line))
  try {
    const dataDir = dataDirOf(config)
    const keys = masterKeys(config, dataDir)
    if (config.database.url === '') log.info({ folder: dataDir }, `data folder ${dataDir}`)
    await prepareSchema(config, database.url, (line) => log.info({}, line))
    const app = await listen({ config, databaseUrl: database.url, masterKeys: keys, log })
    beginWork(app)
    log.info(
      { url: config.publicUrl, ms: Math.round(sinceStart()) },
      `listening on ${config.publicUrl}`,
    )
    await offerSetup(config, app)
    await stop
    await drain(config, app, log)
  } finally {
    await database.close()
  }
  log.info({}, 'stopped')
}

/** A server that answers. */
export async function listen(options: AppOptions): Promise<App> {
  const { host, port } = options.config.http
  const app = await createApp(options)
  await app.http.listen({ host, port }).catch(async (error) => {
    await app.close()
    throw error
  })
  return app
}

/** What the server does by itself. */
export function beginWork({ jobs, queue }: App): void {
  jobs.start()
  queue.start()
  releaseStartMemory()
}
