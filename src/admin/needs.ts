import type { AccessBook } from '../access/index.ts'
import type { AccountNeeds } from '../account/index.ts'
import type { ClientCache, SecretUses } from '../clients/index.ts'
import type { Reads } from '../db/index.ts'
import type { Sealer } from '../keys/index.ts'
import type { Outgoing } from '../outgoing/index.ts'

export type AdminNeeds = AccountNeeds & {
  /** For lists and searches that nothing is decided by. */
  readonly reads: Reads
  readonly clients: ClientCache
  readonly secretUses: SecretUses
  readonly access: AccessBook
  readonly sealer: Sealer
  readonly outgoing: Outgoing
  readonly outgoingHosts: readonly string[]
}
