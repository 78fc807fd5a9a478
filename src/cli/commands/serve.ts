import { createLog } from '../../telemetry/index.ts'
import { isWorker } from '../../workers/index.ts'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'start the server',
  options: {},
  async run() {
    // Each way reads what it needs: the supervisor of workers needs little, and stays small.
    if (isWorker()) {
      const { serveAsWorker } = await import('../serving/work.ts')
      await serveAsWorker()
      return 0
    }
    const config = settings()
    const log = createLog({
      level: config.log.level,
      format: config.log.format === 'json' ? 'json' : 'pretty',
    })
    if (config.workers > 1) {
      const { serveWithWorkers } = await import('../serving/supervise.ts')
      return serveWithWorkers(config, log)
    }
    const { serveAlone } = await import('../serving/alone.ts')
    await serveAlone(config, log)
    return 0
  },
}
