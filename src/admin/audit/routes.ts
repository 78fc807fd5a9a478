import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { byOf, needs as permission, problems } from '../../account/index.ts'
import type { AuditRecord } from '../../audit/index.ts'
import {
  appendAudit,
  exportAudit,
  listAudit,
  listCheckpoints,
  recordLine,
} from '../../audit/index.ts'
import { queriesBy } from '../../db/index.ts'
import type { Surface } from '../../http/index.ts'
import type { AdminNeeds } from '../needs.ts'
import { encodeCursor, pageBody, pageFrom, pageOf, pageQuery, sendPage } from '../paging.ts'
import {
  CheckpointBody,
  checkpointBody,
  EntryBody,
  entryBody,
  filterOf,
  filterQuery,
} from './schemas.ts'

const tags = ['audit']
const path = '/api/v1/admin/audit'
const closed = { additionalProperties: false }
const EntryKey = Type.Tuple([
  Type.Integer({ minimum: 0, maximum: 8.64e15 }),
  Type.Integer({ minimum: 0 }),
])
const CheckpointKey = Type.Tuple([Type.Integer({ minimum: 1 })])

export function auditRoutes(surface: Surface, needs: AdminNeeds): void {
  surface.get(path, {
    config: permission('cardea.audit:read'),
    schema: {
      tags,
      operationId: 'listAuditEntries',
      summary: 'Entries of the audit log, newest first',
      querystring: Type.Object({ ...pageQuery, ...filterQuery }, closed),
      response: { 200: pageBody(EntryBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, EntryKey)
      const place = after && { at: new Date(after[0]), seq: after[1] }
      const filter = filterOf(request.query)
      const wish = { filter, limit, ...(place && { after: place }) }
      const page = await needs.reads((db) => listAudit(db, wish))
      const next = page.next && encodeCursor([page.next.at.getTime(), page.next.seq])
      return sendPage(request, reply, { items: page.records.map(entryBody), next: next ?? null })
    },
  })
  exportRoute(surface, needs)
  surface.get(`${path}/checkpoints`, {
    config: permission('cardea.audit:read'),
    schema: {
      tags,
      operationId: 'listAuditCheckpoints',
      summary: 'Signed statements about the audit log, newest first, to be kept elsewhere',
      querystring: Type.Object(pageQuery, closed),
      response: { 200: pageBody(CheckpointBody), ...problems },
    },
    handler: async (request, reply) => {
      const { limit, after } = pageOf(request.query, CheckpointKey)
      const found = await needs.reads((db) => listCheckpoints(db, after?.[0] ?? null, limit + 1))
      const page = pageFrom(found, limit, ({ number }) => [number])
      return sendPage(request, reply, { ...page, items: page.items.map(checkpointBody) })
    },
  })
}

/** The entry of the export is written first: there is no export that was not written down. */
function exportRoute(surface: Surface, needs: AdminNeeds): void {
  surface.get(`${path}/export`, {
    config: permission('cardea.audit:export'),
    schema: {
      tags,
      operationId: 'exportAuditEntries',
      summary:
        'Entries of the audit log as JSON lines, newest first; the export is an entry itself',
      querystring: Type.Object(filterQuery, closed),
      response: {
        200: {
          description: 'One entry on each line',
          content: { 'application/x-ndjson': { schema: Type.Unsafe<Readable>(EntryBody) } },
        },
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const entry = { action: 'audit.export', resource: 'audit:*', outcome: 'success' } as const
      const details = { filter: { ...request.query } }
      await appendAudit(needs, needs.db, { ...byOf(request), ...entry, details })
      const lines = inPieces(exportAudit(queriesBy(needs.reads), filterOf(request.query)))
      return reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="audit.jsonl"')
        .send(Readable.from(lines))
    },
  })
}

const pieceSize = 2 ** 16

/** A few large pieces instead of many small ones. */
async function* inPieces(records: AsyncIterable<AuditRecord>): AsyncGenerator<string, void> {
  let piece = ''
  for await (const record of records) {
    piece += recordLine(record)
    if (piece.length < pieceSize) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
