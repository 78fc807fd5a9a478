import type { AuditRecord } from '../../audit/index.ts'
import { appendAudit, exportAudit, listAudit, maintainLog, recordLine } from '../../audit/index.ts'
import { chainKeys } from '../../audit-log.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import { createLog } from '../../telemetry/index.ts'
import type { Command } from '../command.ts'
import { text, UsageError } from '../command.ts'
import { dataDirOf, withDatabase } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'
import { intoFile } from '../transfer/into-file.ts'
import type { Write } from '../transfer/write-pieces.ts'
import { toStandardOutput, writePieces } from '../transfer/write-pieces.ts'
import { filterOf, filterOptions } from './audit-options.ts'

const longestList = 1000
const parts = { clock: systemClock, random: secureRandom }

export const auditList: Command = {
  name: 'audit list',
  summary: 'show entries of the audit log, newest first',
  options: {
    ...filterOptions,
    limit: { type: 'string', help: `how many at most (default 50, at most ${longestList})` },
  },
  async run(values) {
    const limit = Number(text(values, 'limit') ?? 50)
    if (!Number.isInteger(limit) || limit < 1 || limit > longestList) {
      throw new UsageError(`--limit must be a number from 1 to ${longestList}.`)
    }
    const filter = filterOf(values)
    const page = await withDatabase(settings(), (db) => listAudit(db, { filter, limit }))
    for (const record of page.records) console.log(entryWords(record))
    if (page.next !== undefined) console.error('There are more; --to or --limit shows them.')
    return 0
  },
}

function entryWords(record: AuditRecord): string {
  const { seq, createdAt, actor, onBehalfOf, action, resource, outcome, ipAddress } = record
  const who = onBehalfOf === null ? actor : `${actor} as ${onBehalfOf}`
  const refused = outcome === 'refused' ? ' REFUSED' : ''
  const from = ipAddress === null ? '' : ` from ${ipAddress}`
  const facts = Object.keys(record.details).length > 0 ? ` ${JSON.stringify(record.details)}` : ''
  const at = createdAt.toISOString()
  return `${seq}  ${at}  ${who}  ${action}${refused}  ${resource}${from}${facts}`
}

export const auditExport: Command = {
  name: 'audit export',
  summary: 'write entries of the audit log as JSON lines, newest first',
  operand: { name: 'file', help: 'where to (default: standard output)', required: false },
  options: { ...filterOptions, force: { type: 'boolean', help: 'replace a file that exists' } },
  async run(values) {
    const filter = filterOf(values)
    const path = text(values, 'file')
    const count = await withDatabase(settings(), async (db) => {
      const entry = { actor: 'system', action: 'audit.export', resource: 'audit:*' } as const
      await appendAudit(parts, db, { ...entry, outcome: 'success', details: { filter } })
      const write = (to: Write) =>
        writePieces(exportAudit(db, filter), { write: to, textOf: recordLine })
      return path === undefined
        ? write(toStandardOutput)
        : intoFile(path, values.force === true, write)
    })
    console.error(`${count} entries were exported.`)
    return 0
  },
}

export const auditMaintain: Command = {
  name: 'audit maintain',
  summary: 'make the months of the audit log and delete those that are too old (as its owner)',
  options: {},
  async run() {
    const config = settings()
    const keys = chainKeys(masterKeys(config, dataDirOf(config)))
    const { retention } = config.audit
    const log = createLog({ level: config.log.level, format: 'pretty' })
    const done = await withDatabase(config, (db) =>
      maintainLog({ ...parts, db, keys, retention, log }),
    )
    for (const month of done.added) console.log(`made ${month.slice(0, 7)}`)
    for (const month of done.pruned) console.log(`deleted ${month.slice(0, 7)}`)
    if (done.added.length + done.pruned.length === 0) console.log('nothing to do')
    return 0
  },
}
