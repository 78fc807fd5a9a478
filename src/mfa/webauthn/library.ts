import type * as Library from '@simplewebauthn/server'
import type * as Helpers from '@simplewebauthn/server/helpers'

let loaded: Promise<typeof Library> | undefined

/** What checks the ceremonies. Read at its first use: it takes 27 MB and a fifth of a second of each start. */
export function webauthnLibrary(): Promise<typeof Library> {
  loaded ??= import('@simplewebauthn/server')
  return loaded
}

/** The same of its smaller parts, which lead to nearly all of it. */
export function webauthnHelpers(): Promise<typeof Helpers> {
  return import('@simplewebauthn/server/helpers')
}
