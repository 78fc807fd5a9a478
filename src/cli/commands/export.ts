import { rolesOf } from '../../access/index.ts'
import { appendAudit } from '../../audit/index.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { ExportFormat } from '../../identity/index.ts'
import { exportFormats, exportUsers } from '../../identity/index.ts'
import type { Command } from '../command.ts'
import { text } from '../command.ts'
import { withDatabase } from '../database.ts'
import { settings } from '../settings.ts'
import { fileFormat } from '../transfer/file-format.ts'
import { intoFile } from '../transfer/into-file.ts'
import type { Write } from '../transfer/write-pieces.ts'
import { toStandardOutput, writePieces } from '../transfer/write-pieces.ts'

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
  const users = exportUsers(
    { db, rolesOf: (id) => rolesOf(db, id, systemClock.now()) },
    { withPasswordHashes },
  )
  return writePieces(users, { write, textOf: format.line, beginning: format.header })
}
