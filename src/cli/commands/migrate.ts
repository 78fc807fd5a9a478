import { migrateDown, migrateUp, migrationStatus } from '../../db/index.ts'
import type { Command } from '../command.ts'
import { text, UsageError } from '../command.ts'
import { borrowDatabase, migrationUrl } from '../database.ts'
import { settings } from '../settings.ts'

async function withUrl(
  work: (url: string) => Promise<void>,
  urlOf: typeof migrationUrl = migrationUrl,
): Promise<number> {
  const config = settings()
  const database = await borrowDatabase(config)
  try {
    await work(urlOf(config, database.url))
    return 0
  } finally {
    await database.close()
  }
}

function report(verb: string, names: readonly string[]): void {
  console.log(
    names.length === 0 ? `nothing to ${verb}` : names.map((name) => `${verb}: ${name}`).join('\n'),
  )
}

export const migrateUpCommand: Command = {
  name: 'migrate up',
  summary: 'apply the pending migrations',
  options: {},
  run: () => withUrl(async (url) => report('apply', await migrateUp(url))),
}

export const migrateDownCommand: Command = {
  name: 'migrate down',
  summary: 'take back the newest migrations; their data is lost',
  options: { count: { type: 'string', help: 'how many (default 1)' } },
  run(values) {
    const count = text(values, 'count') ?? '1'
    if (!/^[1-9]\d{0,3}$/.test(count)) throw new UsageError('--count must be a number from 1.')
    return withUrl(async (url) => report('take back', await migrateDown(url, Number(count))))
  },
}

async function printStatus(url: string): Promise<void> {
  const status = await migrationStatus(url)
  for (const state of ['applied', 'pending', 'unknown'] as const) {
    for (const name of status[state]) console.log(`${state.padEnd(9)}${name}`)
  }
}

export const migrateStatusCommand: Command = {
  name: 'migrate status',
  summary: 'show what is applied, pending and unknown',
  options: {},
  run: () => withUrl(printStatus, (_config, url) => url),
}
