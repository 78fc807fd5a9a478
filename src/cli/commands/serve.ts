import type { Logger } from 'pino'
import { countUsersWithRole } from '../../access/index.ts'
import type { App } from '../../app.ts'
import { createApp } from '../../app.ts'
import { stopwatch } from '../../base/index.ts'
import type { Config } from '../../config.ts'
import { issueSetupToken } from '../../identity/index.ts'
import { createLog } from '../../telemetry/index.ts'
import type { Command } from '../command.ts'
import type { OpenDatabase } from '../database.ts'
import { dataDirOf, ownDatabase, prepareSchema } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'start the server',
  options: {},
  async run() {
    const config = settings()
    const sinceStart = stopwatch()
    const log = createLog({
      level: config.log.level,
      format: config.log.format === 'json' ? 'json' : 'pretty',
    })
    const stop = stopSignal(log)
    const database = await ownDatabase(config, (line) => log.info({}, line))
    try {
      const app = await start(config, database, log)
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
    return 0
  },
}

async function start(config: Config, database: OpenDatabase, log: Logger): Promise<App> {
  const dataDir = dataDirOf(config)
  const keys = masterKeys(config, dataDir)
  if (config.database.url === '') log.info({ folder: dataDir }, `data folder ${dataDir}`)
  await prepareSchema(config, database.url, (line) => log.info({}, line))
  const app = await createApp({ config, databaseUrl: database.url, masterKeys: keys, log })
  await app.http.listen({ host: config.http.host, port: config.http.port }).catch(async (error) => {
    await app.close()
    throw error
  })
  app.jobs.start()
  app.queue.start()
  return app
}

/** While there is no owner, every start prints a link that makes one. */
async function offerSetup(config: Config, app: App): Promise<void> {
  if ((await countUsersWithRole(app.db, 'owner')) > 0) return
  const token = await issueSetupToken(app, config.setup.linkLifetime)
  const link = `${config.publicUrl}/setup?token=${token}`
  // To the terminal and not to the log: logs are collected, and this link makes an owner.
  console.log(`\nNo administrator yet. Create the first one here (works once):\n\n    ${link}\n`)
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(log: Logger): Promise<void> {
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

/** Lets requests finish, but not longer than the drain timeout. */
async function drain(config: Config, app: App, log: Logger): Promise<void> {
  app.drain()
  const timer = setTimeout(() => {
    log.warn({}, 'requests still in progress are cut off')
    app.http.server.closeAllConnections()
  }, config.http.drainTimeout * 1000)
  await app.close()
  clearTimeout(timer)
}
