import type { Config } from '../config.ts'
import { loadConfig, readEnvironment } from '../config.ts'
import { UsageError } from './command.ts'

/** The settings of this process; every error at once when there is one. */
export function settings(): Config {
  const loaded = loadConfig(readEnvironment())
  if (loaded.ok) return loaded.config
  throw new UsageError(
    `the configuration is wrong:\n${loaded.errors.map((e) => `  - ${e}`).join('\n')}`,
  )
}
