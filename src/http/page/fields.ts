import { Failure } from '../../base/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type Fields = Readonly<Record<string, string>>

/** Fields as they were typed; one that comes twice counts as missing. */
export function fieldsOf(raw: unknown): Fields {
  if (typeof raw !== 'object' || raw === null) return {}
  return Object.fromEntries(
    Object.entries(raw).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** What is wrong with which field; undefined when a failure is about none. */
export function fieldErrors(t: Translate, error: unknown): Record<string, string> | undefined {
  if (!(error instanceof Failure) || error.details.members === undefined) return undefined
  return Object.fromEntries(
    error.details.members.map(({ pointer, words }) => [
      pointer.slice(pointer.lastIndexOf('/') + 1),
      t.any(words),
    ]),
  )
}
