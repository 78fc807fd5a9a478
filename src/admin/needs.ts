import type { AccessBook } from '../access/index.ts'
import type { AccountNeeds } from '../account/index.ts'
import type { ClientCache } from '../clients/index.ts'

export type AdminNeeds = AccountNeeds & {
  readonly clients: ClientCache
  readonly access: AccessBook
}
