import { isIP } from 'node:net'

/** What entries are asked for; everything given must hold. */
export type AuditFilter = {
  readonly actor?: string
  readonly onBehalfOf?: string
  /** `user.create`, or `user.*` for everything that begins with `user.`. */
  readonly action?: string
  readonly resource?: string
  readonly outcome?: 'success' | 'refused'
  readonly ip?: string
  readonly requestId?: string
  readonly from?: Date
  readonly to?: Date
}

/** The place of an entry in the list, which is newest first. */
export type AuditPlace = { readonly at: Date; readonly seq: number }

/** An address that PostgreSQL can read. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%')
}
