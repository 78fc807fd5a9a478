import type { AuditEntry, Report } from '../../audit/index.ts'
import { appendAudit, parseCheckpoint, problemWords, verifyChain } from '../../audit/index.ts'
import { chainKeys } from '../../audit-log.ts'
import { secureRandom, systemClock } from '../../base/index.ts'
import type { Command } from '../command.ts'
import { text, UsageError } from '../command.ts'
import { dataDirOf, withDatabase } from '../database.ts'
import { masterKeys } from '../master-key.ts'
import { settings } from '../settings.ts'
import { filterOptions, periodOf } from './audit-options.ts'

const { from, to } = filterOptions

const parts = { clock: systemClock, random: secureRandom }

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'find every entry of the audit log that was changed, deleted, added or moved',
  options: {
    ...(from && { from }),
    ...(to && { to }),
    checkpoint: { type: 'string', help: 'one that was noted earlier, outside of the database' },
  },
  async run(values) {
    const config = settings()
    const keys = chainKeys(masterKeys(config, dataDirOf(config)))
    const checkpoint = text(values, 'checkpoint')
    if (checkpoint !== undefined && parseCheckpoint(checkpoint) === undefined) {
      throw new UsageError('--checkpoint is none that audit verify prints.')
    }
    const scope = { ...periodOf(values), ...(checkpoint !== undefined && { checkpoint }) }
    const report = await withDatabase(config, async (db) => {
      const found = await verifyChain({ db, keys }, scope)
      // The monitor finds it there, if whoever changed the log has left the server running.
      if (found.faults > 0) await appendAudit(parts, db, tampered(found)).catch(notWritten)
      return found
    })
    for (const line of reportLines(report)) console.log(line)
    for (const problem of report.problems) console.error(problemWords(problem))
    const more = report.faults - report.problems.length
    if (more > 0) console.error(`and ${more} more`)
    console.log(report.faults === 0 ? 'The audit log is as it was written.' : 'TAMPERED')
    return report.faults === 0 ? 0 : 1
  },
}

/** Who verifies may be allowed to read only; what was found matters more. */
function notWritten(error: unknown): void {
  console.error(`This could not be written into the audit log itself: ${String(error)}`)
}

function tampered({ faults, problems }: Report): AuditEntry {
  const details = { faults, first: problems.slice(0, 3).map(problemWords) }
  const entry = { actor: 'system', action: 'audit.verify', resource: 'audit_log' } as const
  return { ...entry, outcome: 'refused', details }
}

function reportLines({ rows, batches, unsealed, ...report }: Report): string[] {
  const { newest, signed, unknownKeys } = report
  const lines = [`${rows} entries in ${batches} batches, ${unsealed} wait to be sealed`]
  for (const { month, rows: gone, createdAt } of report.pruned) {
    const day = createdAt.toISOString().slice(0, 10)
    lines.push(
      `${month.slice(0, 7)} was deleted by the rule of retention on ${day} (${gone} entries)`,
    )
  }
  if (unknownKeys > 0) {
    lines.push(
      `${unknownKeys} batches have seals of former master keys; later seals vouch for them`,
    )
  }
  if (newest)
    lines.push(`newest checkpoint: ${newest.checkpoint} (${newest.sealedAt.toISOString()})`)
  if (signed !== undefined) lines.push(`newest signed checkpoint: ${signed}`)
  return lines
}
