import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open, rm } from 'node:fs/promises'
import { rolesOf } from '../../access/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { ExportFormat } from '../../identity/index.ts'
import { exportFormats, exportUsers } from '../../identity/index.ts'
import type { Command } from '../command.ts'
import { text, UsageError } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'
import { fileFormat } from '../transfer/file-format.ts'

type Write = (text: string) => Promise<void>
type Wishes = { readonly format: ExportFormat; readonly withPasswordHashes: boolean }

export const exportUsersCommand: Command = {
  name: 'export users',
  summary: 'write all users in the form that import users reads',
  operand: { name: 'file', help: 'where to (default: standard output)', required: false },
  options: {
    format: { type: 'string', help: 'jsonl or csv (default: by the name of the file)' },
    'with-password-hashes': { type: 'boolean', help: 'so that people keep their passwords' },
    force: { type: 'boolean', help: 'replace a file that exists' },
  },
  async run(values) {
    const path = text(values, 'file')
    const format = exportFormats[fileFormat(values, path)]
    const wishes = { format, withPasswordHashes: values['with-password-hashes'] === true }
    const config = settings()
    const force = values.force === true
    const count = await withDatabase(config, (db) =>
      path === undefined
        ? writeUsers(db, toStandardOutput, wishes)
        : intoFile(path, force, (write) => writeUsers(db, write, wishes)),
    )
    console.error(`${count} users were exported.`)
    return 0
  },
}

/** The audit comes first: there is no export that was not written down. */
async function writeUsers(db: Db, write: Write, wishes: Wishes): Promise<number> {
  const { format, withPasswordHashes } = wishes
  const needs = { clock: systemClock, random: secureRandom }
  const entry = { actor: 'system', action: 'user.export', resource: 'user:*' }
  await appendAudit(needs, db, { ...entry, outcome: 'success', details: { withPasswordHashes } })
  let count = 0
  let pending = format.header
  const users = exportUsers({ db, rolesOf: (id) => rolesOf(db, id, systemClock.now()) }, { withPasswordHashes })
  for await (const user of users) {
    pending += format.line(user)
    count += 1
    if (pending.length < 2 ** 16) continue
    await write(pending)
    pending = ''
  }
  await write(pending)
  return count
}

async function toStandardOutput(piece: string): Promise<void> {
  if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}

/** Only its owner may read it, and half a file does not stay. */
async function intoFile(
  path: string,
  force: boolean,
  work: (write: Write) => Promise<number>,
): Promise<number> {
  const file = await create(path, force)
  try {
    const count = await work((piece) => file.appendFile(piece))
    await file.close()
    return count
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
}

async function create(path: string, force: boolean): Promise<FileHandle> {
  try {
    const file = await open(path, force ? 'w' : 'wx', 0o600)
    // A file that is replaced keeps its old mode otherwise.
    chmodSync(path, 0o600)
    return file
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists) throw new UsageError(`${path} exists; --force replaces it.`)
    throw new UsageError(`${path} cannot be written: ${String(error)}`)
  }
}
