import type { Queries } from '../../db/index.ts'
import type { AuditRecord } from '../record.ts'
import type { AuditFilter, AuditPlace } from './filter.ts'
import { selectPage } from './store.ts'

type Wish = {
  readonly filter: AuditFilter
  readonly after?: AuditPlace
  readonly limit: number
}

export type AuditPage = {
  readonly records: AuditRecord[]
  /** Where the next page begins; undefined on the last one. */
  readonly next?: AuditPlace
}

/** A page of the log, newest first. */
export async function listAudit(db: Queries, { limit, ...wish }: Wish): Promise<AuditPage> {
  const found = await selectPage(db, { ...wish, limit: limit + 1 })
  const records = found.slice(0, limit)
  const last = found.length > limit ? records.at(-1) : undefined
  return last === undefined ? { records } : { records, next: placeOf(last) }
}

const exportPage = 1000

/** Everything that matches, newest first, with one page of it in memory. */
export async function* exportAudit(
  db: Queries,
  filter: AuditFilter,
): AsyncGenerator<AuditRecord, void> {
  let after: AuditPlace | undefined
  for (;;) {
    const records = await selectPage(db, { filter, limit: exportPage, ...(after && { after }) })
    yield* records
    const last = records.at(-1)
    if (last === undefined || records.length < exportPage) return
    after = placeOf(last)
  }
}

function placeOf({ createdAt: at, seq }: AuditRecord): AuditPlace {
  return { at, seq }
}
