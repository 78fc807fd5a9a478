import { sha256 } from '../../base/index.ts'

/** A row as it is sealed: everything as text, so that no rounding hides a change. */
export type SealedRow = {
  readonly seq: number
  readonly id: string
  readonly actor: string
  readonly onBehalfOf: string | null
  readonly action: string
  readonly resource: string
  readonly outcome: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  /** As PostgreSQL prints jsonb. */
  readonly details: string
  /** UTC with microseconds: `2026-11-24T22:00:00.123456Z`. */
  readonly at: string
}

/** The canonical form of a row, one JSON array (docs/guide/audit.md tells how to make it elsewhere). */
export function canonical(row: SealedRow): string {
  const { seq, id, actor, onBehalfOf, action, resource, outcome } = row
  const { ip, userAgent, requestId, details, at } = row
  return JSON.stringify([
    seq,
    id,
    at,
    actor,
    onBehalfOf,
    action,
    resource,
    outcome,
    ip,
    userAgent,
    requestId,
    details,
  ])
}

export function rowDigest(row: SealedRow): Buffer {
  return sha256(canonical(row))
}

/** `2026-11-01`: a batch seals rows of one month only, so that a month can go as a whole. */
export function monthOf(row: Pick<SealedRow, 'at'>): string {
  return `${row.at.slice(0, 7)}-01`
}
