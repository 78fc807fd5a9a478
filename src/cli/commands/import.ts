import { secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { ImportJob, ImportOutcome, LineRules, UserFile } from '../../identity/index.ts'
import { BrokenFile, ImportOvertaken, importUsers, openUserFile } from '../../identity/index.ts'
import type { Command, Values } from '../command.ts'
import { required, text, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'
import { createErrorReport } from '../transfer/error-report.ts'
import { fileFormat } from '../transfer/file-format.ts'
import { firebaseOptions, firebaseParameters } from '../transfer/firebase-options.ts'
import { createProgress } from '../transfer/progress.ts'
import { roleBook } from '../transfer/role-book.ts'

export const importUsersCommand: Command = {
  name: 'import users',
  summary: 'import users with their password hashes; goes on where it was interrupted',
  operand: { name: 'file', help: 'JSON lines or CSV', required: true },
  options: {
    format: { type: 'string', help: 'jsonl or csv (default: by the name of the file)' },
    'dry-run': { type: 'boolean', help: 'check every line and write nothing' },
    errors: { type: 'string', help: 'file for the lines that are refused' },
    restart: { type: 'boolean', help: 'from the first line, whatever was done before' },
    'ignore-unknown': { type: 'boolean', help: 'leave out members that are not known' },
    'generate-usernames': { type: 'boolean', help: 'make a username where there is none' },
    'drop-unusable-hashes': {
      type: 'boolean',
      help: 'import people whose hash cannot be used without a password',
    },
    ...firebaseOptions,
  },
  async run(values) {
    const path = required(values, 'file')
    const rules = lineRules(values)
    const format = fileFormat(values, path)
    const config = settings()
    const file = await openUserFile(path, format).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error)
      throw new UsageError(`${path} cannot be read: ${words}`)
    })
    const errors = createErrorReport(text(values, 'errors'))
    try {
      return await withDatabase(config, (db) =>
        run(db, file, {
          rules,
          dryRun: values['dry-run'] === true,
          restart: values.restart === true,
          onBegin: (line) => errors.begin(line > 0),
          onRefused: errors.add,
        }),
      )
    } finally {
      errors.close()
    }
  },
}

function lineRules(values: Values): LineRules {
  const firebase = firebaseParameters(values)
  return {
    ignoreUnknown: values['ignore-unknown'] === true,
    generateUsernames: values['generate-usernames'] === true,
    dropUnusableHashes: values['drop-unusable-hashes'] === true,
    ...(firebase && { firebase }),
  }
}

type Wishes = Omit<ImportJob, 'file' | 'onProgress' | 'shouldStop'>

async function run(db: Db, file: UserFile, wishes: Wishes): Promise<number> {
  const progress = createProgress('lines')
  const interrupt = onInterrupt()
  const needs = { db, clock: systemClock, random: secureRandom, roles: roleBook(db) }
  try {
    const outcome = await importUsers(needs, {
      ...wishes,
      file,
      onProgress: ({ imported, exists, refused }) =>
        progress.show(file.bytesRead() / Math.max(file.size, 1), imported + exists + refused),
      shouldStop: interrupt.asked,
    })
    progress.end()
    return summarise(outcome, wishes.dryRun)
  } catch (error) {
    progress.end()
    return explainBreak(error)
  } finally {
    interrupt.forget()
  }
}

/** The first Ctrl-C lets the batch finish; the second ends the process, which loses nothing either. */
function onInterrupt() {
  let asked = false
  const listen = () => {
    if (asked) process.exit(1)
    asked = true
    console.error('\nStopping after this batch.')
  }
  process.on('SIGINT', listen)
  process.on('SIGTERM', listen)
  return {
    asked: () => asked,
    forget: () => process.off('SIGINT', listen).off('SIGTERM', listen),
  }
}

function summarise(outcome: ImportOutcome, dryRun: boolean): number {
  const { imported, exists, refused, skipped, withoutPassword } = outcome
  const rows: [string, number][] = [
    [dryRun ? 'would be imported' : 'imported', imported],
    ['exist already', exists],
    ['refused', refused],
  ]
  if (withoutPassword > 0) rows.push(['of them without a password', withoutPassword])
  if (skipped > 0) rows.push(['done by an earlier run', skipped])
  for (const [words, count] of rows) console.log(`${words.padEnd(28)}${String(count).padStart(10)}`)
  if (!outcome.finished) {
    const hint = dryRun ? '' : ' Run the same command again to go on.'
    console.log(`\nStopped after line ${outcome.line}.${hint}`)
    return 1
  }
  if (skipped > 0 && imported + exists + refused === 0) {
    console.log('\nAll lines of this file were done before. --restart goes through them again.')
  }
  return refused > 0 ? 1 : 0
}

function explainBreak(error: unknown): number {
  if (error instanceof BrokenFile) {
    console.error(`The file is broken near line ${error.line}: ${error.message}`)
    console.error('Users of whole batches before it are imported. Correct the file and run again.')
    return 1
  }
  if (!(error instanceof ImportOvertaken)) throw error
  console.error(error.message)
  return 1
}
