import type { Logger } from 'pino'
import { stopwatch, systemClock } from '../../base/index.ts'
import type { Config } from '../../config.ts'
import type { Supervisor, Task } from '../../workers/index.ts'
import { createSupervisor } from '../../workers/index.ts'
import { UsageError } from '../command.ts'
import { dataDirOf, ownDatabase, prepareSchema } from '../database.ts'
import type { MasterKeys } from '../master-key.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'
import { whyNoRoll } from './why-no-roll.ts'
import { stopSignal } from './stop-signal.ts'

/** Serves with several processes, which this one starts and looks after, until it is told to stop. */
export async function serveWithWorkers(config: Config, log: Logger): Promise<number> {
  process.title = 'cardea supervisor'
  const sinceStart = stopwatch()
  const live: { supervisor?: Supervisor } = {}
  const stop = stopSignal(log, () => {
    live.supervisor?.kill()
    process.exit(1)
  })
  const database = await ownDatabase(config, (line) => log.info({}, line))
  try {
    const keys = masterKeys(config, dataDirOf(config))
    await prepareSchema(config, database.url, (line) => log.info({}, line))
    const task = taskOf(config, database.url, keys)
    const supervisor = createSupervisor({ log, clock: systemClock, task })
    live.supervisor = supervisor
    followHangUps(log, { supervisor, task })
    const failed = supervisor.failure.catch((err: unknown) => {
      log.fatal({ err }, 'the workers do not start; what they logged tells why')
      return 'failed' as const
    })
    void supervisor.start().then(
      () => tellListening(config, log, Math.round(sinceStart())),
      () => {},
    )
    const end = await Promise.race([stop, failed])
    await supervisor.stop()
    return end === 'failed' ? 1 : 0
  } finally {
    await database.close()
    log.info({}, 'stopped')
  }
}

function tellListening({ publicUrl: url, workers }: Config, log: Logger, ms: number): void {
  log.info({ url, workers, ms }, `listening on ${url} with ${workers} workers`)
}

function taskOf(config: Config, databaseUrl: string, keys: MasterKeys): Task {
  return { config, databaseUrl, masterKeys: keys.map((key) => key.toString('base64')) }
}

type Running = { readonly supervisor: Supervisor; readonly task: Task }

/** At SIGHUP the settings are read anew, and one worker after the other is replaced. */
function followHangUps(log: Logger, { supervisor, task: first }: Running): void {
  let task = first
  process.on('SIGHUP', () => {
    const next = readAnew(task, log)
    if (next === undefined) return
    task = next
    log.info({}, 'rolling restart')
    supervisor.roll(next).catch((err: unknown) => log.error({ err }, 'the rolling restart failed'))
  })
}

/** Undefined where the workers that serve had better go on as they are; the log tells why. */
function readAnew(task: Task, log: Logger): Task | undefined {
  try {
    const config = settings()
    const why = whyNoRoll(task.config, config)
    if (why !== undefined) throw new UsageError(why)
    const { url } = config.database
    const keys = masterKeys(config, dataDirOf(config))
    return taskOf(config, url === '' ? task.databaseUrl : url, keys)
  } catch (err) {
    const words = err instanceof UsageError ? err.message : 'the settings cannot be read'
    log.error(err instanceof UsageError ? {} : { err }, `nothing is restarted: ${words}`)
    return undefined
  }
}
