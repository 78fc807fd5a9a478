import type * as Library from '@simplewebauthn/server'

let loaded: Promise<typeof Library> | undefined

/** What checks the ceremonies. Read at its first use: it takes 27 MB and a fifth of a second of each start. */
export function webauthnLibrary(): Promise<typeof Library> {
  loaded ??= import('@simplewebauthn/server')
  return loaded
}
