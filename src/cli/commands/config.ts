import type { Config } from '../../config.ts'
import { printConfig } from '../../config-reference.ts'
import type { Judgement } from '../check-database.ts'
import { judgeDatabase, judgeReplica } from '../check-database.ts'
import type { Command } from '../command.ts'
import { settings } from '../settings.ts'

export const configPrint: Command = {
  name: 'config print',
  summary: 'show the settings in force, without secrets',
  options: {},
  async run() {
    console.log(printConfig(settings()))
    return 0
  },
}

export const configCheck: Command = {
  name: 'config check',
  summary: 'judge the configuration and say everything that is wrong with it',
  options: {},
  async run() {
    const config = settings()
    const { wrong, doubtful, counts } = await lookAtDatabase(config)
    for (const line of counts) console.log(line)
    for (const line of doubtful) console.log(`Warning: ${line}`)
    for (const line of wrong) console.error(`- ${line}`)
    if (wrong.length === 0) console.log('The configuration is fine.')
    return wrong.length === 0 ? 0 : 1
  },
}

/** A configuration can be judged where its database cannot be reached, such as in CI. */
async function lookAtDatabase(config: Config): Promise<Judgement> {
  const { url } = config.database
  if (url === '') return { wrong: [], doubtful: [], counts: [] }
  const replica = await judgeReplica(config)
  const found = await judgeDatabase(config, url).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    const line = `PostgreSQL was not asked what it has room for: ${why}`
    return { wrong: [], doubtful: [line], counts: [] }
  })
  return { ...found, doubtful: [...found.doubtful, ...replica] }
}
