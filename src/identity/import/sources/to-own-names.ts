import { auth0 } from './auth0.ts'
import { firebase } from './firebase.ts'
import { keycloak } from './keycloak.ts'
import type { Converted, RawRecord, Source, SourceOptions } from './source.ts'
import { present } from './source.ts'

/** In this order: the first one whose marks a record has made it. */
const sources: readonly Source[] = [firebase, keycloak, auth0]

/** A record of any system that is known under our own names. */
export function toOwnNames(raw: RawRecord, options: SourceOptions): Converted {
  const source = sources.find(({ marks }) => marks.some((mark) => Object.hasOwn(raw, mark)))
  return source?.convert(raw, options) ?? { record: present(raw), errors: [] }
}
