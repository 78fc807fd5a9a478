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

/** Opaque to clients. */
export function encodePlace({ at, seq }: AuditPlace): string {
  return Buffer.from(`${at.getTime()}.${seq}`).toString('base64url')
}

export function decodePlace(cursor: string): AuditPlace | undefined {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, millis, seq] = /^(\d{1,14})\.(\d{1,15})$/.exec(text) ?? []
  return millis === undefined || seq === undefined
    ? undefined
    : { at: new Date(Number(millis)), seq: Number(seq) }
}

/** An address that PostgreSQL can read. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%')
}
