import type { ClientId, Clock } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import { markSecretsUsed } from './store.ts'

/** Remembers which secrets were used, and writes it down now and then: no request pays for it. */
export type SecretUses = {
  readonly note: (clientId: ClientId, digest: Buffer) => void
  readonly flush: () => Promise<void>
}

export type SecretUse = { readonly clientId: ClientId; readonly digest: Buffer; readonly at: Date }

export function createSecretUses(needs: { readonly db: Db; readonly clock: Clock }): SecretUses {
  let uses = new Map<string, SecretUse>()
  return {
    note(clientId, digest) {
      const at = needs.clock.now()
      uses.set(`${clientId} ${digest.toString('base64')}`, { clientId, digest, at })
    },
    async flush() {
      if (uses.size === 0) return
      const written = uses
      uses = new Map()
      await markSecretsUsed(needs.db, [...written.values()])
    },
  }
}
