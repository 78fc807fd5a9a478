import { createLog } from '../../telemetry/index.ts'
import type { Command } from '../command.ts'
import { serveAlone } from '../serving/alone.ts'
import { settings } from '../settings.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'start the server',
  options: {},
  async run() {
    const config = settings()
    const log = createLog({
      level: config.log.level,
      format: config.log.format === 'json' ? 'json' : 'pretty',
    })
    await serveAlone(config, log)
    return 0
  },
}
